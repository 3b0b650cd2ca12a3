import ProtobufCodec
import Schemas
import WorkerRuntime

/// The topics of a run in this process: one partition each, in order of arrival.
struct StressLog {
    struct Entry {
        var key: [UInt8]?
        var record: ModelRecord
    }

    private var topics: [String: [Entry]] = [:]
    private var sendsAnswered = 0

    func entries(_ topic: String) -> [Entry] { topics[topic] ?? [] }

    mutating func add(_ record: StressHistory.Record) throws {
        switch record.content {
        case .event(let event): try add(event, Topics.customerEvents, at: record.timestamp)
        case .claim(let claim): try add(claim, Topics.referralClaims, at: record.timestamp)
        case .review(let review): try add(review, Topics.fraudReviews, at: record.timestamp)
        case .request(let request): try add(request, Topics.notificationRequests, at: record.timestamp)
        case .tick(let time): try add(ClockTick.with { $0.nowMs = time }, Topics.clock, at: time)
        }
    }

    mutating func add(_ outputs: [OutputRecord]) {
        for output in outputs {
            topics[output.topic.name, default: []].append(
                Entry(
                    key: output.key,
                    record: ModelRecord(topic: output.topic.name, timestamp: output.timestamp, value: output.value)))
        }
    }

    /// Answers every send that has no answer yet, each once, as the provider's stage would.
    mutating func addReceipts() throws {
        let sends = entries(Topics.notificationSends.name)
        for entry in sends[sendsAnswered...] {
            let send = try NotificationSend(serializedBytes: entry.record.value ?? [])
            let at = entry.record.timestamp + 1_000
            let results: [DeliveryResult] = [.sent, .sent, .permanent, .exhausted]
            let receipt = NotificationReceipt.with {
                $0.sendID = send.sendID
                $0.requestID = send.requestID
                $0.customerID = send.customerID
                $0.result = results[Int(FNV1a.hash(send.sendID) % 4)]
                $0.attempts = 1
                $0.receivedAt = stamp(at)
            }
            try add(receipt, Topics.notificationReceipts, at: at)
        }
        sendsAnswered = sends.count
    }

    private mutating func add<Value: Message>(_ value: Value, _ topic: Topic<Value>, at time: Int64) throws {
        topics[topic.name, default: []].append(
            Entry(key: Array(topic.key(value).utf8), record: ModelRecord(topic, at: time, value)))
    }

    /// What a worker published, as the model would have said it.
    static func modelOutput(_ output: OutputRecord) throws -> ModelOutput {
        guard let read = readers[output.topic.name] else {
            throw RunError(message: "\(output.topic.name) is no output that is compared")
        }
        return try read(output)
    }

    private static let readers: [String: @Sendable (OutputRecord) throws -> ModelOutput] = Dictionary(
        uniqueKeysWithValues: [
            reader(Topics.tags), reader(Topics.notificationRequests), reader(Topics.audit),
            reader(Topics.entityQueries),
            reader(Topics.fraudEvidence), reader(Topics.fraudDecisions), reader(Topics.budgetRequests),
            reader(Topics.accountTransfers), reader(Topics.rewards), reader(Topics.alerts),
            reader(Topics.ledgerEntries), reader(Topics.notificationSends), reader(Topics.notificationOutcomes),
            reader(Topics.humanTasks),
        ])

    private static func reader<Value: Message>(
        _ topic: Topic<Value>
    ) -> (String, @Sendable (OutputRecord) throws -> ModelOutput) {
        (
            topic.name,
            { output in ModelOutput(topic, try Value(serializedBytes: output.value ?? []), at: output.timestamp) }
        )
    }
}
