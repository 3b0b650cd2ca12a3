import KafkaProtocol

extension Broker {
    func deleteRecords(_ message: DeleteRecordsRequest, _ request: Request) {
        var response = DeleteRecordsResponse()
        for topic in message.topics {
            var answer = DeleteRecordsResponse.DeleteRecordsTopicResult()
            answer.name = topic.name
            answer.partitions = topic.partitions.map { wanted in
                var result = DeleteRecordsResponse.DeleteRecordsPartitionResult()
                result.partitionIndex = wanted.partitionIndex
                result.lowWatermark = -1
                if let error = deleteRecords(topic.name, wanted) {
                    result.errorCode = error.rawValue
                } else if let log = topics.log(TopicPartition(topic.name, wanted.partitionIndex)) {
                    result.lowWatermark = log.start
                }
                return result
            }
            response.topics.append(answer)
        }
        reply(request.connection, .deleteRecords(response))
    }

    /// Moves a log's start; an offset before it changes nothing, -1 stands for the high watermark.
    private func deleteRecords(_ name: String, _ wanted: DeleteRecordsRequest.DeleteRecordsPartition) -> ErrorCode? {
        guard let topic = topics.topic(name), let log = topic.log(wanted.partitionIndex) else {
            return .unknownTopicOrPartition
        }
        if Topic.isInternal(name) { return .invalidTopicException }
        guard topic.settings.isDeleted else { return .policyViolation }
        let offset = wanted.offset == -1 ? log.highWatermark : wanted.offset
        guard offset >= 0, offset <= log.highWatermark else { return .offsetOutOfRange }
        if offset > log.start {
            record(.logStartMoved(topic: name, partition: wanted.partitionIndex, offset: offset))
        }
        return nil
    }
}
