import KafkaProtocol

extension Broker {
    func describeProducers(_ message: DescribeProducersRequest, _ request: Request) {
        var response = DescribeProducersResponse()
        for topic in message.topics {
            var answer = DescribeProducersResponse.TopicResponse()
            answer.name = topic.name
            answer.partitions = topic.partitionIndexes.map { index in
                var partition = DescribeProducersResponse.PartitionResponse()
                partition.partitionIndex = index
                if Topic.refusal(ofName: topic.name) != nil {
                    partition.errorCode = ErrorCode.invalidTopicException.rawValue
                } else if let log = topics.log(TopicPartition(topic.name, index)) {
                    partition.activeProducers = log.producers.values.sorted { $0.producerID < $1.producerID }
                        .map(Self.described)
                } else {
                    partition.errorCode = ErrorCode.unknownTopicOrPartition.rawValue
                }
                return partition
            }
            response.topics.append(answer)
        }
        reply(request.connection, .describeProducers(response))
    }

    private static func described(_ producer: ProducerRecord) -> DescribeProducersResponse.ProducerState {
        var state = DescribeProducersResponse.ProducerState()
        state.producerId = producer.producerID
        state.producerEpoch = Int32(producer.epoch)
        state.lastSequence = producer.batches.last?.lastSequence ?? -1
        state.lastTimestamp = producer.lastTimestamp
        state.coordinatorEpoch = producer.coordinatorEpoch
        state.currentTxnStartOffset = producer.transactionStart ?? -1
        return state
    }
}
