import Kafka
import ProtobufCodec
import Schemas
public import ShopGenerator

/// What a demonstration's topics say in the end: computed from the committed records alone.
public struct DemoSummary: Sendable {
    /// How well a rule found what was planted.
    public struct Detection: Sendable, Equatable {
        public var planted = 0
        /// Planted claims that were not approved.
        public var stopped = 0
        /// Claims that were not approved and have a finding of the kind's rule.
        public var accused = 0
        /// Nothing seen yet.
        public init() {}
        /// Of those, planted abuse of any kind.
        public var rightlyAccused = 0
        public var recall: Double? { planted == 0 ? nil : Double(stopped) / Double(planted) }
        public var precision: Double? { accused == 0 ? nil : Double(rightlyAccused) / Double(accused) }
    }

    /// Money of one campaign and unit, from the journal.
    public struct Money: Sendable, Equatable {
        public var budget: Int64 = 0
        public var reserve: Int64 = 0
        public var granted: Int64 = 0
        public var held: Int64 = 0
        public var voided: Int64 = 0
        public var clawedBack: Int64 = 0
        /// What is pending or paid; never above the budget.
        public var used: Int64 { held + granted - clawedBack }
    }

    public private(set) var customersByStage: [String: Int] = [:]
    public private(set) var customersByTag: [String: Int] = [:]
    public private(set) var claimsByDecision: [String: Int] = [:]
    public private(set) var detections: [PlantedKind: Detection] = [:]
    public private(set) var honestStopped = 0
    public private(set) var honestClaims = 0
    public private(set) var rewardsByState: [String: Int] = [:]
    public private(set) var refusalsByReason: [String: Int] = [:]
    public private(set) var money: [String: Money] = [:]
    public private(set) var messages: [String: Int] = [:]
    public private(set) var humanTasks: [String: Int] = [:]
    public private(set) var deadLettersByReason: [String: Int] = [:]
    public private(set) var recordsByTopic: [String: Int] = [:]
    public private(set) var digests: [String: String] = [:]
    /// Rules that every run must keep; empty where all hold.
    public private(set) var violations: [String] = []

    /// Reads every output of the fleet. `progress` is told each topic's name.
    public init(
        _ fold: TopicFold, planted: [String: PlantedKind], progress: (String) -> Void = { _ in }
    ) throws {
        try readTags(fold, progress)
        try readDecisions(fold, planted, progress)
        try readRewards(fold, progress)
        try readLedger(fold, progress)
        try readMessages(fold, progress)
        try readDeadLetters(fold, progress)
    }

    // MARK: Tagging

    private mutating func readTags(_ fold: TopicFold, _ progress: (String) -> Void) throws {
        progress(Topics.tags.name)
        var stages: [String: [String: String]] = [:]
        var tags: [String: [String: String]] = [:]
        var digest = TopicDigest()
        // A forgotten customer who comes back is a new one: the profile's sequence starts again.
        var ids: [String: Set<UInt64>] = [:]
        try fold.forEach(Topics.tags) { record, event in
            recordsByTopic[Topics.tags.name, default: 0] += 1
            digest.combine(record)
            if !ids[event.customerID, default: []].insert(FNV1a.hash(event.tagEventID)).inserted {
                violations.append("tag event \(event.tagEventID) is there twice")
            }
            switch event.kind {
            case .tagChanged(let change)?:
                tags[event.customerID, default: [:]][change.name] = change.present ? change.value : nil
            case .stageChanged(let change)?:
                stages[event.customerID, default: [:]][change.machine] = change.to
            case .customerForgotten?:
                ids[event.customerID] = nil
                stages[event.customerID] = nil
                tags[event.customerID] = nil
            case .scoreChanged?, .identityMerged?, .identityReview?, nil: break
            }
        }
        for machines in stages.values {
            for (machine, state) in machines { customersByStage["\(machine) \(state)", default: 0] += 1 }
        }
        for present in tags.values {
            for (name, value) in present {
                // Values with an id in them, such as a checkout's, would make a line for each customer.
                let shown = name == "abandoned" ? name : "\(name) \(value)"
                customersByTag[shown, default: 0] += 1
            }
        }
        digests[Topics.tags.name] = digest.text
        var changelog = StateDigest()
        try fold.forEachRecord(Stages.profiles.changelog) { changelog.apply($0) }
        digests["tagging.profiles state"] = changelog.text
    }

    // MARK: Fraud

    private mutating func readDecisions(
        _ fold: TopicFold, _ planted: [String: PlantedKind], _ progress: (String) -> Void
    ) throws {
        progress(Topics.fraudDecisions.name)
        var last: [String: RiskDecision] = [:]
        var seen: Set<String> = []
        try fold.forEach(Topics.fraudDecisions) { _, decision in
            recordsByTopic[Topics.fraudDecisions.name, default: 0] += 1
            if !seen.insert(decision.decisionID).inserted {
                violations.append("decision \(decision.decisionID) is there twice")
            }
            last[decision.claimID] = decision
        }
        for (claim, decision) in last {
            claimsByDecision[Self.name(decision.decision), default: 0] += 1
            let kind = planted[claim] ?? .honest
            let isStopped = decision.decision != .approve
            if kind == .honest {
                honestClaims += 1
                if isStopped { honestStopped += 1 }
            } else {
                detections[kind, default: Detection()].planted += 1
                if isStopped { detections[kind, default: Detection()].stopped += 1 }
            }
            guard isStopped else { continue }
            for accused in PlantedKind.allCases where accused != .honest {
                let isNamed = decision.reasons.contains {
                    $0.ruleID == accused.ruleID && $0.weight > 0
                }
                guard isNamed else { continue }
                detections[accused, default: Detection()].accused += 1
                if kind != .honest { detections[accused, default: Detection()].rightlyAccused += 1 }
            }
        }
        for claim in planted.keys where last[claim] == nil { violations.append("claim \(claim) was never decided") }
    }

    static func name(_ decision: Decision) -> String {
        switch decision {
        case .approve: "approve"
        case .review: "review"
        case .blockAndReview: "block_and_review"
        case .decline: "decline"
        case .unspecified: "unspecified"
        case .UNRECOGNIZED(let number): "decision\(number)"
        }
    }

    // MARK: Settlement

    private mutating func readRewards(_ fold: TopicFold, _ progress: (String) -> Void) throws {
        progress(Topics.rewards.name)
        var last: [String: RewardState] = [:]
        var seen: Set<UInt64> = []
        try fold.forEach(Topics.rewards) { _, event in
            recordsByTopic[Topics.rewards.name, default: 0] += 1
            if !seen.insert(FNV1a.hash(event.rewardEventID)).inserted {
                violations.append("reward event \(event.rewardEventID) is there twice")
            }
            last["\(event.campaignID) \(event.rewardID)"] = event.state
            if event.state == .refused { refusalsByReason[event.reason, default: 0] += 1 }
        }
        for (key, state) in last {
            let campaign = key.prefix { $0 != " " }
            rewardsByState["\(campaign) \(Self.name(state))", default: 0] += 1
        }
    }

    static func name(_ state: RewardState) -> String {
        switch state {
        case .pending: "pending"
        case .held: "held"
        case .posted: "posted"
        case .voided: "voided"
        case .clawedBack: "clawed back"
        case .refused: "refused"
        case .unspecified: "unspecified"
        case .UNRECOGNIZED(let number): "state\(number)"
        }
    }

    private mutating func readLedger(_ fold: TopicFold, _ progress: (String) -> Void) throws {
        progress(Topics.ledgerEntries.name)
        var seen: Set<UInt64> = []
        var pending: [UInt64: Int64] = [:]
        try fold.forEach(Topics.ledgerEntries) { _, entry in
            recordsByTopic[Topics.ledgerEntries.name, default: 0] += 1
            let transfer = entry.transfer
            if !seen.insert(FNV1a.hash(transfer.transferID)).inserted {
                violations.append("transfer \(transfer.transferID) is in the journal twice")
            }
            guard entry.result == .ok else { return }
            let key = "\(transfer.campaignID) \(transfer.unit.ledgerName)"
            let pendingID = FNV1a.hash(transfer.pendingID)
            switch transfer.code {
            case .fundBudget: money[key, default: Money()].budget += transfer.amount
            case .fundReserve: money[key, default: Money()].reserve += transfer.amount
            case .drawReserve:
                // A drawing stands in the journal of both its accounts; it is counted where it arrives.
                if transfer.accountID == transfer.creditAccountID {
                    money[key, default: Money()].budget += transfer.amount
                }
            case .clawBack: money[key, default: Money()].clawedBack += transfer.amount
            case .reward:
                switch transfer.phase {
                case .pending:
                    pending[FNV1a.hash(transfer.transferID)] = transfer.amount
                    money[key, default: Money()].held += transfer.amount
                case .postPending:
                    money[key, default: Money()].held -= pending[pendingID] ?? 0
                    money[key, default: Money()].granted += transfer.amount
                case .voidPending:
                    money[key, default: Money()].held -= pending[pendingID] ?? 0
                    money[key, default: Money()].voided += pending[pendingID] ?? 0
                case .single, .unspecified, .UNRECOGNIZED: break
                }
            case .pointsSpent, .pointsExpired, .unspecified, .UNRECOGNIZED: break
            }
        }
        for (key, sum) in money where sum.used > sum.budget {
            violations.append("\(key): \(sum.used) used of a budget of \(sum.budget)")
        }
    }

    // MARK: Notification

    private mutating func readMessages(_ fold: TopicFold, _ progress: (String) -> Void) throws {
        progress(Topics.notificationOutcomes.name)
        var requests: Set<UInt64> = []
        var answered: Set<UInt64> = []
        try fold.forEach(Topics.notificationRequests) { _, request in
            recordsByTopic[Topics.notificationRequests.name, default: 0] += 1
            requests.insert(FNV1a.hash(request.requestID))
        }
        try fold.forEach(Topics.notificationOutcomes) { _, outcome in
            recordsByTopic[Topics.notificationOutcomes.name, default: 0] += 1
            let reason = outcome.reason.isEmpty ? "" : " \(outcome.reason)"
            messages["\(Self.name(outcome.state))\(reason)", default: 0] += 1
            answered.insert(FNV1a.hash(outcome.requestID))
        }
        let unanswered = requests.subtracting(answered).count
        if unanswered > 0 { violations.append("\(unanswered) notification requests have no outcome") }
        var sends: Set<UInt64> = []
        try fold.forEach(Topics.notificationSends) { _, send in
            recordsByTopic[Topics.notificationSends.name, default: 0] += 1
            if !sends.insert(FNV1a.hash(send.sendID)).inserted {
                violations.append("send \(send.sendID) is there twice")
            }
        }
        try fold.forEach(Topics.notificationReceipts) { _, _ in
            recordsByTopic[Topics.notificationReceipts.name, default: 0] += 1
        }
        try fold.forEach(Topics.humanTasks) { _, task in
            recordsByTopic[Topics.humanTasks.name, default: 0] += 1
            humanTasks[task.kind, default: 0] += 1
        }
    }

    static func name(_ state: OutcomeState) -> String {
        switch state {
        case .sending: "sending"
        case .deferred: "deferred"
        case .skipped: "skipped"
        case .handedOff: "handed off"
        case .sent: "sent"
        case .failed: "failed"
        case .opened: "opened"
        case .clicked: "clicked"
        case .unspecified: "unspecified"
        case .UNRECOGNIZED(let number): "state\(number)"
        }
    }

    private mutating func readDeadLetters(_ fold: TopicFold, _ progress: (String) -> Void) throws {
        for stage in Stages.all {
            progress(stage.deadLetters.name)
            try fold.forEachRecord(stage.deadLetters) { record in
                recordsByTopic[stage.deadLetters.name, default: 0] += 1
                let reason = record.headers.last { $0.name == "growth-reason" }?.text ?? "unknown"
                deadLettersByReason["\(stage.group) \(reason)", default: 0] += 1
            }
        }
    }
}

/// The content that a changelog folds to, as one figure: independent of how often each key was written.
struct StateDigest {
    private var entries: [[UInt8]: UInt64] = [:]

    /// Reserved keys, which tell of progress and not of content, begin here.
    private static let firstReserved: UInt8 = 240

    mutating func apply(_ record: OwnedRecord) {
        guard let key = record.key, let table = key.first, table < Self.firstReserved else { return }
        guard let value = record.value else {
            entries[key] = nil
            return
        }
        var hash = FNV1a()
        hash.combine(UInt8(truncatingIfNeeded: record.partition))
        hash.combine(key)
        hash.combine(value)
        entries[key] = hash.value
    }

    var text: String {
        // A sum does not mind the order; the count tells apart what cancels out.
        let sum = entries.values.reduce(0, &+)
        return "\(entries.count)-\(String(sum, radix: 16))"
    }
}
