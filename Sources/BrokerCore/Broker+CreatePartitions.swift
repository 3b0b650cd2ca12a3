import KafkaProtocol

extension Broker {
    func createPartitions(_ message: CreatePartitionsRequest, _ request: Request) {
        var response = CreatePartitionsResponse()
        let counts = Dictionary(message.topics.map { ($0.name, 1) }, uniquingKeysWith: +)
        var seen: Set<String> = []
        for topic in message.topics where seen.insert(topic.name).inserted {
            var result = CreatePartitionsResponse.CreatePartitionsTopicResult()
            result.name = topic.name
            let refusal =
                counts[topic.name] ?? 0 > 1
                ? AdminRefusal(.invalidRequest, "The request names a topic twice") : self.refusal(of: topic)
            if let refusal {
                result.errorCode = refusal.error.rawValue
                result.errorMessage = refusal.message
            } else if !message.validateOnly {
                record(.partitionsAdded(topic: topic.name, total: topic.count))
            }
            response.results.append(result)
        }
        reply(request.connection, .createPartitions(response))
    }

    private func refusal(of wanted: CreatePartitionsRequest.CreatePartitionsTopic) -> AdminRefusal? {
        guard let topic = topics.topic(wanted.name) else {
            return AdminRefusal(.unknownTopicOrPartition, "There is no such topic")
        }
        let added = Int(wanted.count) - topic.logs.count
        guard added > 0 else {
            return AdminRefusal(
                .invalidPartitions, "The topic has \(topic.logs.count) partitions; \(wanted.count) would not be more")
        }
        guard topics.partitionCount + added <= configuration.partitionLimit else {
            return AdminRefusal(.policyViolation, "The broker takes \(configuration.partitionLimit) partitions at most")
        }
        guard let assignments = wanted.assignments else { return nil }
        guard assignments.count == added else {
            return AdminRefusal(
                .invalidReplicaAssignment, "There are \(assignments.count) assignments for \(added) partitions")
        }
        return assignments.lazy.compactMap { self.refusal(ofReplicas: $0.brokerIds) }.first
    }

    /// Why a partition can not have these replicas: there is one broker.
    func refusal(ofReplicas brokers: [Int32]) -> AdminRefusal? {
        if brokers.isEmpty { return AdminRefusal(.invalidReplicaAssignment, "An assignment names no broker") }
        if Set(brokers).count < brokers.count {
            return AdminRefusal(.invalidReplicaAssignment, "An assignment names a broker twice")
        }
        return brokers == [configuration.nodeID]
            ? nil : AdminRefusal(.invalidReplicaAssignment, "The only broker is \(configuration.nodeID)")
    }
}
