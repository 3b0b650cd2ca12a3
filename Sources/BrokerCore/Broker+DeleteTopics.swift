import KafkaProtocol

extension Broker {
    func deleteTopics(_ message: DeleteTopicsRequest, _ request: Request) {
        var wanted = message.topics
        if request.version < 6 {
            wanted = message.topicNames.map { name in
                var topic = DeleteTopicsRequest.DeleteTopicState()
                topic.name = name
                return topic
            }
        }
        // A topic that is named twice, by name or by id, is not deleted at all.
        let targets = wanted.map { $0.name.flatMap { topics.topic($0) } ?? topics.topic($0.topicId) }
        let counts = Dictionary(targets.compactMap(\.?.name).map { ($0, 1) }, uniquingKeysWith: +)
        var seen: Set<String> = []
        var response = DeleteTopicsResponse()
        for (topic, target) in zip(wanted, targets) {
            var result = DeleteTopicsResponse.DeletableTopicResult()
            result.name = topic.name ?? target?.name
            result.topicId = topic.topicId
            if (topic.name == nil) == (topic.topicId == .zero) {
                result.errorCode = ErrorCode.invalidRequest.rawValue
                result.errorMessage = "A topic is deleted either by its name or by its id"
            } else if let target {
                if counts[target.name] ?? 0 > 1 {
                    guard seen.insert(target.name).inserted else { continue }
                    result.errorCode = ErrorCode.invalidRequest.rawValue
                    result.errorMessage = "The request names a topic twice"
                } else {
                    result.topicId = target.id
                    delete(target)
                }
            } else {
                result.refuse(topic)
            }
            response.responses.append(result)
        }
        reply(request.connection, .deleteTopics(response))
    }

    private func delete(_ topic: Topic) {
        record(.topicDeleted(name: topic.name))
        // A topic that is made anew under this name begins without offsets.
        for group in groups.inOrder {
            let known = Set(group.offsets.committed.keys).union(group.offsets.pending.values.flatMap(\.keys))
            for partition in known.filter({ $0.topic == topic.name }).sorted() {
                record(.offset(group: group.id, topic: partition.topic, partition: partition.partition, nil))
            }
        }
    }
}

extension DeleteTopicsResponse.DeletableTopicResult {
    fileprivate mutating func refuse(_ topic: DeleteTopicsRequest.DeleteTopicState) {
        let error: ErrorCode = topic.name == nil ? .unknownTopicId : .unknownTopicOrPartition
        errorCode = error.rawValue
        errorMessage = "There is no such topic"
    }
}
