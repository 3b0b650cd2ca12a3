package import Kafka

/// What a task loop needs of Kafka: makes the clients of one incarnation.
///
/// The loop is generic over it, so that a simulator can stand in for a cluster. ``KafkaClient`` is named where a worker
/// makes its loops, in this module, so the compiler specialises all of it and a record pays nothing for the seam.
///
/// Calls throw what Kafka's wrapper throws, `KafkaError` and `TransactionError`; any other error passes through the loop
/// untouched, so that a stand-in can end the process it plays at any call.
package protocol BrokerClient {
    associatedtype Consumer: BrokerConsumer
    associatedtype Producer: BrokerProducer where Producer.GroupMetadata == Consumer.GroupMetadata
    associatedtype Reader: BrokerReader where Reader.Batch == Consumer.Batch
    typealias Batch = Consumer.Batch

    /// Makes a member of a group that has joined nothing yet; an `instanceID` makes it static.
    func makeConsumer(
        clientID: String, group: String, instanceID: String?, settings: ConsumerSettings
    ) throws -> Consumer

    /// Makes a transactional producer; `stop` is asked between two tries of a call that can be repeated.
    func makeProducer(
        clientID: String, transactionalID: String, settings: ProducerSettings, stop: @escaping () -> Bool
    ) throws -> Producer

    /// Makes a reader without a group, of committed records, that takes an offset outside the log for an error.
    func makeReader(clientID: String) throws -> Reader
}
