/// What one `poll` brought.
public struct PollResult: Sendable {
    /// The number of records appended to the batch.
    public var count = 0
    /// Partitions whose end was reached; `position` says where. Empty unless `reportsPartitionEnd` is set.
    public var partitionsAtEnd: [TopicPartition] = []
    /// Errors that concern single partitions or the membership; none of them ends the consumer.
    public var errors: [PollError] = []
    /// True if the listener was called: the poll ended early, and the batch holds no record of a revoked partition.
    public var rebalanced = false

    /// Makes an empty result, for stand-ins.
    public init() {}
}

/// An error that one poll brought, and the partition it concerns.
public struct PollError: Error, Hashable, Sendable {
    /// The partition; nil if it concerns the member as a whole.
    public var topicPartition: TopicPartition?
    /// What happened.
    public var error: KafkaError

    /// Makes an error, for stand-ins.
    public init(topicPartition: TopicPartition?, error: KafkaError) {
        self.topicPartition = topicPartition
        self.error = error
    }
}
