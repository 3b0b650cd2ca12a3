package import Kafka

/// The real thing: librdkafka's wrapper, client by client.
package struct KafkaClient: BrokerClient, Sendable {
    private let configuration: ClientConfiguration

    package init(_ configuration: ClientConfiguration) {
        self.configuration = configuration
    }

    private func named(_ clientID: String) -> ClientConfiguration {
        var named = configuration
        named.clientID = clientID
        return named
    }

    package func makeConsumer(
        clientID: String, group: String, instanceID: String?, settings: ConsumerSettings
    ) throws -> Consumer {
        try Consumer(named(clientID), group: group, instanceID: instanceID, settings: settings)
    }

    package func makeProducer(
        clientID: String, transactionalID: String, settings: ProducerSettings, stop: @escaping () -> Bool
    ) throws -> TransactionalProducer {
        try TransactionalProducer(
            named(clientID), transactionalID: transactionalID, settings: settings, stop: stop)
    }

    package func makeReader(clientID: String) throws -> PartitionReader { try PartitionReader(named(clientID)) }
}

extension Consumer: BrokerConsumer {
    package typealias Batch = RecordBatch
    package typealias GroupMetadata = ConsumerGroupMetadata
}

extension TransactionalProducer: BrokerProducer {
    package typealias Topic = TopicHandle
    package typealias GroupMetadata = ConsumerGroupMetadata
}

extension PartitionReader: BrokerReader {
    package typealias Batch = RecordBatch

    package func stableWatermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws -> (low: Int64, high: Int64) {
        try consumer.watermarks(partition, timeoutMilliseconds: timeoutMilliseconds)
    }
}

extension RecordBatch: BrokerBatch {}
