import KafkaProtocol

struct TopicTable {}

struct WaitingFetches {
    var nextDeadline: Int64? { nil }
    mutating func remove(_ connection: ConnectionID) {}
}

extension Broker {
    func produce(_ message: ProduceRequest, _ request: Request) { close(request.connection, "not served") }
    func fetch(_ message: FetchRequest, _ request: Request) { close(request.connection, "not served") }
    func listOffsets(_ message: ListOffsetsRequest, _ request: Request) { close(request.connection, "not served") }
    func metadata(_ message: MetadataRequest, _ request: Request) { close(request.connection, "not served") }
    func apiVersions(_ message: ApiVersionsRequest, _ request: Request) { close(request.connection, "not served") }
    func createTopics(_ message: CreateTopicsRequest, _ request: Request) { close(request.connection, "not served") }
    func deleteTopics(_ message: DeleteTopicsRequest, _ request: Request) { close(request.connection, "not served") }
    func deleteRecords(_ message: DeleteRecordsRequest, _ request: Request) { close(request.connection, "not served") }
    func offsetForLeaderEpoch(_ message: OffsetForLeaderEpochRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func describeConfigs(_ message: DescribeConfigsRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func alterConfigs(_ message: AlterConfigsRequest, _ request: Request) { close(request.connection, "not served") }
    func createPartitions(_ message: CreatePartitionsRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func incrementalAlterConfigs(_ message: IncrementalAlterConfigsRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func describeCluster(_ message: DescribeClusterRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func describeProducers(_ message: DescribeProducersRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func describeTopicPartitions(_ message: DescribeTopicPartitionsRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func describeLogDirs(_ message: DescribeLogDirsRequest, _ request: Request) {
        close(request.connection, "not served")
    }

    func completeFetches() {}
    func tickLogs() {}
    var logDeadline: Int64? { nil }
    func applyToLogs(_ change: Change) {}
    func logSnapshot() -> [Change] { [] }
}
