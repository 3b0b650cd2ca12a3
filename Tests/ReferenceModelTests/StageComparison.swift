import Foundation
import ProtobufCodec
import Schemas

/// A multiset of outputs: the model's count up, the recorded ones down; nothing is left where both agree.
struct StageComparison {
    struct Key: Hashable {
        var task: Int32
        var output: ModelOutput
    }

    private(set) var compared = 0
    private(set) var recorded = 0
    private var counts: [Key: Int] = [:]

    mutating func model(_ task: Int32, _ output: ModelOutput) {
        compared += 1
        count(Key(task: task, output: Self.determined(output)), 1)
    }

    mutating func record(_ task: Int32, _ output: ModelOutput) {
        recorded += 1
        count(Key(task: task, output: Self.determined(output)), -1)
    }

    private mutating func count(_ key: Key, _ change: Int) {
        let count = (counts[key] ?? 0) + change
        counts[key] = count == 0 ? nil : count
    }

    /// Without what Rules.md leaves open: an alert's words are for people.
    private static func determined(_ output: ModelOutput) -> ModelOutput {
        guard var alert = output.message as? OpsAlert else { return output }
        alert.text = ""
        return ModelOutput(Topics.alerts, alert, at: output.timestamp)
    }

    var isEqual: Bool { counts.isEmpty }
    var differenceCount: Int { counts.values.reduce(0) { $0 + abs($1) } }

    /// The first differences, each message beside the one with the same id.
    func report(limit: Int = 8) -> String {
        var pairs: [String: (model: [ModelOutput], recorded: [ModelOutput])] = [:]
        for (key, count) in counts {
            let name = "task \(key.task) \(key.output.topic) \(Self.identity(key.output.message))"
            for _ in 0..<abs(count) {
                if count > 0 {
                    pairs[name, default: ([], [])].model.append(key.output)
                } else {
                    pairs[name, default: ([], [])].recorded.append(key.output)
                }
            }
        }
        let first = pairs.sorted { Self.time($0.value) < Self.time($1.value) }.prefix(limit)
        return first.map { name, pair in
            "\(name)\n" + Self.difference(pair.model.first, pair.recorded.first)
        }.joined(separator: "\n")
    }

    private static func time(_ pair: (model: [ModelOutput], recorded: [ModelOutput])) -> Int64 {
        (pair.model + pair.recorded).map(\.timestamp).min() ?? 0
    }

    private static func difference(_ model: ModelOutput?, _ recorded: ModelOutput?) -> String {
        guard let model else { return "  only recorded: \(recorded.map(json) ?? "")" }
        guard let recorded else { return "  only in the model: \(json(model))" }
        var lines: [String] = []
        if model.timestamp != recorded.timestamp {
            lines.append("  timestamp: model \(model.timestamp), recorded \(recorded.timestamp)")
        }
        let (left, right) = (fields(model), fields(recorded))
        for name in Set(left.keys).union(right.keys).sorted() where left[name] != right[name] {
            lines.append("  \(name): model \(left[name] ?? "-"), recorded \(right[name] ?? "-")")
        }
        return lines.joined(separator: "\n")
    }

    private static func json(_ output: ModelOutput) -> String {
        "@\(output.timestamp) " + ((try? output.message.jsonString()) ?? "")
    }

    private static func fields(_ output: ModelOutput) -> [String: String] {
        guard let text = try? output.message.jsonString(),
            let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        else { return [:] }
        return object.mapValues { value in
            let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
            return String(decoding: data ?? Data(), as: UTF8.self)
        }
    }

    /// What a person would call the message by.
    private static func identity(_ message: any Message) -> String {
        switch message {
        case let event as TagEvent: event.tagEventID
        case let request as NotificationRequest: request.requestID
        case let entry as AuditEntry: entry.auditID
        case let query as EntityQuery: "\(query.claim.claimID) \(query.kind) \(query.entityKey)"
        case let evidence as ClaimEvidence:
            "\(evidence.claimID) \(evidence.kind) \(evidence.entityKey)\(evidence.revised ? " revised" : "")"
        case let decision as RiskDecision: decision.decisionID
        case let request as BudgetRequest: "\(request.rewardID) \(request.action) \(request.step)"
        case let transfer as AccountTransfer: "\(transfer.accountID) \(transfer.transferID)"
        case let event as RewardEvent: event.rewardEventID
        case let alert as OpsAlert: alert.alertID
        case let entry as LedgerEntry: "\(entry.accountID) \(entry.transfer.transferID)"
        case let send as NotificationSend: send.sendID
        case let outcome as NotificationOutcome: "\(outcome.requestID) \(outcome.state)"
        case let task as HumanTask: task.taskID
        default: ""
        }
    }
}
