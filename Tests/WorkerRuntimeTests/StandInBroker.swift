import Kafka
import Schemas
import StateStore
import WorkerRuntime

/// The death of the process: no error of Kafka's, so nothing in the loop may take it for one.
struct Death: Error {}

/// A cluster of arrays for one member at a time: logs with transactions and markers, and one group's offsets.
///
/// Each call counts as an effect; the one numbered `fatalEffect` dies before it is done, and `abortedEffect` is refused
/// as a broker would refuse it.
final class StandInBroker {
    struct Entry {
        enum Fate { case open, committed, aborted, marker }
        var record: OwnedRecord
        var fate: Fate
    }

    private(set) var logs: [TopicPartition: [Entry]] = [:]
    private(set) var groupOffsets: [TopicPartition: Int64] = [:]
    private(set) var effects = 0
    var fatalEffect: Int?
    var abortedEffect: Int?
    /// Nil where the group has put the member out and the loop has not been told yet.
    var memberID: String? = "member"
    var isAssignmentLost = false

    /// Appends a record that is committed at once.
    func append(_ topic: String, key: String, value: [UInt8], at time: Int64) {
        let name = TopicPartition(topic: topic, partition: 0)
        let record = OwnedRecord(
            topicPartition: name, offset: end(name), timestampMilliseconds: time, key: Array(key.utf8), value: value)
        logs[name, default: []].append(Entry(record: record, fate: .committed))
    }

    /// What a reader of committed records gets of a topic in the end.
    func committed(_ topic: String) -> [OwnedRecord] {
        (logs[TopicPartition(topic: topic, partition: 0)] ?? []).filter { $0.fate == .committed }.map(\.record)
    }

    func end(_ name: TopicPartition) -> Int64 { Int64(logs[name]?.count ?? 0) }

    func stableEnd(_ name: TopicPartition) -> Int64 {
        Int64((logs[name] ?? []).firstIndex { $0.fate == .open } ?? Int(end(name)))
    }

    func entry(_ name: TopicPartition, _ offset: Int64) -> Entry? {
        offset < stableEnd(name) ? logs[name]?[Int(offset)] : nil
    }

    /// Counts an effect, and lets nothing happen where the process dies; only a call of a transaction can be refused.
    func effect(isOfTransaction: Bool = false) throws {
        defer { effects += 1 }
        if let fatalEffect, effects >= fatalEffect { throw Death() }
        if isOfTransaction, effects == abortedEffect {
            throw TransactionError.abortRequired(KafkaError(code: .messageTimedOut, message: "refused"))
        }
    }

    func add(_ record: OwnedRecord) -> Int64 {
        var record = record
        record.offset = end(record.topicPartition)
        logs[record.topicPartition, default: []].append(Entry(record: record, fate: .open))
        return record.offset
    }

    func end(_ fate: Entry.Fate, offsets: [TopicPartition: Int64] = [:]) {
        for name in logs.keys.sorted() {
            guard var log = logs[name], log.contains(where: { $0.fate == .open }) else { continue }
            for index in log.indices where log[index].fate == .open { log[index].fate = fate }
            var marker = log[log.count - 1]
            marker.fate = .marker
            log.append(marker)
            logs[name] = log
        }
        groupOffsets.merge(offsets, uniquingKeysWith: { $1 })
    }
}

/// Makes clients of the stand-in.
struct StandInClient: BrokerClient {
    let broker: StandInBroker

    func makeConsumer(
        clientID: String, group: String, instanceID: String?, settings: ConsumerSettings
    ) throws -> StandInConsumer { StandInConsumer(broker) }

    func makeProducer(
        clientID: String, transactionalID: String, settings: ProducerSettings, stop: @escaping () -> Bool
    ) throws -> StandInProducer { StandInProducer(broker) }

    func makeReader(clientID: String) throws -> StandInReader { StandInReader(broker) }
}

final class StandInBatch: BrokerBatch {
    fileprivate var records: [OwnedRecord] = []
    var count: Int { records.count }
    func removeAll() { records = [] }
    func withRecord<Result>(_ index: Int, _ body: (borrowing InputRecord) throws -> Result) rethrows -> Result {
        try OwnedRecords(records).withRecord(index, body)
    }
    func owned(_ index: Int) -> OwnedRecord { records[index] }
    func header(_ index: Int, _ name: String) -> [UInt8]? { OwnedRecords(records).header(index, name) }
    func entry(_ index: Int) -> (topic: String, partition: Int32, entry: StepEntry) {
        let record = records[index]
        return (
            record.topic, record.partition,
            StepEntry(index: index, offset: record.offset, timestamp: record.timestampMilliseconds)
        )
    }
}

final class StandInReader: BrokerReader {
    typealias Batch = StandInBatch
    private let broker: StandInBroker
    private(set) var positions: [TopicPartition: Int64] = [:]
    var held: Set<TopicPartition> = []

    init(_ broker: StandInBroker) { self.broker = broker }

    func assign(_ starts: [TopicPartition: StartOffset]) {
        positions = starts.mapValues { if case .offset(let offset) = $0 { offset } else { 0 } }
    }

    func seek(_ name: TopicPartition, to offset: Int64) { positions[name] = offset }

    func poll(into batch: StandInBatch, limit: Int, timeoutMilliseconds: Int32) throws -> PollResult {
        // Few at a time, so that a restore takes several turns.
        let limit = batch.count + min(limit, 4)
        for name in positions.keys.sorted() where !held.contains(name) {
            while batch.count < limit, let position = positions[name], let entry = broker.entry(name, position) {
                if entry.fate == .committed { batch.records.append(entry.record) }
                positions[name] = position + 1
            }
        }
        return PollResult()
    }

    func position(_ name: TopicPartition) -> Int64? { positions[name] }

    func uncommittedWatermarks(_ name: TopicPartition, timeoutMilliseconds: Int32) throws -> (low: Int64, high: Int64) {
        try broker.effect()
        return (0, broker.end(name))
    }

    func stableWatermarks(_ name: TopicPartition, timeoutMilliseconds: Int32) throws -> (low: Int64, high: Int64) {
        (0, broker.stableEnd(name))
    }

    func close() {}
}

final class StandInConsumer: BrokerConsumer {
    typealias GroupMetadata = Int
    private let broker: StandInBroker
    private let reader: StandInReader
    private var topics: [String] = []
    private var isAssigned = false
    weak var listener: (any RebalanceListener<StandInConsumer>)?

    init(_ broker: StandInBroker) {
        self.broker = broker
        reader = StandInReader(broker)
    }

    private var names: [TopicPartition] { topics.map { TopicPartition(topic: $0, partition: 0) } }

    func subscribe(_ topics: [String]) throws {
        try broker.effect()
        self.topics = topics
    }

    func assign(_ partitions: [TopicPartition: StartOffset]) { reader.assign(partitions) }

    func poll(into batch: StandInBatch, limit: Int, timeoutMilliseconds: Int32) throws -> PollResult {
        try broker.effect()
        guard isAssigned else {
            isAssigned = true
            listener?.assigned(names, consumer: self)
            var result = PollResult()
            result.rebalanced = true
            return result
        }
        return try reader.poll(into: batch, limit: limit, timeoutMilliseconds: timeoutMilliseconds)
    }

    func hold(_ partition: TopicPartition) { reader.held.insert(partition) }
    func release(_ partition: TopicPartition) { reader.held.remove(partition) }

    func seek(_ partition: TopicPartition, to offset: Int64) throws {
        try broker.effect()
        reader.seek(partition, to: offset)
    }

    func committed(_ partitions: [TopicPartition], timeoutMilliseconds: Int32) throws -> [TopicPartition: Int64] {
        try broker.effect()
        return broker.groupOffsets.filter { partitions.contains($0.key) }
    }

    func position(_ partition: TopicPartition) -> Int64? { reader.position(partition) }

    func watermarks(_ partition: TopicPartition, timeoutMilliseconds: Int32) throws -> (low: Int64, high: Int64) {
        (0, broker.stableEnd(partition))
    }

    func groupMetadata() -> Int { 1 }
    var memberID: String? { broker.memberID }
    var isAssignmentLost: Bool { broker.isAssignmentLost }
    func storeOffsets(_ offsets: [TopicPartition: Int64]) {}

    func close() {
        guard isAssigned else { return }
        isAssigned = false
        listener?.revoked(names, lost: false, consumer: self)
    }
}

final class StandInProducer: BrokerProducer {
    private let broker: StandInBroker
    private var offsets: [TopicPartition: Int64] = [:]
    private(set) var deliveredOffsets: [TopicPartition: Int64] = [:]

    init(_ broker: StandInBroker) { self.broker = broker }

    func warm(_ names: [String]) throws {}
    func track(_ names: [String]) throws {}
    func topicHandle(_ name: String) throws -> String { name }

    func initTransactions() throws {
        try broker.effect()
        broker.end(.aborted)
    }

    func begin() throws {
        try broker.effect()
        offsets = [:]
        deliveredOffsets = [:]
    }

    func send(
        to topic: String, partition: Int32, key: RawSpan?, value: RawSpan?, headers: borrowing RecordHeaders,
        timestampMilliseconds: Int64
    ) throws {
        try broker.effect(isOfTransaction: true)
        let name = TopicPartition(topic: topic, partition: 0)
        deliveredOffsets[name] = broker.add(
            OwnedRecord(
                topicPartition: name, offset: 0, timestampMilliseconds: timestampMilliseconds,
                key: [UInt8].copy(of: key),
                value: [UInt8].copy(of: value), headers: headers.copied()))
    }

    func sendOffsets(_ offsets: [TopicPartition: Int64], of group: Int) throws {
        try broker.effect(isOfTransaction: true)
        self.offsets = offsets
    }

    func commit() throws {
        try broker.effect(isOfTransaction: true)
        broker.end(.committed, offsets: offsets)
    }

    func abort() throws {
        try broker.effect()
        broker.end(.aborted)
    }

    func close() {}
}

/// Time that moves when it is waited for, and bytes that are the same each time.
final class StandInEnvironment: LoopEnvironment {
    private var nanoseconds: UInt64 = 1_000_000_000_000_000_000

    func wallClockMilliseconds() -> Int64 { Int64(monotonicNanoseconds() / 1_000_000) }
    func monotonicNanoseconds() -> UInt64 {
        nanoseconds += 1_000
        return nanoseconds
    }
    func wait(milliseconds: Int64) { nanoseconds += UInt64(milliseconds) * 1_000_000 }
    func randomBytes(_ count: Int) -> [UInt8] { Array(repeating: 7, count: count) }
}
