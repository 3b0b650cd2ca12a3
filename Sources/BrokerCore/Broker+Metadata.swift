import KafkaProtocol

extension Broker {
    func metadata(_ message: MetadataRequest, _ request: Request) {
        var response = MetadataResponse()
        var broker = MetadataResponse.MetadataResponseBroker()
        broker.nodeId = configuration.nodeID
        broker.host = configuration.host
        broker.port = configuration.port
        response.brokers = [broker]
        response.clusterId = configuration.clusterID
        response.controllerId = configuration.nodeID
        if message.includeClusterAuthorizedOperations {
            response.clusterAuthorizedOperations = AuthorizedOperations.cluster
        }
        response.topics = described(message, request)
        reply(request.connection, .metadata(response))
    }

    private func described(
        _ message: MetadataRequest, _ request: Request
    ) -> [MetadataResponse.MetadataResponseTopic] {
        // Version 0 has no null: there no topics stand for all.
        guard let wanted = message.topics, request.version > 0 || !wanted.isEmpty else {
            return topics.all.map { described($0, message) }
        }
        var seen: Set<String> = []
        var seenIDs: Set<KafkaUUID> = []
        return wanted.compactMap { topic in
            if let name = topic.name {
                guard seen.insert(name).inserted else { return nil }
                if topics.topic(name) == nil { createOnDemand(name, message, request) }
                return topics.topic(name).map { described($0, message) }
                    ?? .refused(
                        name, topic.topicId,
                        Topic.refusal(ofName: name) == nil ? .unknownTopicOrPartition : .invalidTopicException)
            }
            guard seenIDs.insert(topic.topicId).inserted else { return nil }
            guard request.version >= 12 else { return .refused("", topic.topicId, .invalidRequest) }
            return topics.topic(topic.topicId).map { described($0, message) }
                ?? .refused(nil, topic.topicId, .unknownTopicId)
        }
    }

    private func createOnDemand(_ name: String, _ message: MetadataRequest, _ request: Request) {
        guard configuration.createsTopicsOnDemand, request.version < 4 || message.allowAutoTopicCreation,
            Topic.refusal(ofName: name) == nil, topics.collision(with: name) == nil
        else { return }
        let partitions = max(1, configuration.defaultPartitions)
        guard topics.partitionCount + Int(partitions) <= configuration.partitionLimit else { return }
        record(.topicCreated(name: name, id: nextUUID(), partitions: partitions, configuration: [:]))
    }

    private func described(_ topic: Topic, _ message: MetadataRequest) -> MetadataResponse.MetadataResponseTopic {
        var answer = MetadataResponse.MetadataResponseTopic()
        answer.name = topic.name
        answer.topicId = topic.id
        answer.isInternal = Topic.isInternal(topic.name)
        if message.includeTopicAuthorizedOperations { answer.topicAuthorizedOperations = AuthorizedOperations.topic }
        answer.partitions = topic.logs.indices.map { index in
            var partition = MetadataResponse.MetadataResponsePartition()
            partition.partitionIndex = Int32(clamping: index)
            partition.leaderId = configuration.nodeID
            partition.leaderEpoch = Self.leaderEpoch
            partition.replicaNodes = [configuration.nodeID]
            partition.isrNodes = [configuration.nodeID]
            return partition
        }
        return answer
    }
}

extension MetadataResponse.MetadataResponseTopic {
    fileprivate static func refused(
        _ name: String?, _ id: KafkaUUID, _ error: ErrorCode
    ) -> MetadataResponse.MetadataResponseTopic {
        var topic = MetadataResponse.MetadataResponseTopic()
        topic.name = name
        topic.topicId = id
        topic.errorCode = error.rawValue
        return topic
    }
}
