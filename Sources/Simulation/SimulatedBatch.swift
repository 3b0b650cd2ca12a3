import Kafka
import WorkerRuntime

/// Fetched records, copied once by the fetcher.
final class SimulatedBatch: BrokerBatch {
    private var records: [OwnedRecord] = []

    init() {}

    var count: Int { records.count }

    func append(_ record: OwnedRecord) { records.append(record) }

    func entry(_ index: Int) -> (topic: String, partition: Int32, entry: StepEntry) {
        let record = records[index]
        return (
            record.topicPartition.topic, record.topicPartition.partition,
            StepEntry(index: index, offset: record.offset, timestamp: record.timestampMilliseconds)
        )
    }

    func withRecord<Result>(_ index: Int, _ body: (borrowing InputRecord) throws -> Result) rethrows -> Result {
        try OwnedRecords(records).withRecord(index, body)
    }

    func owned(_ index: Int) -> OwnedRecord { records[index] }

    func header(_ index: Int, _ name: String) -> [UInt8]? { records[index].headers.last { $0.name == name }?.value }

    func removeAll() { records.removeAll(keepingCapacity: true) }
}
