import ReferralFraud
import Schemas

/// The three stages with queues between them instead of topics: messages wait in a bag and are taken in any order.
struct Pipeline {
    enum Message: Equatable {
        case claim(ReferralClaim)
        case query(EntityQuery)
        case evidence(ClaimEvidence)
    }

    var rules = Samples.rules
    /// Taken, so that it can be delivered again.
    private(set) var delivered: [Message] = []
    private(set) var decisions: [RiskDecision] = []
    private var waiting: [Message] = []
    private var friends: [String: FriendClaims] = [:]
    private var book = MemoryBook()
    private var verdicts: [String: PendingVerdict] = [:]

    /// All that the stages remember.
    struct Memory: Equatable {
        var friends: [String: FriendClaims]
        var book: MemoryBook
        var verdicts: [String: PendingVerdict]
    }

    var memory: Memory { Memory(friends: friends, book: book, verdicts: verdicts) }
    var isIdle: Bool { waiting.isEmpty }

    init(_ claims: [ReferralClaim]) { waiting = claims.map(Message.claim) }

    /// Delivers one of the messages that wait.
    mutating func step(using random: inout SeededRandom) throws {
        guard let index = waiting.indices.randomElement(using: &random) else { return }
        let message = waiting.remove(at: index)
        delivered.append(message)
        try deliver(message)
    }

    mutating func run(using random: inout SeededRandom) throws {
        while !isIdle { try step(using: &random) }
    }

    mutating func deliver(_ message: Message) throws {
        switch message {
        case .claim(let claim):
            let valid = try ValidClaim(claim)
            var friend = friends[claim.friendID] ?? FriendClaims()
            let outcome = try ClaimDecider.decide(valid, &friend, campaign: Samples.campaign, rules: rules)
            guard case .checked(let evidence, let queries) = outcome else { return }
            friends[claim.friendID] = friend
            waiting.append(.evidence(evidence))
            waiting += queries.map(Message.query)
        case .query(let query):
            guard case .answered(let evidence) = try EntityDecider.decide(query, &book, rules: rules) else { return }
            waiting += evidence.map(Message.evidence)
        case .evidence(let evidence):
            let key = VerdictDecider.stateKey(friendID: evidence.friendID, claimID: evidence.claimID)
            var verdict = verdicts[key] ?? PendingVerdict()
            let outcome = try VerdictDecider.decide(evidence, &verdict, rules: rules, at: Samples.start)
            if case .decided(let decision) = outcome { decisions.append(decision) }
            verdicts[key] = verdict
        }
    }

    /// The last decision of each claim.
    var lastDecisions: [String: RiskDecision] {
        decisions.reduce(into: [:]) { $0[$1.claimID] = $1 }
    }
}
