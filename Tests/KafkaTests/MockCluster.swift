import CRdKafka
import Kafka

/// librdkafka's in-process mock cluster: good for injecting errors, and for nothing else (kafka.md 3.1).
@safe final class MockCluster {
    /// The requests whose answers can be replaced.
    enum Request: Int16, Sendable, CustomStringConvertible {
        case produce = 0
        case metadata = 3
        case fetchOffsets = 9
        case findCoordinator = 10
        case initProducerID = 22
        case addPartitionsToTransaction = 24
        case addOffsetsToTransaction = 25
        case endTransaction = 26
        case commitOffsetsInTransaction = 28

        var description: String {
            switch self {
            case .produce: "Produce"
            case .metadata: "Metadata"
            case .fetchOffsets: "OffsetFetch"
            case .findCoordinator: "FindCoordinator"
            case .initProducerID: "InitProducerId"
            case .addPartitionsToTransaction: "AddPartitionsToTxn"
            case .addOffsetsToTransaction: "AddOffsetsToTxn"
            case .endTransaction: "EndTxn"
            case .commitOffsetsInTransaction: "TxnOffsetCommit"
            }
        }
    }

    struct Unavailable: Error {}

    private let host: OpaquePointer
    private let cluster: OpaquePointer

    init(brokers: Int32 = 1) throws {
        guard let configuration = unsafe rd_kafka_conf_new() else { throw Unavailable() }
        // The mock's sockets inherit it: a commit takes 9 ms instead of 44.
        _ = unsafe rd_kafka_conf_set(configuration, "socket.nagle.disable", "true", nil, 0)
        _ = unsafe rd_kafka_conf_set(configuration, "log_level", "0", nil, 0)
        guard let host = unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else { throw Unavailable() }
        guard let cluster = unsafe rd_kafka_mock_cluster_new(host, brokers) else {
            unsafe rd_kafka_destroy(host)
            throw Unavailable()
        }
        unsafe self.host = host
        unsafe self.cluster = cluster
    }

    deinit {
        unsafe rd_kafka_mock_cluster_destroy(cluster)
        unsafe rd_kafka_destroy(host)
    }

    var bootstrap: String { unsafe rd_kafka_mock_cluster_bootstraps(cluster).map { unsafe String(cString: $0) } ?? "" }

    func createTopic(_ name: String, partitions: Int32) {
        _ = unsafe rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    }

    /// The next requests of this kind fail with these codes, in order.
    func fail(_ request: Request, with codes: [KafkaError.Code]) {
        let natives = codes.map { rd_kafka_resp_err_t($0.rawValue) }
        unsafe rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, natives.count, natives)
    }

    /// Metadata and AddPartitionsToTxn answer this for the topic, until told otherwise.
    func failTopic(_ name: String, with code: KafkaError.Code) {
        unsafe rd_kafka_mock_topic_set_error(cluster, name, rd_kafka_resp_err_t(code.rawValue))
    }

    func setDown(broker: Int32) { _ = unsafe rd_kafka_mock_broker_set_down(cluster, broker) }
    func setUp(broker: Int32) { _ = unsafe rd_kafka_mock_broker_set_up(cluster, broker) }

    /// Moves the coordinator of a transactional id.
    func moveTransactionCoordinator(of id: String, to broker: Int32) {
        _ = unsafe rd_kafka_mock_coordinator_set(cluster, "transaction", id, broker)
    }

    func moveLeader(of topic: String, partition: Int32, to broker: Int32) {
        _ = unsafe rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker)
    }
}
