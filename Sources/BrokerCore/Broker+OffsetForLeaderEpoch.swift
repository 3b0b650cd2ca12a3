import KafkaProtocol

extension Broker {
    func offsetForLeaderEpoch(_ message: OffsetForLeaderEpochRequest, _ request: Request) {
        var response = OffsetForLeaderEpochResponse()
        for topic in message.topics {
            var answer = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult()
            answer.topic = topic.topic
            answer.partitions = topic.partitions.map { wanted in
                var found = OffsetForLeaderEpochResponse.EpochEndOffset()
                found.partition = wanted.partition
                guard let log = topics.log(TopicPartition(topic.topic, wanted.partition)) else {
                    found.errorCode = ErrorCode.unknownTopicOrPartition.rawValue
                    return found
                }
                if let error = leaderEpochError(wanted.currentLeaderEpoch) {
                    found.errorCode = error.rawValue
                } else if wanted.leaderEpoch == Self.leaderEpoch {
                    found.leaderEpoch = Self.leaderEpoch
                    found.endOffset = log.end
                } else if wanted.leaderEpoch < -1 {
                    // Before the first epoch there is nothing but the log's start.
                    found.leaderEpoch = wanted.leaderEpoch
                    found.endOffset = log.start
                }
                return found
            }
            response.topics.append(answer)
        }
        reply(request.connection, .offsetForLeaderEpoch(response))
    }
}
