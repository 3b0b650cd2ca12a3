import KafkaProtocol

extension Broker {
    /// The most partitions in one answer; the rest is asked for with the answer's cursor.
    private static let describedPartitionLimit: Int32 = 2_000

    func describeTopicPartitions(_ message: DescribeTopicPartitionsRequest, _ request: Request) {
        var response = DescribeTopicPartitionsResponse()
        var left = Int(max(1, min(message.responsePartitionLimit, Self.describedPartitionLimit)))
        let cursor = message.cursor
        let names = message.topics.isEmpty ? topics.all.map(\.name) : Set(message.topics.map(\.name)).sorted()
        for name in names where name >= cursor?.topicName ?? "" {
            if let cursor, cursor.partitionIndex < 0 {
                response.topics.append(.refused(name, .invalidRequest))
                continue
            }
            guard let topic = topics.topic(name) else {
                let isName = Topic.refusal(ofName: name) == nil
                response.topics.append(.refused(name, isName ? .unknownTopicOrPartition : .invalidTopicException))
                continue
            }
            let start = min(topic.logs.count, name == cursor?.topicName ? Int(cursor?.partitionIndex ?? 0) : 0)
            guard left > 0 else {
                response.nextCursor = .at(name, Int32(clamping: start))
                break
            }
            let end = min(topic.logs.count, start + left)
            response.topics.append(described(topic, start..<end))
            left -= end - start
            guard end == topic.logs.count else {
                response.nextCursor = .at(name, Int32(clamping: end))
                break
            }
        }
        reply(request.connection, .describeTopicPartitions(response))
    }

    private func described(
        _ topic: Topic, _ range: Range<Int>
    ) -> DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic {
        var answer = DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic()
        answer.name = topic.name
        answer.topicId = topic.id
        answer.isInternal = Topic.isInternal(topic.name)
        answer.topicAuthorizedOperations = AuthorizedOperations.topic
        answer.partitions = range.map { index in
            var partition = DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition()
            partition.partitionIndex = Int32(clamping: index)
            partition.leaderId = configuration.nodeID
            partition.leaderEpoch = Self.leaderEpoch
            partition.replicaNodes = [configuration.nodeID]
            partition.isrNodes = [configuration.nodeID]
            partition.eligibleLeaderReplicas = []
            partition.lastKnownElr = []
            return partition
        }
        return answer
    }
}

extension DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic {
    fileprivate static func refused(_ name: String, _ error: ErrorCode) -> Self {
        var topic = Self()
        topic.name = name
        topic.errorCode = error.rawValue
        // Kafka tells them of topics that are not there, too.
        topic.topicAuthorizedOperations = AuthorizedOperations.topic
        return topic
    }
}

extension DescribeTopicPartitionsResponse.Cursor {
    fileprivate static func at(_ topic: String, _ partition: Int32) -> Self {
        var cursor = Self()
        cursor.topicName = topic
        cursor.partitionIndex = partition
        return cursor
    }
}
