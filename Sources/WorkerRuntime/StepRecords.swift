public import Kafka

/// The records of one step, wherever they are kept: a fetched batch, or copies read again.
public protocol StepRecords {
    /// Calls the body with the record borrowed.
    func withRecord<Result>(_ index: Int, _ body: (borrowing InputRecord) throws -> Result) rethrows -> Result
    func owned(_ index: Int) -> OwnedRecord
    func header(_ index: Int, _ name: String) -> [UInt8]?
}

/// A record's place in a step: enough to merge by time.
public struct StepEntry: Sendable {
    public var index: Int
    public var offset: Int64
    public var timestamp: Int64

    public init(index: Int, offset: Int64, timestamp: Int64) {
        self.index = index
        self.offset = offset
        self.timestamp = timestamp
    }
}

extension RecordBatch: StepRecords {
    public func withRecord<Result>(_ index: Int, _ body: (borrowing InputRecord) throws -> Result) rethrows -> Result {
        let record = self[index]
        let hasHeaders = record.headerCount > 0
        return try body(
            InputRecord(
                topic: record.topic, partition: record.partition, offset: record.offset,
                timestamp: record.timestampMilliseconds, key: record.key, value: record.value,
                type: hasHeaders ? record.header(CloudEvent.type) : nil,
                contentType: hasHeaders ? record.header(CloudEvent.contentType) : nil))
    }

    /// The record's place, without touching its bytes.
    package func entry(_ index: Int) -> (topic: String, partition: Int32, entry: StepEntry) {
        let record = self[index]
        return (
            record.topic, record.partition,
            StepEntry(index: index, offset: record.offset, timestamp: record.timestampMilliseconds)
        )
    }

    public func header(_ index: Int, _ name: String) -> [UInt8]? { self[index].headerBytes(name) }
}

/// Copied records: for re-execution and for tests without a broker.
public struct OwnedRecords: StepRecords {
    public let records: [OwnedRecord]

    public init(_ records: [OwnedRecord]) { self.records = records }

    public func withRecord<Result>(_ index: Int, _ body: (borrowing InputRecord) throws -> Result) rethrows -> Result {
        let record = records[index]
        let type = header(index, CloudEvent.type)
        let contentType = header(index, CloudEvent.contentType)
        return try unsafe body(
            InputRecord(
                topic: record.topic, partition: record.partition, offset: record.offset,
                timestamp: record.timestampMilliseconds, key: record.key?.span.bytes, value: record.value?.span.bytes,
                type: type?.span.bytes, contentType: contentType?.span.bytes))
    }

    public func owned(_ index: Int) -> OwnedRecord { records[index] }

    public func header(_ index: Int, _ name: String) -> [UInt8]? {
        records[index].headers.last { $0.name == name }?.value
    }
}
