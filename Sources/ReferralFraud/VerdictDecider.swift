import ProtobufCodec
public import Schemas

/// What became of a claim in `fraud.verdicts`; unless it is unchanged or forgotten, its state is kept with its timer.
public enum VerdictOutcome: Equatable, Sendable {
    /// Nothing new: neither state nor outputs change.
    case unchanged
    /// Something new, and nothing to publish.
    case noted
    /// Publish the decision.
    case decided(RiskDecision)
    /// The state's time is over: delete it.
    case forgotten
}

/// Decides `fraud.verdicts`: one claim from its first evidence to its last revision (R01, R13).
///
///     unknown ── own checks ──▶ waiting ── answers in, or deadline ──▶ decided ──▶ forgotten after 90 days
///        │                        ▲                                    │  ▲
///        └── an entity's ─▶ early ┘                                    └──┘ rise by evidence, or a person's word
public enum VerdictDecider {
    /// How long a claim's state stays after its first decision, and evidence of a claim whose own checks never came.
    public static let retentionMilliseconds = 90 * Milliseconds.day

    /// Returns the key of a claim's state.
    public static func stateKey(friendID: String, claimID: String) -> String { "\(friendID)/\(claimID)" }

    /// Takes one piece of evidence; decides when all is in, and again when the claim looks worse than it was decided.
    ///
    /// The entry's timer is `deadlineMs` of the state. `leastWait` is how long to wait for answers though the rules would
    /// not, in milliseconds: event time runs ahead of the entities' partitions where old records are read at full speed.
    ///
    /// - Throws: a `Rejection`: `validation` or `schema` for evidence that cannot be, `conflict` for another claim's
    ///   state.
    public static func decide(
        _ evidence: ClaimEvidence, _ verdict: inout PendingVerdict, rules: FraudRules?, leastWait: Int64 = 0, at: Int64
    ) throws(Rejection) -> VerdictOutcome {
        try EvidenceDoor.check(evidence)
        try verdict.check(claimID: evidence.claimID, friendID: evidence.friendID)
        let before = verdict.reviewer.isEmpty ? nil : Judgement(of: verdict, rules: verdict.version(in: rules))
        let isNew = verdict.deadlineMs == 0
        guard try verdict.unite(evidence) else { return .unchanged }
        if isNew { verdict.deadlineMs = at &+ retentionMilliseconds }
        if evidence.isOwnChecks, !verdict.ownChecksSeen {
            open(&verdict, evidence, rules: rules, leastWait: leastWait, at: at)
        }
        guard verdict.isDecided else {
            return verdict.isComplete ? decideFirst(&verdict, rules: rules, at: at) : .noted
        }
        let now = Judgement(of: verdict, rules: verdict.version(in: rules))
        guard rises(verdict, from: before, to: now) else { return .noted }
        verdict.reviewer = ""
        return .decided(revise(&verdict, now.decision, now, at: at))
    }

    /// Handles the claim's timer: decides on what is in by the deadline; forgets a claim whose time is over.
    public static func timerDue(
        _ verdict: inout PendingVerdict, rules: FraudRules?, at: Int64
    ) -> VerdictOutcome {
        guard verdict.ownChecksSeen, !verdict.isDecided else { return .forgotten }
        return decideFirst(&verdict, rules: rules, at: at)
    }

    /// Takes a person's word on a decided claim; one that is not later than the last changes nothing.
    ///
    /// - Throws: a `Rejection`: `business-reject` for a claim that is unknown or not yet decided, `conflict` for
    ///   another claim's state.
    public static func review(
        _ word: ValidReview, _ verdict: inout PendingVerdict, rules: FraudRules?, at: Int64
    ) throws(Rejection) -> VerdictOutcome {
        try verdict.check(claimID: word.claimID, friendID: word.friendID)
        guard verdict.isDecided else { throw Rejection(.businessReject, "the claim is unknown or not yet decided") }
        if let last = PersonsWord(verdict.evidence[PersonsWord.key]), !word.word.isLater(than: last) {
            return .unchanged
        }
        verdict.evidence[PersonsWord.key] = word.word.evidence(of: verdict.claim)
        verdict.reviewer = word.word.reviewer
        let judgement = Judgement(of: verdict, rules: verdict.version(in: rules))
        return .decided(revise(&verdict, word.word.outcome, judgement, at: at))
    }

    private static func open(
        _ verdict: inout PendingVerdict, _ evidence: ClaimEvidence, rules: FraudRules?, leastWait: Int64, at: Int64
    ) {
        verdict.ownChecksSeen = true
        verdict.claim = evidence.claim
        verdict.expectedAnswers = evidence.expectedAnswers
        verdict.ruleSetVersion = evidence.ruleSetVersion
        let version = verdict.version(in: rules) ?? .defaults
        // From `at` on, not from the claim's own time alone: entities can answer only after they are asked, and a claim
        // that waited in a backlog has not been asked about.
        let start = max(at, evidence.claim.claimedAt.milliseconds ?? at)
        verdict.deadlineMs = start &+ max(version.evidenceDeadlineMs, leastWait)
    }

    private static func decideFirst(_ verdict: inout PendingVerdict, rules: FraudRules?, at: Int64) -> VerdictOutcome {
        verdict.deadlineMs = at &+ retentionMilliseconds
        let judgement = Judgement(of: verdict, rules: verdict.version(in: rules))
        return .decided(revise(&verdict, judgement.decision, judgement, at: at))
    }

    /// A decision never falls by itself. What a person has said stands, unless new evidence is what makes it a decline.
    private static func rises(_ verdict: PendingVerdict, from before: Judgement?, to now: Judgement) -> Bool {
        guard now.decision.rank > verdict.decision.rank else { return false }
        guard let before else { return true }
        return now.decision == .decline && before.decision != .decline
    }

    private static func revise(
        _ verdict: inout PendingVerdict, _ decision: Decision, _ judgement: Judgement, at: Int64
    ) -> RiskDecision {
        verdict.revision &+= 1
        verdict.decision = decision
        return .with {
            $0.decisionID = "\(verdict.claim.claimID)#\(verdict.revision)"
            $0.claimID = verdict.claim.claimID
            $0.friendID = verdict.claim.friendID
            $0.decision = decision
            $0.score = judgement.score
            $0.reasons = judgement.reasons
            $0.ruleSetVersion = verdict.ruleSetVersion
            $0.revision = verdict.revision
            $0.decidedAt = Google_Protobuf_Timestamp(milliseconds: at)
            $0.claim = verdict.claim
            $0.reviewer = verdict.reviewer
        }
    }
}

extension PendingVerdict {
    /// The version the own checks were made by, and so the version the whole claim is judged by (R13).
    func version(in rules: FraudRules?) -> FraudRulesVersion? { rules?.version(numbered: ruleSetVersion) }
}
