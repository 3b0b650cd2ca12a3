public import KafkaProtocol

extension RequestBody {
    /// The groups and transactional ids that the request names.
    var coordinatorKeys: [String] {
        switch self {
        case .produce(let request): request.transactionalId.map { [$0] } ?? []
        case .offsetCommit(let request): [request.groupId]
        case .offsetFetch(let request): [request.groupId] + request.groups.map(\.groupId)
        case .findCoordinator(let request): [request.key] + request.coordinatorKeys
        case .joinGroup(let request): [request.groupId]
        case .heartbeat(let request): [request.groupId]
        case .leaveGroup(let request): [request.groupId]
        case .syncGroup(let request): [request.groupId]
        case .describeGroups(let request): request.groups
        case .initProducerId(let request): request.transactionalId.map { [$0] } ?? []
        case .addPartitionsToTxn(let request):
            [request.v3AndBelowTransactionalId] + request.transactions.map(\.transactionalId)
        case .addOffsetsToTxn(let request): [request.transactionalId, request.groupId]
        case .endTxn(let request): [request.transactionalId]
        case .txnOffsetCommit(let request): [request.transactionalId, request.groupId]
        case .deleteGroups(let request): request.groupsNames
        case .offsetDelete(let request): [request.groupId]
        case .describeTransactions(let request): request.transactionalIds
        case .fetch, .listOffsets, .metadata, .listGroups, .apiVersions, .createTopics, .deleteTopics, .deleteRecords,
            .offsetForLeaderEpoch, .writeTxnMarkers, .describeConfigs, .alterConfigs, .describeLogDirs,
            .createPartitions, .incrementalAlterConfigs, .describeCluster, .describeProducers, .listTransactions,
            .describeTopicPartitions:
            []
        }
    }

    /// Whether this is a produce or fetch request that names the partition, by its topic's name or id.
    func names(_ partition: TopicPartition, topicName: (KafkaUUID) -> String?) -> Bool {
        switch self {
        case .produce(let request):
            request.topicData.contains { topic in
                (topic.name == partition.topic || topicName(topic.topicId) == partition.topic)
                    && topic.partitionData.contains { $0.index == partition.partition }
            }
        case .fetch(let request):
            request.topics.contains { topic in
                (topic.topic == partition.topic || topicName(topic.topicId) == partition.topic)
                    && topic.partitions.contains { $0.partition == partition.partition }
            }
        case .listOffsets, .metadata, .offsetCommit, .offsetFetch, .findCoordinator, .joinGroup, .heartbeat,
            .leaveGroup, .syncGroup, .describeGroups, .listGroups, .apiVersions, .createTopics, .deleteTopics,
            .deleteRecords, .initProducerId, .offsetForLeaderEpoch, .addPartitionsToTxn, .addOffsetsToTxn, .endTxn,
            .writeTxnMarkers, .txnOffsetCommit, .describeConfigs, .alterConfigs, .describeLogDirs, .createPartitions,
            .deleteGroups, .incrementalAlterConfigs, .offsetDelete, .describeCluster, .describeProducers,
            .describeTransactions, .listTransactions, .describeTopicPartitions:
            false
        }
    }
}

extension Broker {
    /// A topic's name by its id, for faults at requests that name topics by id.
    public func topicName(of id: KafkaUUID) -> String? { topics.topic(id)?.name }
}
