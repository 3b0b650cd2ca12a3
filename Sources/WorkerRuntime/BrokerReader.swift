package import Kafka

/// A reader of given partitions as restores and global tables use it; `Kafka.PartitionReader` says what each call
/// promises.
package protocol BrokerReader: AnyObject {
    associatedtype Batch: BrokerBatch

    func assign(_ starts: [TopicPartition: StartOffset])
    func poll(into batch: Batch, limit: Int, timeoutMilliseconds: Int32) throws -> PollResult
    /// The offset that will be read next, behind transaction markers too; nil before anything is known.
    func position(_ partition: TopicPartition) -> Int64?
    /// The first offset and the high watermark, open transactions counted.
    func uncommittedWatermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws -> (low: Int64, high: Int64)
    /// The first offset and the last stable one.
    func stableWatermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws -> (low: Int64, high: Int64)
    func close()
}
