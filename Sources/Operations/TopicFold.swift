public import Kafka
public import ProtobufCodec
public import Schemas

/// Reads whole topics and hands their messages on, decoded; for summaries, audits and explanations.
///
/// One thread uses it.
public final class TopicFold {
    private let scan: TopicScan
    private let partitions: Int32

    public init(_ client: ClientConfiguration, partitions: Int32) {
        scan = TopicScan(client: client)
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

    /// Calls the body with each committed record of a topic, in offset order within a partition.
    public func forEachRecord(_ topic: TopicDeclaration, _ body: (OwnedRecord) throws -> Void) throws {
        let names = (0..<topic.partitionCount(fleet: partitions)).map {
            TopicPartition(topic: topic.name, partition: $0)
        }
        try scan.forEach(in: names) { records in
            for record in records { try body(record) }
        }
    }
}

/// A chain over a topic's keys, values and timestamps, partition by partition: equal for equal topics.
public struct TopicDigest {
    private var chains: [Int32: FNV1a] = [:]

    public init() {}

    public mutating func combine(_ record: OwnedRecord) {
        var hash = chains[record.partition] ?? FNV1a()
        Self.combine(UInt64(bitPattern: record.timestampMilliseconds), &hash)
        Self.combine(record.key, &hash)
        Self.combine(record.value, &hash)
        chains[record.partition] = hash
    }

    private static func combine(_ bytes: [UInt8]?, _ hash: inout FNV1a) {
        combine(UInt64(bitPattern: Int64(bytes?.count ?? -1)), &hash)
        if let bytes { hash.combine(bytes) }
    }

    private static func combine(_ word: UInt64, _ hash: inout FNV1a) {
        for shift in stride(from: 0, to: 64, by: 8) { hash.combine(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
    }

    /// Sixteen hexadecimal digits.
    public var text: String {
        var hash = FNV1a()
        for (partition, chain) in chains.sorted(by: { $0.key < $1.key }) {
            Self.combine(UInt64(bitPattern: Int64(partition)), &hash)
            Self.combine(chain.value, &hash)
        }
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
