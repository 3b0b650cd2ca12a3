/// What a broker is told at its start; times in milliseconds, sizes in bytes.
public struct BrokerConfiguration: Sendable {
    public var clusterID = "growthfleet-embedded-1"
    public var nodeID: Int32 = 1
    /// What clients are told to connect to.
    public var host = "127.0.0.1"
    public var port: Int32 = 0
    /// Makes ids; the same seed and the same requests give the same bytes.
    public var seed: UInt64 = 1
    /// Whether durable changes are kept for `takeChanges`; a broker in memory alone has no use for them.
    public var recordsChanges = false

    public var createsTopicsOnDemand = false
    public var defaultPartitions: Int32 = 1
    public var maxMessageBytes: Int32 = 1_048_588
    /// Partitions, topics, groups, members and ids are refused beyond these.
    public var partitionLimit = 10_000
    public var groupLimit = 10_000
    public var groupMemberLimit = 1_000
    public var transactionalIDLimit = 10_000

    public var groupMinSessionTimeoutMs: Int32 = 1_000
    public var groupMaxSessionTimeoutMs: Int32 = 1_800_000
    public var groupInitialRebalanceDelayMs: Int64 = 0
    public var offsetsRetentionMs: Int64 = 7 * 86_400_000
    public var offsetMetadataMaxBytes = 4_096
    public var transactionMaxTimeoutMs: Int32 = 900_000
    /// How often open transactions are looked at for their time-out; Kafka looks every ten seconds.
    public var transactionTimeoutScanMs: Int64 = 1_000
    public var transactionalIDExpirationMs: Int64 = 7 * 86_400_000
    /// How long after the end of a transaction its markers are written; nil at once, before the answer.
    ///
    /// A real broker answers first, so a client can see the group's new offsets before the data they belong to.
    public var markerDelayMs: Int64?

    /// The most that one fetch answers with, whatever it asks for.
    public var fetchMaxBytes: Int32 = 57_671_680
    public var producerIDExpirationMs: Int64 = 86_400_000
    public var retentionCheckIntervalMs: Int64 = 1_000

    public init() {}
}
