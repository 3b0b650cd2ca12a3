/// Reads given partitions from given offsets, without a group: for restoring state and tailing. One thread uses it.
///
/// It sees committed records only, reports each end, and takes an offset that is not in the log for an error.
public final class PartitionReader {
    /// The consumer that reads.
    public let consumer: Consumer
    private let watermarks: Consumer

    /// Makes a reader; it commits nothing and joins no group.
    public init(_ configuration: ClientConfiguration, settings: ConsumerSettings = ConsumerSettings())
        throws(KafkaError)
    {
        var reading = settings
        reading.isolation = .readCommitted
        // An offset that fell out of the log must wipe the state, not quietly skip a part of it (kafka.md 5.4).
        reading.autoOffsetReset = .error
        reading.reportsPartitionEnd = true
        var measuring = reading
        measuring.isolation = .readUncommitted
        // librdkafka wants a group name where partitions are assigned; nothing of it reaches a coordinator's state.
        let group = "\(configuration.clientID).reader"
        consumer = try Consumer(configuration, group: group, settings: reading)
        watermarks = try Consumer(configuration, group: group, settings: measuring)
    }

    /// Reads these partitions too, each from its own start, and leaves the others undisturbed.
    public func add(_ starts: [TopicPartition: StartOffset]) { consumer.assign(adding: starts) }

    /// Stops reading these partitions, and leaves the others undisturbed.
    public func remove(_ partitions: [TopicPartition]) { consumer.unassign(partitions) }

    /// Reads exactly these partitions from here on.
    public func assign(_ starts: [TopicPartition: StartOffset]) { consumer.assign(starts) }

    /// Appends records to the batch, as `Consumer.poll` does.
    public func poll(
        into batch: RecordBatch, limit: Int, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> PollResult {
        try consumer.poll(into: batch, limit: limit, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// The offset that will be read next, behind transaction markers too: a restore ends when it reaches its target.
    public func position(_ partition: TopicPartition) -> Int64? { consumer.position(partition) }

    /// The first offset and the high watermark, which counts transactions that are still open.
    ///
    /// The target of a restore: the last stable offset could leave out the last transaction (kafka.md 5.4, KAFKA-10167).
    public func uncommittedWatermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> (low: Int64, high: Int64) {
        try watermarks.watermarks(partition, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Frees both instances; a second call does nothing.
    public func close() {
        consumer.close()
        watermarks.close()
    }
}
