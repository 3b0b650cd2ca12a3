package import Kafka

/// A transactional producer as the task loop uses it; `Kafka.TransactionalProducer` says what each call promises.
package protocol BrokerProducer: AnyObject {
    associatedtype GroupMetadata
    /// A topic that was looked up.
    associatedtype Topic

    func warm(_ names: [String]) throws
    func track(_ names: [String]) throws
    func topicHandle(_ name: String) throws -> Topic
    /// The highest offset delivered to each tracked partition since `begin`, complete once `commit` has returned.
    var deliveredOffsets: [TopicPartition: Int64] { get }

    func initTransactions() throws
    func begin() throws
    func send(
        to topic: Topic, partition: Int32, key: RawSpan?, value: RawSpan?, headers: borrowing RecordHeaders,
        timestampMilliseconds: Int64
    ) throws
    func sendOffsets(_ offsets: [TopicPartition: Int64], of group: GroupMetadata) throws
    func commit() throws
    func abort() throws
    /// Aborts what is open as far as that is quick; a second call, and one after a crash, does nothing.
    func close()
}
