public import ProtobufCodec
public import Schemas
import Kafka
package import StateStore

/// What a decision may see and do: its time, its tables, the global tables, and publishing.
///
/// Writes and outputs are staged until the record is decided; a rejection drops them, so that a dead letter leaves no trace
/// but itself.
public final class DecisionContext {
    public let clock: ClockMode
    /// The time the record or timer is judged at, milliseconds since the epoch (Rules.md, "Common").
    public private(set) var at: Int64 = 0
    /// The timestamp of what is published, unless `publish` says another.
    public var outputTime: Int64 = 0

    private let declaration: StageDeclaration
    private let partition: Int32
    private let partitions: Int32
    private let store: StateStore
    private let globals: GlobalTables
    private let source: [UInt8]
    private let effects: EffectBook
    private let counters: StageCounters

    private var now: Int64 = 0
    private var staged: [StagedWrite] = []
    private(set) var outputs: [OutputRecord] = []
    private var origin = OutputOrigin()
    private var traceparent: [UInt8]?

    struct StagedWrite {
        var key: StateKey
        /// Nil deletes.
        var value: [UInt8]?
        var timer: Int64?
    }

    package init(
        declaration: StageDeclaration, partition: Int32, partitions: Int32, clock: ClockMode, store: StateStore,
        globals: GlobalTables, effects: EffectBook, counters: StageCounters
    ) {
        self.declaration = declaration
        self.partition = partition
        self.partitions = partitions
        self.clock = clock
        self.store = store
        self.globals = globals
        self.effects = effects
        self.counters = counters
        source = Array("/growth/\(declaration.group)/\(partition)".utf8)
    }

    // MARK: Time

    /// The time a record of this time of its own is judged at: its own, or the wall clock where that is later and counts.
    public func judgedAt(_ recordTime: Int64) -> Int64 {
        switch clock {
        case .event: recordTime
        case .wall: max(recordTime, now)
        }
    }

    // MARK: State

    /// Returns the entry, as this decision left it; nil where there is none.
    public func get<Value: Message>(_ table: Table<Value>, _ key: String) throws -> Value? {
        let stateKey = try stateKey(table, key)
        guard let bytes = try bytes(stateKey) else { return nil }
        do {
            return try Value(serializedBytes: bytes)
        } catch {
            throw RuntimeFailure.unreadableState(
                stage: declaration.group, partition: partition, table: table.id, key: key)
        }
    }

    /// Writes the entry; its one timer becomes `timer`.
    public func put<Value: Message>(_ table: Table<Value>, _ key: String, _ value: Value, timer: Int64? = nil) throws {
        stage(StagedWrite(key: try stateKey(table, key), value: try value.serializedBytes(), timer: timer))
    }

    /// Removes the entry and its timer; the changelog gets a tombstone.
    public func delete<Value: Message>(_ table: Table<Value>, _ key: String) throws {
        stage(StagedWrite(key: try stateKey(table, key), value: nil, timer: nil))
    }

    private func stateKey<Value: Message>(_ table: Table<Value>, _ key: String) throws -> StateKey {
        guard declaration.tables.contains(where: { $0.id == table.id && $0.name == table.declaration.name }) else {
            throw RuntimeFailure.undeclaredTable(stage: declaration.group, table: table.declaration.name)
        }
        return StateKey(table: table.id, key: Array(key.utf8))
    }

    private func bytes(_ key: StateKey) throws -> [UInt8]? {
        // A decision touches a handful of entries: looking from the end beats hashing.
        if let write = staged.last(where: { $0.key == key }) { return write.value }
        return try store.get(key)?.value
    }

    private func stage(_ write: StagedWrite) {
        if let index = staged.firstIndex(where: { $0.key == write.key }) {
            staged[index] = write
        } else {
            staged.append(write)
        }
    }

    /// Whether this decision wrote or deleted the entry.
    func touched(_ key: StateKey) -> Bool { staged.contains { $0.key == key } }

    // MARK: Global tables

    /// Returns the last good record of a global table's key.
    public func global<Value: Message>(_ topic: Topic<Value>, _ key: String) throws -> Value? {
        try globals.value(topic, key)
    }

    // MARK: Outputs

    /// Publishes to a declared output, keyed as the topic says, in this transaction.
    public func publish<Value: Message>(_ value: Value, to topic: Topic<Value>) throws {
        try publish(value, to: topic, at: outputTime)
    }

    /// Publishes with a timestamp of its own.
    public func publish<Value: Message>(_ value: Value, to topic: Topic<Value>, at timestamp: Int64) throws {
        guard declaration.outputs.contains(topic.declaration) else {
            throw RuntimeFailure.undeclaredOutput(stage: declaration.group, topic: topic.name)
        }
        let key = Array(topic.key(value).utf8)
        let record = OutputRecord(
            topic: topic.declaration,
            partition: murmur2Partition(key: key, count: topic.declaration.partitionCount(fleet: partitions)),
            key: key, value: try value.serializedBytes(),
            headers: headers(topic.declaration), timestamp: timestamp)
        guard record.byteCount <= topic.declaration.maximumRecordBytes else {
            throw Rejection(.validation, "the record for \(topic.name) would have \(record.byteCount) bytes")
        }
        outputs.append(record)
    }

    private func headers(_ topic: TopicDeclaration) -> [RecordHeader] {
        var headers = [RecordHeader(name: CloudEvent.source, value: source)]
        if topic.isPublic {
            headers.append(RecordHeader(name: CloudEvent.specVersion, value: CloudEvent.version))
            headers.append(RecordHeader(name: CloudEvent.id, text: origin.id(output: outputs.count)))
            headers.append(RecordHeader(name: CloudEvent.type, text: topic.messageName))
            headers.append(RecordHeader(name: CloudEvent.contentType, value: CloudEvent.protobuf))
        }
        if let traceparent { headers.append(RecordHeader(name: CloudEvent.traceparent, value: traceparent)) }
        return headers
    }

    // MARK: Effects and counters

    /// Returns the outside world's answer; recorded, so that the decision can be done again without it.
    public func perform(_ request: EffectRequest) throws -> [UInt8] {
        try effects.answer(request, stage: declaration.group)
    }

    /// Adds to a counter of the stage's own: `growth_stage_<name>_total`.
    public func count(_ name: String, by amount: Int = 1) { counters.add(name, amount) }

    // MARK: The runtime's side

    func begin(at: Int64, now: Int64, origin: OutputOrigin, traceparent: [UInt8]?) {
        self.at = at
        self.now = now
        outputTime = at
        self.origin = origin
        self.traceparent = traceparent
        staged.removeAll(keepingCapacity: true)
        outputs.removeAll(keepingCapacity: true)
    }

    /// Moves the staged writes into the store's overlay.
    func keepWrites() {
        for write in staged {
            if let value = write.value {
                store.put(write.key, value, timer: write.timer)
            } else {
                store.delete(write.key)
            }
        }
        staged.removeAll(keepingCapacity: true)
    }

    /// Drops what the decision staged.
    func dropStaged() {
        staged.removeAll(keepingCapacity: true)
        outputs.removeAll(keepingCapacity: true)
    }
}

/// Where an output comes from: the record or timer being decided, so that its `ce_id` is the same however often it is tried.
struct OutputOrigin {
    var topic = ""
    var partition: Int32 = 0
    var offset: Int64 = 0
    /// Set for timers: hash of the state key.
    var timer: UInt64?

    func id(output index: Int) -> String {
        if let timer { return "timer/\(offset)/\(String(timer, radix: 16))/\(index)" }
        return "\(topic)/\(partition)/\(offset)/\(index)"
    }
}

/// CloudEvents 1.0 in Kafka's binary mode: the names of the headers.
public enum CloudEvent {
    public static let specVersion = "ce_specversion"
    public static let id = "ce_id"
    public static let source = "ce_source"
    public static let type = "ce_type"
    public static let contentType = "content-type"
    public static let traceparent = "traceparent"
    public static let version = Array("1.0".utf8)
    public static let protobuf = Array("application/protobuf".utf8)
}
