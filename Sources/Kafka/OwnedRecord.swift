/// A record copied out of its batch, for slow paths and the CLI.
public struct OwnedRecord: Hashable, Sendable {
    /// Where it came from: topic and partition.
    public var topicPartition: TopicPartition
    /// Its offset in the partition.
    public var offset: Int64
    /// Its timestamp, in milliseconds since 1970.
    public var timestampMilliseconds: Int64
    /// Who set the timestamp.
    public var timestampType: TimestampType
    /// The key; nil is null.
    public var key: [UInt8]?
    /// The value; nil is a tombstone.
    public var value: [UInt8]?
    /// The headers, in order.
    public var headers: [RecordHeader]

    /// Makes a record, for tests.
    public init(
        topicPartition: TopicPartition, offset: Int64, timestampMilliseconds: Int64,
        timestampType: TimestampType = .createTime, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = []
    ) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.timestampMilliseconds = timestampMilliseconds
        self.timestampType = timestampType
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// The topic's name.
    public var topic: String { topicPartition.topic }
    /// The partition number.
    public var partition: Int32 { topicPartition.partition }
}
