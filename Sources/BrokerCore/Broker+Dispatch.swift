import KafkaProtocol

extension Broker {
    /// Hands a request to the part that serves it.
    func dispatch(_ request: Request) {
        switch request.body {
        case .produce(let message): produce(message, request)
        case .fetch(let message): fetch(message, request)
        case .listOffsets(let message): listOffsets(message, request)
        case .metadata(let message): metadata(message, request)
        case .offsetCommit(let message): offsetCommit(message, request)
        case .offsetFetch(let message): offsetFetch(message, request)
        case .findCoordinator(let message): findCoordinator(message, request)
        case .joinGroup(let message): joinGroup(message, request)
        case .heartbeat(let message): heartbeat(message, request)
        case .leaveGroup(let message): leaveGroup(message, request)
        case .syncGroup(let message): syncGroup(message, request)
        case .describeGroups(let message): describeGroups(message, request)
        case .listGroups(let message): listGroups(message, request)
        case .apiVersions(let message): apiVersions(message, request)
        case .createTopics(let message): createTopics(message, request)
        case .deleteTopics(let message): deleteTopics(message, request)
        case .deleteRecords(let message): deleteRecords(message, request)
        case .initProducerId(let message): initProducerId(message, request)
        case .offsetForLeaderEpoch(let message): offsetForLeaderEpoch(message, request)
        case .addPartitionsToTxn(let message): addPartitionsToTxn(message, request)
        case .addOffsetsToTxn(let message): addOffsetsToTxn(message, request)
        case .endTxn(let message): endTxn(message, request)
        case .writeTxnMarkers(let message): writeTxnMarkers(message, request)
        case .txnOffsetCommit(let message): txnOffsetCommit(message, request)
        case .describeConfigs(let message): describeConfigs(message, request)
        case .alterConfigs(let message): alterConfigs(message, request)
        case .describeLogDirs(let message): describeLogDirs(message, request)
        case .createPartitions(let message): createPartitions(message, request)
        case .deleteGroups(let message): deleteGroups(message, request)
        case .incrementalAlterConfigs(let message): incrementalAlterConfigs(message, request)
        case .offsetDelete(let message): offsetDelete(message, request)
        case .describeCluster(let message): describeCluster(message, request)
        case .describeProducers(let message): describeProducers(message, request)
        case .describeTransactions(let message): describeTransactions(message, request)
        case .listTransactions(let message): listTransactions(message, request)
        case .describeTopicPartitions(let message): describeTopicPartitions(message, request)
        }
    }
}
