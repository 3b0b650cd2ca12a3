public import Kafka
public import ProtobufCodec
public import Schemas

/// Reads whole topics and hands their messages on, decoded; for summaries, audits and explanations.
public struct TopicFold: Sendable {
    private let client: ClientConfiguration
    private let partitions: Int32

    public init(_ client: ClientConfiguration, partitions: Int32) {
        self.client = client
        self.partitions = partitions
    }

    /// Calls the body with each committed message, in offset order within a partition.
    ///
    /// - Throws: what the body throws, and the error of a record that cannot be decoded.
    public func forEach<Value: Message>(_ topic: Topic<Value>, _ body: (OwnedRecord, Value) throws -> Void) throws {
        try forEachRecord(topic.declaration) { record in
            guard let value = record.value else { return }
            try body(record, try Value(serializedBytes: value))
        }
    }

    /// Calls the body with each committed record of a topic.
    public func forEachRecord(_ topic: TopicDeclaration, _ body: (OwnedRecord) throws -> Void) throws {
        let scan = TopicScan(client: client)
        for partition in 0..<topic.partitionCount(fleet: partitions) {
            try scan.forEach(in: [TopicPartition(topic: topic.name, partition: partition)]) { records in
                for record in records { try body(record) }
            }
        }
    }
}

/// A chain over a topic's keys, values and timestamps, partition by partition: equal for equal topics.
public struct TopicDigest {
    private var hash = FNV1a()

    public init() {}

    public mutating func combine(_ record: OwnedRecord) {
        combine(UInt64(bitPattern: Int64(record.partition)))
        combine(UInt64(bitPattern: record.timestampMilliseconds))
        combine(record.key)
        combine(record.value)
    }

    private mutating func combine(_ bytes: [UInt8]?) {
        combine(UInt64(bitPattern: Int64(bytes?.count ?? -1)))
        if let bytes { hash.combine(bytes) }
    }

    private mutating func combine(_ word: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { hash.combine(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
    }

    /// Sixteen hexadecimal digits.
    public var text: String {
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
