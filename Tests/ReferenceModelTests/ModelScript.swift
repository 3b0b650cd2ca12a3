import ProtobufCodec
import Schemas

/// Runs a stage's model over hand-written records and tells what it published in short lines; times count from `start`.
struct ModelScript<Stage: ModelStage> {
    var task: ModelTask<Stage>

    init(_ stage: Stage) { task = ModelTask(stage) }

    mutating func take<Value: Message>(_ topic: Topic<Value>, at time: Int64, _ value: Value) {
        task.take(ModelRecord(topic, at: start + time, value))
    }

    /// Lets event time pass.
    mutating func pass(to time: Int64) {
        take(Topics.clock, at: time, .with { $0.nowMs = start + time })
    }

    /// The outputs since the last call, those whose line begins with one of these words.
    mutating func lines(_ words: String...) -> [String] {
        task.takeOutputs().map(line).filter { line in words.isEmpty || words.contains { line.hasPrefix($0) } }
    }

    mutating func messages<Value: Message>(_ type: Value.Type) -> [Value] {
        task.takeOutputs().compactMap { $0.message as? Value }
    }

    var refusals: [Rejection.Reason] { task.refusals.map(\.reason) }
}

/// Monday 2024-01-01, midnight UTC: 8:00 of the same Monday in the default zone.
let start: Int64 = 1_704_067_200_000
let second = Milliseconds.second
let minute = Milliseconds.minute
let hour = Milliseconds.hour
let day = Milliseconds.day

private func since(_ time: Google_Protobuf_Timestamp) -> Int64 { (time.milliseconds ?? 0) - start }

/// One output in a few words.
private func line(_ output: ModelOutput) -> String {
    switch output.message {
    case let event as TagEvent:
        switch event.kind {
        case .tagChanged(let change)? where change.present:
            return "\(change.name)=\(change.value) @\(since(event.changedAt))"
        case .tagChanged(let change)?: return "\(change.name) gone @\(since(event.changedAt))"
        case .scoreChanged(let change)?: return "\(change.name) \(change.value) @\(since(event.changedAt))"
        case .stageChanged(let change)?:
            return "\(change.machine) \(change.from)>\(change.to) @\(since(event.changedAt))"
        case .customerForgotten?: return "forgotten @\(since(event.changedAt))"
        default: return "?"
        }
    case let entry as AuditEntry: return "\(entry.action) by \(entry.actor) @\(since(entry.at))"
    case let request as NotificationRequest: return "request \(request.requestID) @\(since(request.requestedAt))"
    case let decision as RiskDecision:
        return "\(decision.decisionID) \(decision.decision) \(decision.score) @\(since(decision.decidedAt))"
    case let request as BudgetRequest:
        let amounts = request.amounts.map { "\($0.side.ledgerName) \($0.amount)" }.joined(separator: ", ")
        let words = ["\(request.action)\(request.held ? " held" : "")", request.reason, amounts].filter { !$0.isEmpty }
        return "\(request.rewardID) \(words.joined(separator: " ")) @\(request.requestedMs - start)"
    case let transfer as AccountTransfer:
        return "transfer \(transfer.accountID) \(transfer.transferID) \(transfer.phase) \(transfer.amount)"
    case let event as RewardEvent:
        let amounts = event.amounts.map { "\($0.side.ledgerName) \($0.amount)" }.joined(separator: ", ")
        return ["event", event.rewardEventID, "\(event.state)", event.reason, amounts].filter { !$0.isEmpty }
            .joined(separator: " ")
    case let alert as OpsAlert: return "alert \(alert.alertID)"
    case let entry as LedgerEntry:
        let balance = entry.balance
        return "\(entry.sequence) \(entry.transfer.transferID) \(entry.result) "
            + "dp\(balance.debitsPosted) cn\(balance.creditsPending) cp\(balance.creditsPosted)"
    case let send as NotificationSend: return "send \(send.requestID) \(send.channel) \(send.text)"
    case let outcome as NotificationOutcome:
        return ["\(outcome.requestID) \(outcome.state)", outcome.reason, outcome.ruleID].filter { !$0.isEmpty }
            .joined(separator: " ") + " @\(since(outcome.changedAt))"
    case let task as HumanTask: return "task \(task.taskID) due \(since(task.dueAt))"
    default: return "?"
    }
}
