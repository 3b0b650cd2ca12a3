import Kafka
import Schemas

/// Reads a stage's inputs in order, as the recorded steps ask for them; one reader for each topic, used for one partition
/// after the other.
final class InputCursors {
    private let client: ClientConfiguration
    private var cursors: [String: InputCursor] = [:]

    init(client: ClientConfiguration) {
        self.client = client
    }

    /// Returns the committed records that a step took of one input.
    func take(_ range: InputRange, partition: Int32) throws -> [OwnedRecord] {
        let cursor = try cursors[range.topic] ?? InputCursor(client)
        cursors[range.topic] = cursor
        return try cursor.take(range, of: TopicPartition(topic: range.topic, partition: partition))
    }

    func close() {
        for cursor in cursors.values { cursor.close() }
        cursors = [:]
    }
}

/// Reads one partition forward.
private final class InputCursor {
    private let reader: PartitionReader
    private var partition: TopicPartition?
    private let batch = RecordBatch()
    private var buffer: [OwnedRecord] = []
    private var next = 0

    /// Reads without a record before the log is taken to have lost what the step names.
    private static let emptyReadsLimit = 300
    private static let recordsPerRead = 5_000

    init(_ client: ClientConfiguration) throws {
        reader = try PartitionReader(client)
    }

    func take(_ range: InputRange, of wanted: TopicPartition) throws -> [OwnedRecord] {
        if partition != wanted { open(wanted) }
        var taken: [OwnedRecord] = []
        var emptyReads = 0
        while taken.count < Int(range.records) {
            if next == buffer.count {
                try read()
                emptyReads = buffer.isEmpty ? emptyReads + 1 : 0
                guard emptyReads < Self.emptyReadsLimit else {
                    throw RuntimeFailure.inputDeleted(stage: "re-execute", topicPartition: wanted.description)
                }
                continue
            }
            let record = buffer[next]
            next += 1
            if record.offset >= range.fromOffset { taken.append(record) }
        }
        return taken
    }

    private func open(_ wanted: TopicPartition) {
        partition = wanted
        buffer = []
        next = 0
        batch.removeAll()
        reader.assign([wanted: .beginning])
    }

    private func read() throws {
        buffer.removeAll(keepingCapacity: true)
        next = 0
        _ = try reader.poll(into: batch, limit: Self.recordsPerRead, timeoutMilliseconds: 200)
        for index in 0..<batch.count { buffer.append(batch.owned(index)) }
        batch.removeAll()
    }

    func close() { reader.close() }
}
