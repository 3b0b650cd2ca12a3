import Kafka
import ProtobufCodec
import Schemas

/// The chain from events to a payment or a message: each step with its rule, version and evidence.
public struct Explanation: Sendable {
    /// One link of the chain.
    public struct Step: Sendable, Equatable {
        public var time: Int64
        public var topic: String
        public var what: String
        public var rule: String
        public var version: String
        public var evidence: [String]
    }

    public private(set) var steps: [Step] = []

    /// Everything about one claim: the claim, its decisions, its reward, its transfers, its messages.
    public static func claim(_ id: String, _ fold: TopicFold) throws -> Explanation {
        var explanation = Explanation()
        try explanation.readClaim(id, fold)
        guard !explanation.steps.isEmpty else { return explanation }
        try explanation.readDecisions(id, fold)
        try explanation.readReward(id, fold)
        explanation.sort()
        return explanation
    }

    /// Everything about one reward: a claim's id, or `order:<order id>`.
    public static func reward(_ id: String, _ fold: TopicFold) throws -> Explanation {
        var explanation = Explanation()
        try explanation.readClaim(id, fold)
        try explanation.readDecisions(id, fold)
        try explanation.readReward(id, fold)
        explanation.sort()
        return explanation
    }

    /// Everything about one customer: events, tags, claims, rewards and messages.
    public static func customer(_ id: String, _ fold: TopicFold) throws -> Explanation {
        var explanation = Explanation()
        try explanation.readEvents(id, fold)
        try explanation.readTags(id, fold)
        var claims: Set<String> = []
        try fold.forEach(Topics.referralClaims) { _, claim in
            if claim.friendID == id || claim.referrerID == id { claims.insert(claim.claimID) }
        }
        for claim in claims.sorted() {
            try explanation.readClaim(claim, fold)
            try explanation.readDecisions(claim, fold)
        }
        let accounts = Set(
            [RewardUnit.cash, .coupon, .points, .quota].map {
                AccountID.customer(CustomerID(rawValue: id), $0).rawValue
            })
        try explanation.readTransfers(fold) { accounts.contains($0.accountID) }
        try explanation.readMessages(fold) { $0 == id }
        explanation.sort()
        return explanation
    }

    private mutating func sort() {
        steps = steps.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    private mutating func add(
        _ record: OwnedRecord, _ time: Int64?, _ what: String, rule: String = "", version: String = "",
        evidence: [String] = []
    ) {
        steps.append(
            Step(
                time: time ?? record.timestampMilliseconds, topic: record.topic, what: what, rule: rule,
                version: version,
                evidence: evidence))
    }

    // MARK: Links

    private mutating func readEvents(_ customer: String, _ fold: TopicFold) throws {
        try fold.forEachDecodable(Topics.customerEvents) { record, event in
            guard event.customerID == customer else { return }
            add(record, event.occurredAt.milliseconds, Self.text(event), evidence: [event.eventID])
        }
    }

    private static func text(_ event: CustomerEvent) -> String {
        guard let kind = event.kind else { return "unknown event" }
        // The case's label is the schema's name of the event.
        let label = Mirror(reflecting: kind).children.first?.label ?? "event"
        if case .orderPaid(let order) = kind {
            return "\(label) \(order.orderID) \(order.amount.minorUnits) \(order.amount.currency)"
        }
        if case .orderRefunded(let refund) = kind {
            return "\(label) \(refund.orderID) \(refund.amount.minorUnits) \(refund.amount.currency)"
        }
        return label
    }

    private mutating func readTags(_ customer: String, _ fold: TopicFold) throws {
        try fold.forEach(Topics.tags) { record, event in
            guard event.customerID == customer else { return }
            let what: String
            switch event.kind {
            case .tagChanged(let change)?:
                what = change.present ? "tag \(change.name) = \(change.value)" : "tag \(change.name) removed"
            case .scoreChanged(let change)?: what = "score \(change.name) = \(change.value)"
            case .stageChanged(let change)?: what = "stage \(change.machine): \(change.from) to \(change.to)"
            case .customerForgotten?: what = "forgotten"
            case .identityMerged?, .identityReview?, nil: what = "identity"
            }
            let borders = event.calibrationVersion > 0 ? ", borders v\(event.calibrationVersion)" : ""
            add(
                record, event.changedAt.milliseconds, what, rule: event.ruleID,
                version: "v\(event.ruleVersion)\(borders)",
                evidence: event.evidenceEventIds)
        }
    }

    private mutating func readClaim(_ id: String, _ fold: TopicFold) throws {
        try fold.forEachDecodable(Topics.referralClaims) { record, claim in
            guard claim.claimID == id else { return }
            add(
                record, claim.claimedAt.milliseconds,
                "claim of \(claim.friendID) by \(claim.referrerID) in \(claim.campaignID)",
                evidence: ["order:\(claim.qualifyingOrderID)", "device:\(claim.deviceID)", "ip:\(claim.ipAddress)"])
        }
    }

    private mutating func readDecisions(_ claim: String, _ fold: TopicFold) throws {
        try fold.forEach(Topics.fraudDecisions) { record, decision in
            guard decision.claimID == claim else { return }
            let by = decision.reviewer.isEmpty ? "" : " by \(decision.reviewer)"
            add(
                record, decision.decidedAt.milliseconds,
                "decision \(DemoSummary.name(decision.decision))\(by), score \(decision.score)", rule: "R01",
                version: "rules v\(decision.ruleSetVersion), revision \(decision.revision)",
                evidence: decision.reasons.map(Self.text))
        }
    }

    private static func text(_ finding: Finding) -> String {
        let measured = finding.limit > 0 ? " \(finding.measured) of \(finding.limit)" : ""
        let evidence = finding.evidence.isEmpty ? "" : " (\(finding.evidence.joined(separator: ", ")))"
        return "\(finding.outcome) \(finding.reason) +\(finding.weight)\(measured)\(evidence)"
    }

    private mutating func readReward(_ id: String, _ fold: TopicFold) throws {
        try fold.forEach(Topics.rewards) { record, event in
            guard event.rewardID == id else { return }
            let amounts = event.amounts.map { "\($0.amount) \($0.unit.ledgerName) to \($0.customerID)" }
            let reason = event.reason.isEmpty ? "" : ": \(event.reason)"
            add(
                record, event.changedAt.milliseconds, "reward \(DemoSummary.name(event.state))\(reason)", rule: "S01",
                version: "\(event.campaignID) v\(event.campaignVersion)",
                evidence: [event.decisionID, event.orderID.isEmpty ? "" : "order:\(event.orderID)"].filter {
                    !$0.isEmpty
                }
                    + amounts)
        }
        var messages: Set<String> = []
        try readTransfers(fold) { transfer in
            guard transfer.rewardID == id else { return false }
            messages.insert("reward/\(transfer.transferID)")
            messages.insert("clawback/\(transfer.transferID)")
            return true
        }
        try readMessages(fold, ids: messages)
    }

    private mutating func readTransfers(_ fold: TopicFold, _ isWanted: (AccountTransfer) -> Bool) throws {
        try fold.forEach(Topics.ledgerEntries) { record, entry in
            guard isWanted(entry.transfer) else { return }
            let transfer = entry.transfer
            add(
                record, entry.effectiveAt.milliseconds,
                "transfer \(transfer.amount) \(transfer.unit.ledgerName): \(transfer.debitAccountID) to \(transfer.creditAccountID)",
                rule: "S10", version: transfer.transferID,
                evidence: ["balance \(entry.balance.creditsPosted - entry.balance.debitsPosted)"])
        }
    }

    private mutating func readMessages(_ fold: TopicFold, ids: Set<String>) throws {
        guard !ids.isEmpty else { return }
        try readOutcomes(fold) { ids.contains($0.requestID) }
    }

    private mutating func readMessages(_ fold: TopicFold, _ isCustomer: (String) -> Bool) throws {
        try readOutcomes(fold) { isCustomer($0.customerID) }
    }

    private mutating func readOutcomes(_ fold: TopicFold, _ isWanted: (NotificationOutcome) -> Bool) throws {
        try fold.forEach(Topics.notificationOutcomes) { record, outcome in
            guard isWanted(outcome) else { return }
            let reason = outcome.reason.isEmpty ? "" : ": \(outcome.reason)"
            let figures = outcome.figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            add(
                record, outcome.changedAt.milliseconds,
                "message \(outcome.templateID) \(DemoSummary.name(outcome.state))\(reason)", rule: outcome.ruleID,
                version: outcome.sendID, evidence: [outcome.requestID] + figures)
        }
    }
}

extension TopicFold {
    /// As `forEach`, passing over records that cannot be decoded: input topics hold some, and they are dead letters.
    func forEachDecodable<Value: Message>(
        _ topic: Topic<Value>, _ body: (OwnedRecord, Value) throws -> Void
    ) throws {
        try forEachRecord(topic.declaration) { record in
            guard let bytes = record.value, let value = try? Value(serializedBytes: bytes) else { return }
            try body(record, value)
        }
    }
}
