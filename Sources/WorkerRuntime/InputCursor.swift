import Kafka
import Schemas

/// Reads one partition in order, as the recorded steps ask for it.
final class InputCursor {
    private let reader: PartitionReader
    private let partition: TopicPartition
    private let batch = RecordBatch()
    private var buffer: [OwnedRecord] = []
    private var next = 0

    /// Reads without a record before the log is taken to have lost what the step names.
    private static let emptyReadsLimit = 300

    init(_ partition: TopicPartition, client: ClientConfiguration) throws {
        self.partition = partition
        reader = try PartitionReader(client)
        reader.assign([partition: .beginning])
    }

    func take(_ range: InputRange) throws -> [OwnedRecord] {
        var taken: [OwnedRecord] = []
        var emptyReads = 0
        while taken.count < Int(range.records) {
            if next == buffer.count {
                buffer.removeAll(keepingCapacity: true)
                next = 0
                _ = try reader.poll(into: batch, limit: 5_000, timeoutMilliseconds: 200)
                for index in 0..<batch.count { buffer.append(batch.owned(index)) }
                batch.removeAll()
                emptyReads = buffer.isEmpty ? emptyReads + 1 : 0
                guard emptyReads < Self.emptyReadsLimit else {
                    throw RuntimeFailure.inputDeleted(stage: "re-execute", topicPartition: partition.description)
                }
                continue
            }
            let record = buffer[next]
            next += 1
            if record.offset >= range.fromOffset { taken.append(record) }
        }
        return taken
    }

    func close() { reader.close() }
}
