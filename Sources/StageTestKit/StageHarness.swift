import CommandLineTools
import Foundation
public import Kafka
public import ProtobufCodec
public import Schemas
import StateStore
public import WorkerRuntime

/// One task of a stage without a broker: bytes in, bytes and changelog out, aborts and crashes on demand.
///
/// It runs the same `StreamTask` as a worker. Its log is an array, its transactions end when the test says so.
public final class StageHarness {
    /// What one committed transaction published.
    public struct Commit {
        public var outputs: [OutputRecord]
        public var execution: ExecutionRecord
        /// Key and value of each changelog record.
        public var changelog: [(key: [UInt8], value: [UInt8]?)]
    }

    private let factory: StageFactory
    private let configuration: Configuration
    private let clock: ClockMode
    private let folder: String
    private let globals: GlobalTables
    private let performer: (any EffectPerformer)?
    private var sink = CollectedOutputs()
    private var task: StreamTask
    private var store: StateStore
    private var nextOffsets: [String: Int64] = [:]
    /// Everything committed so far.
    public private(set) var commits: [Commit] = []

    /// Makes the task with an empty state; `flags` are settings as on a command line.
    public init<S: Stage>(
        _ stage: S.Type, clock: ClockMode = .event, flags: [String: [String]] = [:],
        performer: (any EffectPerformer)? = nil
    ) throws where S: SendableMetatype {
        factory = StageFactory(stage)
        configuration = try Configuration.resolve(
            ConfigurationDeclaration(WorkerSettings.all + S.settings), flags: ConfigurationFlags(texts: flags),
            environment: [:], readFile: ConfigurationFile.read)
        self.clock = clock
        self.performer = performer
        folder = NSTemporaryDirectory() + "stage-harness-\(UUID().uuidString)"
        globals = GlobalTables(topics: S.declaration.globalTables, validate: factory.validateGlobal)
        store = try StateStore(directory: folder, settings: StateStoreSettings())
        task = try Self.makeTask(factory, configuration, clock, store, globals, performer, sink)
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func makeTask(
        _ factory: StageFactory, _ configuration: Configuration, _ clock: ClockMode, _ store: StateStore,
        _ globals: GlobalTables, _ performer: (any EffectPerformer)?, _ sink: CollectedOutputs
    ) throws -> StreamTask {
        let effects = EffectBook(performer: try performer ?? factory.makePerformer(configuration))
        let context = DecisionContext(
            declaration: factory.declaration, partition: 0, partitions: 1, clock: clock, store: store, globals: globals,
            effects: effects, counters: StageCounters())
        return StreamTask(
            declaration: factory.declaration, partition: 0, store: store, clock: clock,
            stage: try factory.make(configuration), context: context, effects: effects,
            deadLetter: DeadLetter(stage: factory.declaration, worker: factory.declaration.worker, build: "test"),
            sink: sink)
    }

    // MARK: In

    /// Publishes a record of a global table.
    public func global<Value: Message>(_ value: Value, _ topic: Topic<Value>) throws {
        globals.apply(
            topic: topic.name, key: Array(topic.key(value).utf8), value: try value.serializedBytes(),
            offset: nextOffset(topic.name))
    }

    /// Makes a record of a message, as a producer would.
    public func record<Value: Message>(_ value: Value, _ topic: Topic<Value>, at time: Int64) throws -> OwnedRecord {
        raw(topic.name, key: Array(topic.key(value).utf8), value: try value.serializedBytes(), at: time)
    }

    /// Makes a record of bytes.
    public func raw(
        _ topic: String, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = [], at time: Int64
    ) -> OwnedRecord {
        OwnedRecord(
            topicPartition: TopicPartition(topic: topic, partition: 0), offset: nextOffset(topic),
            timestampMilliseconds: time, key: key, value: value, headers: headers)
    }

    private func nextOffset(_ topic: String) -> Int64 {
        defer { nextOffsets[topic, default: 0] += 1 }
        return nextOffsets[topic, default: 0]
    }

    // MARK: Steps

    /// Decides records as one step, without committing.
    public func step(_ records: [OwnedRecord], now: Int64 = 0) throws {
        var inputs: [(topic: String, entries: [StepEntry])] = []
        for (index, record) in records.enumerated() {
            let entry = StepEntry(index: index, offset: record.offset, timestamp: record.timestampMilliseconds)
            if let place = inputs.firstIndex(where: { $0.topic == record.topic }) {
                inputs[place].entries.append(entry)
            } else {
                inputs.append((record.topic, [entry]))
            }
        }
        let order = factory.declaration.inputs.map(\.name)
        inputs.sort {
            (order.firstIndex(of: $0.topic) ?? order.count) < (order.firstIndex(of: $1.topic) ?? order.count)
        }
        try task.process(inputs, of: OwnedRecords(records), now: now)
    }

    /// Ends the transaction; returns what it published.
    @discardableResult
    public func commit() throws -> Commit {
        let ending = task.ending(configurationDigest: "", build: "test", globals: [], wallClock: 0)
        try task.committed(ending.progress, resumeOffset: 0, incarnation: nil)
        let commit = Commit(
            outputs: sink.take(), execution: ending.execution,
            changelog: ending.changes.map { ($0.key.bytes, $0.value) })
        commits.append(commit)
        return commit
    }

    /// Decides records and commits.
    @discardableResult
    public func feed(_ records: [OwnedRecord], now: Int64 = 0) throws -> Commit {
        try step(records, now: now)
        return try commit()
    }

    /// Moves event time on with nothing else happening.
    @discardableResult
    public func tick(_ time: Int64) throws -> Commit {
        try feed([try record(ClockTick.with { $0.nowMs = time }, Topics.clock, at: time)])
    }

    /// Gives the transaction up: outputs and state writes are gone.
    public func abort() {
        task.aborted()
        _ = sink.take()
    }

    /// Dies in the middle of a transaction and comes back on what is on disk.
    public func crash() throws {
        _ = sink.take()
        store.discard()
        store.close()
        store = try StateStore(directory: folder, settings: StateStoreSettings())
        sink = CollectedOutputs()
        task = try Self.makeTask(factory, configuration, clock, store, globals, performer, sink)
    }

    /// Loses its disk and comes back from the changelog alone.
    public func restoreFromChangelog() throws {
        let progress = store.progress
        store.close()
        try FileManager.default.removeItem(atPath: folder)
        store = try StateStore(directory: folder, settings: StateStoreSettings())
        var records: [RestoredRecord] = []
        for commit in commits {
            for entry in commit.changelog { records.append(RestoredRecord(key: entry.key, value: entry.value)) }
        }
        if let progress {
            let encoded = ChangelogRecord.encode(.progress(progress))
            records.append(RestoredRecord(key: encoded.key, value: encoded.value))
        }
        try store.applyRestored(records, resumeOffset: Int64(records.count))
        sink = CollectedOutputs()
        task = try Self.makeTask(factory, configuration, clock, store, globals, performer, sink)
    }

    // MARK: Out

    /// A digest of all committed state.
    public func contentDigest() throws -> UInt64 { try store.contentDigest() }

    /// A state entry as committed.
    public func entry<Value: Message>(_ table: Table<Value>, _ key: String) throws -> Value? {
        guard let entry = try store.get(StateKey(table: table.id, key: Array(key.utf8))) else { return nil }
        return try Value(serializedBytes: entry.value)
    }
}

extension StageHarness.Commit {
    /// The published messages of one topic.
    public func messages<Value: Message>(_ topic: Topic<Value>) throws -> [Value] {
        try outputs.filter { $0.topic.name == topic.name }.compactMap { record in
            try record.value.map { try Value(serializedBytes: $0) }
        }
    }
}

/// Outputs of the open transaction.
final class CollectedOutputs: OutputSink {
    private var records: [OutputRecord] = []

    func send(_ record: OutputRecord) throws { records.append(record) }

    func take() -> [OutputRecord] {
        defer { records = [] }
        return records
    }
}
