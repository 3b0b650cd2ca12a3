/// How a producer batches, and how long a transaction may take.
public struct ProducerSettings: Hashable, Sendable {
    /// After this long the coordinator aborts an open transaction; milliseconds. Keep it well under the poll interval.
    public var transactionTimeoutMilliseconds: Int32 = 15_000
    /// How long a record waits for company; milliseconds.
    public var lingerMilliseconds: Int32 = 5
    /// The most records of one request's batch.
    public var batchRecords: Int32 = 10_000
    /// The most bytes of one batch, before compression; a topic's `max.message.bytes` must not be smaller.
    public var batchBytes: Int32 = 1_000_000
    /// The largest record this client sends at all; a topic's own limit may be lower.
    public var maxMessageBytes: Int32 = 8_388_608
    /// How many records may wait in this client; at least four times those of a transaction.
    public var queueRecords: Int32 = 100_000
    /// How many bytes may wait in this client, in KiB.
    public var queueKilobytes: Int32 = 262_144
    /// The compression codec: `none`, `gzip`, `snappy`, `lz4` or `zstd`.
    public var compression = "lz4"
    /// How long metadata and admin requests may take; milliseconds.
    public var requestTimeoutMilliseconds: Int32 = 10_000

    /// Makes the default settings.
    public init() {}

    func properties(transactionalID: String?) -> [String: String] {
        var properties = [
            "enable.idempotence": "true",
            "linger.ms": "\(lingerMilliseconds)",
            "batch.num.messages": "\(batchRecords)",
            "batch.size": "\(batchBytes)",
            "message.max.bytes": "\(max(maxMessageBytes, batchBytes))",
            "queue.buffering.max.messages": "\(queueRecords)",
            "queue.buffering.max.kbytes": "\(queueKilobytes)",
            "compression.codec": compression,
            // Keys must go where the Java client sends them; every record here names its partition anyway.
            "partitioner": "murmur2_random",
        ]
        if let transactionalID {
            properties["transactional.id"] = transactionalID
            properties["transaction.timeout.ms"] = "\(transactionTimeoutMilliseconds)"
        }
        return properties
    }
}
