import KafkaProtocol

/// A request that knows its number and its answer's type.
protocol Asked: ProtocolMessage {
    associatedtype Answer: ProtocolMessage
    static var api: ApiKey { get }
}

extension ProduceRequest: Asked {
    typealias Answer = ProduceResponse
    static var api: ApiKey { .produce }
}
extension FetchRequest: Asked {
    typealias Answer = FetchResponse
    static var api: ApiKey { .fetch }
}
extension ListOffsetsRequest: Asked {
    typealias Answer = ListOffsetsResponse
    static var api: ApiKey { .listOffsets }
}
extension MetadataRequest: Asked {
    typealias Answer = MetadataResponse
    static var api: ApiKey { .metadata }
}
extension OffsetCommitRequest: Asked {
    typealias Answer = OffsetCommitResponse
    static var api: ApiKey { .offsetCommit }
}
extension OffsetFetchRequest: Asked {
    typealias Answer = OffsetFetchResponse
    static var api: ApiKey { .offsetFetch }
}
extension FindCoordinatorRequest: Asked {
    typealias Answer = FindCoordinatorResponse
    static var api: ApiKey { .findCoordinator }
}
extension JoinGroupRequest: Asked {
    typealias Answer = JoinGroupResponse
    static var api: ApiKey { .joinGroup }
}
extension HeartbeatRequest: Asked {
    typealias Answer = HeartbeatResponse
    static var api: ApiKey { .heartbeat }
}
extension LeaveGroupRequest: Asked {
    typealias Answer = LeaveGroupResponse
    static var api: ApiKey { .leaveGroup }
}
extension SyncGroupRequest: Asked {
    typealias Answer = SyncGroupResponse
    static var api: ApiKey { .syncGroup }
}
extension DescribeGroupsRequest: Asked {
    typealias Answer = DescribeGroupsResponse
    static var api: ApiKey { .describeGroups }
}
extension ListGroupsRequest: Asked {
    typealias Answer = ListGroupsResponse
    static var api: ApiKey { .listGroups }
}
extension ApiVersionsRequest: Asked {
    typealias Answer = ApiVersionsResponse
    static var api: ApiKey { .apiVersions }
}
extension CreateTopicsRequest: Asked {
    typealias Answer = CreateTopicsResponse
    static var api: ApiKey { .createTopics }
}
extension DeleteTopicsRequest: Asked {
    typealias Answer = DeleteTopicsResponse
    static var api: ApiKey { .deleteTopics }
}
extension DeleteRecordsRequest: Asked {
    typealias Answer = DeleteRecordsResponse
    static var api: ApiKey { .deleteRecords }
}
extension InitProducerIdRequest: Asked {
    typealias Answer = InitProducerIdResponse
    static var api: ApiKey { .initProducerId }
}
extension OffsetForLeaderEpochRequest: Asked {
    typealias Answer = OffsetForLeaderEpochResponse
    static var api: ApiKey { .offsetForLeaderEpoch }
}
extension AddPartitionsToTxnRequest: Asked {
    typealias Answer = AddPartitionsToTxnResponse
    static var api: ApiKey { .addPartitionsToTxn }
}
extension AddOffsetsToTxnRequest: Asked {
    typealias Answer = AddOffsetsToTxnResponse
    static var api: ApiKey { .addOffsetsToTxn }
}
extension EndTxnRequest: Asked {
    typealias Answer = EndTxnResponse
    static var api: ApiKey { .endTxn }
}
extension WriteTxnMarkersRequest: Asked {
    typealias Answer = WriteTxnMarkersResponse
    static var api: ApiKey { .writeTxnMarkers }
}
extension TxnOffsetCommitRequest: Asked {
    typealias Answer = TxnOffsetCommitResponse
    static var api: ApiKey { .txnOffsetCommit }
}
extension DescribeConfigsRequest: Asked {
    typealias Answer = DescribeConfigsResponse
    static var api: ApiKey { .describeConfigs }
}
extension AlterConfigsRequest: Asked {
    typealias Answer = AlterConfigsResponse
    static var api: ApiKey { .alterConfigs }
}
extension DescribeLogDirsRequest: Asked {
    typealias Answer = DescribeLogDirsResponse
    static var api: ApiKey { .describeLogDirs }
}
extension CreatePartitionsRequest: Asked {
    typealias Answer = CreatePartitionsResponse
    static var api: ApiKey { .createPartitions }
}
extension DeleteGroupsRequest: Asked {
    typealias Answer = DeleteGroupsResponse
    static var api: ApiKey { .deleteGroups }
}
extension IncrementalAlterConfigsRequest: Asked {
    typealias Answer = IncrementalAlterConfigsResponse
    static var api: ApiKey { .incrementalAlterConfigs }
}
extension OffsetDeleteRequest: Asked {
    typealias Answer = OffsetDeleteResponse
    static var api: ApiKey { .offsetDelete }
}
extension DescribeClusterRequest: Asked {
    typealias Answer = DescribeClusterResponse
    static var api: ApiKey { .describeCluster }
}
extension DescribeProducersRequest: Asked {
    typealias Answer = DescribeProducersResponse
    static var api: ApiKey { .describeProducers }
}
extension DescribeTransactionsRequest: Asked {
    typealias Answer = DescribeTransactionsResponse
    static var api: ApiKey { .describeTransactions }
}
extension ListTransactionsRequest: Asked {
    typealias Answer = ListTransactionsResponse
    static var api: ApiKey { .listTransactions }
}
extension DescribeTopicPartitionsRequest: Asked {
    typealias Answer = DescribeTopicPartitionsResponse
    static var api: ApiKey { .describeTopicPartitions }
}
