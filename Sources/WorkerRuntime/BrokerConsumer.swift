package import Kafka

/// A member of a group as the task loop uses it; `Kafka.Consumer` says what each call promises.
package protocol BrokerConsumer: AnyObject {
    associatedtype Batch: BrokerBatch
    /// Proof of membership in the present generation.
    associatedtype GroupMetadata

    /// Told of assignments, inside `poll` and `close`; held weakly.
    var listener: (any RebalanceListener<Self>)? { get set }

    func subscribe(_ topics: [String]) throws
    func assign(_ partitions: [TopicPartition: StartOffset])
    func poll(into batch: Batch, limit: Int, timeoutMilliseconds: Int32) throws -> PollResult
    func hold(_ partition: TopicPartition)
    func release(_ partition: TopicPartition)
    func seek(_ partition: TopicPartition, to offset: Int64) throws
    func committed(_ partitions: [TopicPartition], timeoutMilliseconds: Int32) throws -> [TopicPartition: Int64]
    func position(_ partition: TopicPartition) -> Int64?
    func watermarks(_ partition: TopicPartition, timeoutMilliseconds: Int32) throws -> (low: Int64, high: Int64)
    func groupMetadata() -> GroupMetadata
    /// Nil before the member joined, and once it has lost its place, also before the listener has been told.
    var memberID: String? { get }
    /// True between losing the assignment and the next one, also before the listener has been told.
    var isAssignmentLost: Bool { get }
    func storeOffsets(_ offsets: [TopicPartition: Int64])
    /// Leaves the group after a last `revoked`; a second call, and one after a crash, does nothing.
    func close()
}
