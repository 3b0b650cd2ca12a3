public import Kafka
import ProtobufCodec
public import Schemas

/// Knows from the execution log alone how much each stage has consumed and published, and so whether the fleet is idle.
///
/// Each execution record tells, in one piece, what a transaction consumed and what it published. All of a topic is consumed
/// when each of its readers has consumed as many records as were published to it. Since a record is written by the same
/// transaction as its outputs, counts can be behind but never ahead, and equal counts along the graph from the fed topics
/// down mean that nothing is on its way.
public final class FleetProgress {
    private let reader: PartitionReader
    private let batch = RecordBatch()
    private let stages: [StageDeclaration]
    private let usesClock: Bool
    /// Records published by the feeder, by topic.
    public private(set) var fed: [String: UInt64] = [:]
    /// Records published by stages, by topic.
    public private(set) var published: [String: UInt64] = [:]
    /// Records consumed, by stage, then topic.
    public private(set) var consumed: [String: [String: UInt64]] = [:]
    public private(set) var deadLetters: [String: UInt64] = [:]
    public private(set) var timers: UInt64 = 0
    public private(set) var transactions: UInt64 = 0

    /// Starts at the beginning of the log.
    public init(
        _ client: ClientConfiguration, partitions: Int32, stages: [StageDeclaration] = Stages.all, usesClock: Bool
    ) throws(KafkaError) {
        var settings = ConsumerSettings()
        settings.fetchWaitMilliseconds = 20
        reader = try PartitionReader(client, settings: settings)
        self.stages = stages
        self.usesClock = usesClock
        reader.assign(
            Dictionary(
                uniqueKeysWithValues: (0..<partitions).map {
                    (TopicPartition(topic: Topics.executions.name, partition: $0), .beginning)
                }))
    }

    public func fed(_ topic: String, _ count: UInt64 = 1) { fed[topic, default: 0] += count }

    /// Takes in what has come.
    public func poll(timeoutMilliseconds: Int32) throws {
        _ = try reader.poll(into: batch, limit: 2_000, timeoutMilliseconds: timeoutMilliseconds)
        for index in 0..<batch.count {
            guard let value = batch.owned(index).value else { continue }
            take(try ExecutionRecord(serializedBytes: value))
        }
        batch.removeAll()
    }

    func take(_ execution: ExecutionRecord) {
        transactions += 1
        timers += execution.timersFired
        deadLetters[execution.stage, default: 0] += execution.deadLetters
        for output in execution.outputs { published[output.topic, default: 0] += output.records }
        for step in execution.steps {
            for input in step.inputs {
                consumed[execution.stage, default: [:]][input.topic, default: 0] += UInt64(input.records)
            }
        }
    }

    /// Records that some stage has still to take, over all stages.
    public var outstanding: UInt64 {
        var sum: UInt64 = 0
        for stage in stages {
            for topic in inputs(of: stage) {
                let there = (fed[topic] ?? 0) + (published[topic] ?? 0)
                let done = consumed[stage.group]?[topic] ?? 0
                // Seen consumption can be ahead of seen publishing: that is not idle either.
                sum += there > done ? there - done : done - there
            }
        }
        return sum
    }

    /// Records taken by all stages together, the clock's ticks left out.
    public var totalConsumed: UInt64 {
        consumed.values.reduce(0) { sum, topics in
            sum + topics.reduce(0) { $1.key == Topics.clock.name ? $0 : $0 + $1.value }
        }
    }

    private func inputs(of stage: StageDeclaration) -> [String] {
        stage.inputs.map(\.name) + (usesClock ? [Topics.clock.name] : [])
    }

    public func close() { reader.close() }
}
