import Schemas

/// The totals of a demonstration's summary, from the model's outputs; each task's outputs come in their order.
struct ModelTotals {
    struct Money: Equatable {
        var budget: Int64 = 0
        var reserve: Int64 = 0
        var granted: Int64 = 0
        var held: Int64 = 0
        var voided: Int64 = 0
        var clawedBack: Int64 = 0
    }

    private var stages: [String: String] = [:]
    private var tags: [String: [String: String]] = [:]
    private var decisions: [String: Decision] = [:]
    private var rewards: [String: RewardState] = [:]
    private var pending: [String: Int64] = [:]
    private(set) var refusals: [String: Int] = [:]
    private(set) var money: [String: Money] = [:]
    private(set) var messages: [String: Int] = [:]
    private(set) var humanTasks: [String: Int] = [:]

    mutating func add(_ output: ModelOutput) {
        switch output.message {
        case let event as TagEvent: add(event)
        case let decision as RiskDecision: decisions[decision.claimID] = decision.decision
        case let event as RewardEvent:
            rewards["\(event.campaignID) \(event.rewardID)"] = event.state
            if event.state == .refused { refusals[event.reason, default: 0] += 1 }
        case let entry as LedgerEntry: add(entry)
        case let outcome as NotificationOutcome:
            let name =
                switch outcome.state {
                case .handedOff: "handed off"
                default: "\(outcome.state)"
                }
            messages[outcome.reason.isEmpty ? name : "\(name) \(outcome.reason)", default: 0] += 1
        case let task as HumanTask: humanTasks[task.kind, default: 0] += 1
        default: break
        }
    }

    private mutating func add(_ event: TagEvent) {
        switch event.kind {
        case .tagChanged(let change)?:
            tags[event.customerID, default: [:]][change.name] = change.present ? change.value : nil
        case .stageChanged(let change)?: stages[event.customerID] = "\(change.machine) \(change.to)"
        case .customerForgotten?:
            stages[event.customerID] = nil
            tags[event.customerID] = nil
        default: break
        }
    }

    private mutating func add(_ entry: LedgerEntry) {
        let transfer = entry.transfer
        guard entry.result == .ok else { return }
        let key = "\(transfer.campaignID) \(transfer.unit.ledgerName)"
        var sum = money[key] ?? Money()
        switch (transfer.code, transfer.phase) {
        case (.fundBudget, _): sum.budget += transfer.amount
        case (.drawReserve, _):
            // A drawing stands in two accounts; it enlarges the line's.
            if transfer.accountID == transfer.creditAccountID { sum.budget += transfer.amount }
        case (.fundReserve, _): sum.reserve += transfer.amount
        case (.clawBack, _): sum.clawedBack += transfer.amount
        case (.reward, .pending):
            pending[transfer.transferID] = transfer.amount
            sum.held += transfer.amount
        case (.reward, .postPending):
            sum.held -= pending[transfer.pendingID] ?? 0
            sum.granted += transfer.amount
        case (.reward, .voidPending):
            sum.held -= pending[transfer.pendingID] ?? 0
            sum.voided += pending[transfer.pendingID] ?? 0
        default: return
        }
        money[key] = sum
    }

    var customersByStage: [String: Int] { Self.counts(stages.values) }

    var customersByTag: [String: Int] {
        Self.counts(tags.values.flatMap { $0.map { name, value in name == "abandoned" ? name : "\(name) \(value)" } })
    }

    var claimsByDecision: [String: Int] {
        Self.counts(
            decisions.values.map { decision in
                switch decision {
                case .blockAndReview: "block_and_review"
                default: "\(decision)"
                }
            })
    }

    var rewardsByState: [String: Int] {
        Self.counts(
            rewards.map { key, state in
                let campaign = key.prefix { $0 != " " }
                return state == .clawedBack ? "\(campaign) clawed back" : "\(campaign) \(state)"
            })
    }

    private static func counts(_ names: some Sequence<String>) -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        return counts
    }
}
