import CommandLineTools
import ProtobufCodec
import ReferralFraud
import Schemas
import WorkerRuntime

/// Takes claims, checks them by what they say themselves, and asks their entities.
struct ClaimsStage: Stage {
    static let declaration = Stages.claims

    init(configuration: Configuration) throws {}

    static func validateGlobal(_ topic: String, _ value: [UInt8]) throws {
        if topic == Topics.campaigns.name { _ = try Campaign(serializedBytes: value) }
        try FraudRulesTable.validate(topic, value)
    }

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let claim = try ValidClaim(record.decode(Topics.referralClaims))
        context.outputTime = context.judgedAt(claim.claimedAt)
        var friend = try context.get(Tables.friendClaims, claim.claim.friendID) ?? FriendClaims()
        let outcome = try ClaimDecider.decide(
            claim, &friend, campaign: context.global(Topics.campaigns, claim.claim.campaignID),
            rules: FraudRulesTable.rules(context))
        switch outcome {
        case .duplicate: context.count("fraud_duplicate_claims")
        case .checked(let evidence, let queries):
            try context.put(Tables.friendClaims, claim.claim.friendID, friend)
            try context.publish(evidence, to: Topics.fraudEvidence)
            for query in queries { try context.publish(query, to: Topics.entityQueries) }
        }
    }
}

/// Says of one device, address, payment means or referrer what its claims have in common.
struct EntitiesStage: Stage {
    static let declaration = Stages.entities

    init(configuration: Configuration) throws {}

    static func validateGlobal(_ topic: String, _ value: [UInt8]) throws {
        try FraudRulesTable.validate(topic, value)
    }

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let query = try record.decode(Topics.entityQueries)
        var book = ContextBook(context: context)
        switch try EntityDecider.decide(query, &book, rules: FraudRulesTable.rules(context)) {
        case .known: context.count("fraud_known_queries")
        case .answered(let evidence):
            for one in evidence { try context.publish(one, to: Topics.fraudEvidence) }
        }
    }

    /// Drops an entity that has had no new claim for as long as any claim would be kept.
    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        try context.delete(Tables.entityHistories, key)
    }

    private struct ContextBook: EntityBook {
        let context: DecisionContext

        func history(_ key: String) throws -> EntityHistory? { try context.get(Tables.entityHistories, key) }

        func keep(_ history: EntityHistory, _ key: String) throws {
            try context.put(Tables.entityHistories, key, history, timer: expiry)
        }

        // Event time may run ahead of the records of slower partitions, which would then find their history gone: a
        // replay keeps it all, as it ends by itself.
        private var expiry: Int64? {
            switch context.clock {
            case .event: nil
            case .wall: context.at &+ EntityDecider.retentionMilliseconds
            }
        }
    }
}

/// Adds the evidence on a claim up to a decision, and raises it where more comes in.
struct VerdictsStage: Stage {
    static let declaration = Stages.verdicts
    static let settings: [any AnySetting] = [eventWait]

    // Replays read months in minutes: a claim's own checks are then days of event time ahead of its entities' answers, and
    // a deadline of the rules would send nearly all of them to review.
    private static let eventWait = Setting<Int>(
        "fraud.event.wait.ms", default: 365 * 86_400_000, allowed: .range(0...10 * 365 * 86_400_000),
        help: "With clock=event, the least event time that a claim waits for its evidence, whatever its rules say.")

    private let eventWaitMilliseconds: Int64

    init(configuration: Configuration) throws {
        eventWaitMilliseconds = Int64(configuration[Self.eventWait])
    }

    static func validateGlobal(_ topic: String, _ value: [UInt8]) throws {
        try FraudRulesTable.validate(topic, value)
    }

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        if record.isFrom(Topics.fraudReviews) {
            try review(record, context)
        } else {
            try weigh(record, context)
        }
    }

    private func weigh(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let evidence = try record.decode(Topics.fraudEvidence)
        let key = VerdictDecider.stateKey(friendID: evidence.friendID, claimID: evidence.claimID)
        var verdict = try context.get(Tables.pendingVerdicts, key) ?? PendingVerdict()
        let outcome = try VerdictDecider.decide(
            evidence, &verdict, rules: FraudRulesTable.rules(context), leastWait: leastWait(context.clock),
            at: context.at)
        try keep(outcome, verdict, key, context)
    }

    private func leastWait(_ clock: ClockMode) -> Int64 {
        switch clock {
        case .event: eventWaitMilliseconds
        case .wall: 0
        }
    }

    private func review(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let review = try ValidReview(record.decode(Topics.fraudReviews))
        context.outputTime = context.judgedAt(review.reviewedAt)
        let key = VerdictDecider.stateKey(friendID: review.friendID, claimID: review.claimID)
        var verdict = try context.get(Tables.pendingVerdicts, key) ?? PendingVerdict()
        let outcome = try VerdictDecider.review(
            review, &verdict, rules: FraudRulesTable.rules(context), at: context.outputTime)
        try keep(outcome, verdict, key, context)
    }

    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        guard var verdict = try context.get(Tables.pendingVerdicts, key) else { return }
        let outcome = VerdictDecider.timerDue(&verdict, rules: try FraudRulesTable.rules(context), at: context.at)
        try keep(outcome, verdict, key, context)
    }

    private func keep(
        _ outcome: VerdictOutcome, _ verdict: PendingVerdict, _ key: String, _ context: DecisionContext
    ) throws {
        switch outcome {
        case .unchanged: break
        case .noted: try context.put(Tables.pendingVerdicts, key, verdict, timer: verdict.deadlineMs)
        case .decided(let decision):
            try context.put(Tables.pendingVerdicts, key, verdict, timer: verdict.deadlineMs)
            try context.publish(decision, to: Topics.fraudDecisions)
        case .forgotten: try context.delete(Tables.pendingVerdicts, key)
        }
    }
}

/// The global table of the three stages.
enum FraudRulesTable {
    static func rules(_ context: DecisionContext) throws -> FraudRules? {
        try context.global(Topics.fraudRules, FraudRules.referralName)
    }

    /// Passes a record that may be judged by; a record of another table is not looked at.
    static func validate(_ topic: String, _ value: [UInt8]) throws {
        guard topic == Topics.fraudRules.name else { return }
        try FraudRules(serializedBytes: value).validate()
    }
}
