import KafkaProtocol

extension Broker {
    func createTopics(_ message: CreateTopicsRequest, _ request: Request) {
        var response = CreateTopicsResponse()
        let counts = Dictionary(message.topics.map { ($0.name, 1) }, uniquingKeysWith: +)
        var seen: Set<String> = []
        for topic in message.topics where seen.insert(topic.name).inserted {
            var result = CreateTopicsResponse.CreatableTopicResult()
            result.name = topic.name
            result.errorMessage = nil
            do throws(AdminRefusal) {
                guard counts[topic.name] == 1 else {
                    throw AdminRefusal(.invalidRequest, "The request names a topic twice")
                }
                try create(topic, validateOnly: message.validateOnly, &result)
            } catch {
                result.errorCode = error.error.rawValue
                result.errorMessage = error.message
            }
            response.topics.append(result)
        }
        reply(request.connection, .createTopics(response))
    }

    private func create(
        _ wanted: CreateTopicsRequest.CreatableTopic, validateOnly: Bool,
        _ result: inout CreateTopicsResponse.CreatableTopicResult
    ) throws(AdminRefusal) {
        if let refusal = Topic.refusal(ofName: wanted.name) { throw AdminRefusal(.invalidTopicException, refusal) }
        guard topics.topic(wanted.name) == nil else {
            throw AdminRefusal(.topicAlreadyExists, "Topic \(wanted.name) exists")
        }
        if let other = topics.collision(with: wanted.name) {
            throw AdminRefusal(.invalidTopicException, "Topic \(other) differs from \(wanted.name) only in '.' and '_'")
        }
        let configuration = try configuration(of: wanted)
        let partitions = try partitions(of: wanted)
        guard topics.partitionCount + Int(partitions) <= self.configuration.partitionLimit else {
            throw AdminRefusal(
                .policyViolation, "The broker takes \(self.configuration.partitionLimit) partitions at most")
        }
        result.topicId = nextUUID()
        result.numPartitions = partitions
        result.replicationFactor = 1
        result.configs = describedTopicConfigs(configuration).map { entry in
            var config = CreateTopicsResponse.CreatableTopicConfigs()
            config.name = entry.name
            config.value = entry.value
            config.configSource = entry.source.rawValue
            return config
        }
        guard !validateOnly else { return }
        record(
            .topicCreated(
                name: wanted.name, id: result.topicId, partitions: partitions, configuration: configuration))
    }

    private func configuration(of wanted: CreateTopicsRequest.CreatableTopic) throws(AdminRefusal) -> [String: String] {
        var configuration: [String: String] = [:]
        for config in wanted.configs {
            guard let value = config.value else {
                throw AdminRefusal(.invalidConfig, "\(config.name) has no value")
            }
            configuration[config.name] = value
        }
        if let refusal = TopicConfigs.refusal(configuration) { throw AdminRefusal(.invalidConfig, refusal) }
        return configuration
    }

    private func partitions(of wanted: CreateTopicsRequest.CreatableTopic) throws(AdminRefusal) -> Int32 {
        guard wanted.assignments.isEmpty else { return try partitions(ofAssignments: wanted) }
        guard wanted.numPartitions > 0 || wanted.numPartitions == -1 else {
            throw AdminRefusal(.invalidPartitions, "A topic has one partition at the least")
        }
        guard wanted.replicationFactor == 1 || wanted.replicationFactor == -1 else {
            throw AdminRefusal(.invalidReplicationFactor, "There is one broker, so there is one replica")
        }
        return wanted.numPartitions == -1 ? max(1, configuration.defaultPartitions) : wanted.numPartitions
    }

    private func partitions(
        ofAssignments wanted: CreateTopicsRequest.CreatableTopic
    ) throws(AdminRefusal) -> Int32 {
        guard wanted.replicationFactor == -1, wanted.numPartitions == -1 else {
            throw AdminRefusal(.invalidRequest, "Assignments leave no choice of partitions and replicas: both are -1")
        }
        let indexes = wanted.assignments.map(\.partitionIndex).sorted()
        for assignment in wanted.assignments {
            if let refusal = refusal(ofReplicas: assignment.brokerIds) { throw refusal }
        }
        guard indexes == Array(0..<Int32(clamping: indexes.count)) else {
            throw AdminRefusal(.invalidReplicaAssignment, "The partitions are not 0 to \(indexes.count - 1), each once")
        }
        return Int32(clamping: indexes.count)
    }
}
