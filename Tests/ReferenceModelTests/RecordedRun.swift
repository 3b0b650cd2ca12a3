import Kafka
import ProtobufCodec
import Schemas

/// What a finished run left on a broker: the committed records, and the order in which each task took them.
struct RecordedRun {
    let client: ClientConfiguration
    let partitions: Int32
    /// Transactions by `stage/partition`, by number.
    private let executions: [String: [ExecutionRecord]]

    init(bootstrap: String, partitions: Int32) throws {
        client = ClientConfiguration(bootstrapServers: bootstrap, clientID: "reference-model")
        self.partitions = partitions
        var found: [String: [ExecutionRecord]] = [:]
        let all = (0..<partitions).map { TopicPartition(topic: Topics.executions.name, partition: $0) }
        try TopicScan(client: client).forEach(in: all) { records in
            for record in records {
                let execution = try ExecutionRecord(serializedBytes: record.value ?? [])
                found["\(execution.stage)/\(execution.partition)", default: []].append(execution)
            }
        }
        executions = found.mapValues { $0.sorted { $0.transactionNumber < $1.transactionNumber } }
    }

    /// The newest good record of each key of a global table.
    func table<Value: Message>(_ topic: Topic<Value>) throws -> [String: Value] {
        var table: [String: Value] = [:]
        try forEach(topic.declaration) { record in
            let key = String(decoding: record.key ?? [], as: UTF8.self)
            guard let bytes = record.value else {
                table[key] = nil
                return
            }
            if let value = try? Value(serializedBytes: bytes) { table[key] = value }
        }
        return table
    }

    /// Calls the body with each committed record of a topic; in offset order within a partition.
    func forEach(_ topic: TopicDeclaration, _ body: (OwnedRecord) throws -> Void) throws {
        let all = (0..<topic.partitionCount(fleet: partitions)).map { TopicPartition(topic: topic.name, partition: $0) }
        try TopicScan(client: client).forEach(in: all) { records in
            for record in records { try body(record) }
        }
    }

    /// One committed record of an input with its place.
    struct Input {
        var offset: Int64
        var record: ModelRecord
    }

    /// Every task's inputs in the recorded order: step by step, merged by timestamp, the earlier input first at equal
    /// times.
    func inputs(of stage: StageDeclaration) throws -> [[ModelRecord]] {
        let declarations = stage.inputs + [Topics.clock.declaration]
        var topics: [TopicPartition: [Input]] = [:]
        for declaration in declarations {
            try forEach(declaration) { record in
                topics[record.topicPartition, default: []].append(
                    Input(offset: record.offset, record: Self.modelRecord(record)))
            }
        }
        return try (0..<partitions).map { partition in
            var order: [ModelRecord] = []
            var next: [String: Int] = [:]
            for execution in executions["\(stage.group)/\(partition)"] ?? [] {
                for step in execution.steps {
                    var taken: [[Input]] = []
                    for name in declarations.map(\.name) {
                        guard let range = step.inputs.first(where: { $0.topic == name }) else { continue }
                        let start = next[name] ?? 0
                        let end = start + Int(range.records)
                        let all = topics[TopicPartition(topic: name, partition: partition)] ?? []
                        guard end <= all.count, end > start, all[start].offset == range.fromOffset,
                            all[end - 1].offset < range.toOffset
                        else { throw RunError(message: "\(stage.group)/\(partition): \(name) is not as recorded") }
                        taken.append(Array(all[start..<end]))
                        next[name] = end
                    }
                    order += Self.merged(taken.map { $0.map(\.record) })
                }
            }
            return order
        }
    }

    static func merged(_ inputs: [[ModelRecord]]) -> [ModelRecord] {
        var heads = inputs.map { $0[...] }
        var order: [ModelRecord] = []
        while true {
            var best: Int?
            for index in heads.indices {
                guard let head = heads[index].first else { continue }
                if let found = best, let leader = heads[found].first,
                    head.timestamp >= leader.timestamp
                {
                    continue
                }
                best = index
            }
            guard let best else { return order }
            order.append(heads[best].removeFirst())
        }
    }

    private static func modelRecord(_ record: OwnedRecord) -> ModelRecord {
        func header(_ name: String) -> String? { record.headers.last { $0.name == name }?.text }
        var result = ModelRecord(
            topic: record.topic, timestamp: record.timestampMilliseconds, value: record.value, type: header("ce_type"))
        result.isJSON = header("content-type")?.hasPrefix("application/json") ?? false
        return result
    }

    /// What the stage published to this topic, whichever task did.
    func outputs<Value: Message>(of stage: StageDeclaration, _ topic: Topic<Value>) throws -> [(Int32, ModelOutput)] {
        let prefix = "/growth/\(stage.group)/"
        var outputs: [(Int32, ModelOutput)] = []
        try forEach(topic.declaration) { record in
            guard let source = record.headers.last(where: { $0.name == "ce_source" })?.text, source.hasPrefix(prefix),
                let task = Int32(source.dropFirst(prefix.count))
            else { return }
            let message = try Value(serializedBytes: record.value ?? [])
            outputs.append((task, ModelOutput(topic, message, at: record.timestampMilliseconds)))
        }
        return outputs
    }

    func deadLetters(of stage: StageDeclaration) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try forEach(stage.deadLetters) { record in
            let reason = record.headers.last { $0.name == "growth-reason" }?.text ?? "unknown"
            counts[reason, default: 0] += 1
        }
        return counts
    }
}

struct RunError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}
