import Kafka
import Schemas

/// Reads a stage's global tables: whole at start, then what comes, only between transactions.
final class GlobalReader<Reader: BrokerReader> {
    let tables: GlobalTables
    private let reader: Reader?
    private let partitions: [TopicPartition]
    private let batch = Reader.Batch()

    private static var recordsPerPoll: Int { 500 }

    init(_ topics: [TopicDeclaration], tables: GlobalTables, makeReader: () throws -> Reader) throws {
        self.tables = tables
        partitions = topics.map { TopicPartition(topic: $0.name, partition: 0) }
        guard !partitions.isEmpty else {
            reader = nil
            return
        }
        let reader = try makeReader()
        reader.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
        self.reader = reader
    }

    /// Reads up to what is there now; a stage must not decide by half a table.
    func readWhole(stop: StopFlag) throws {
        guard let reader else { return }
        for partition in partitions {
            let (low, high) = try reader.uncommittedWatermarks(
                partition, timeoutMilliseconds: BrokerQuery.timeoutMilliseconds)
            guard high > low else { continue }
            while (reader.position(partition) ?? 0) < high, !stop.isDraining { try poll(timeout: 100) }
        }
    }

    /// Takes what has come since, without waiting.
    func poll() throws { try poll(timeout: 0) }

    private func poll(timeout: Int32) throws {
        guard let reader else { return }
        _ = try reader.poll(into: batch, limit: Self.recordsPerPoll, timeoutMilliseconds: timeout)
        for index in 0..<batch.count {
            let record = batch.owned(index)
            tables.apply(topic: record.topic, key: record.key, value: record.value, offset: record.offset)
        }
        batch.removeAll()
    }

    func close() { reader?.close() }
}
