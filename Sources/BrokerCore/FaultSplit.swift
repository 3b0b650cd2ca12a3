public import KafkaProtocol

/// A produce or fetch request without one of its partitions, which is refused while the rest is served.
public struct FaultSplit: Sendable {
    /// The request that is left; nil where nothing is.
    public let rest: RequestBody?
    private let refused: Refused

    private enum Refused: Sendable {
        case produce([ProduceResponse.TopicProduceResponse])
        case fetch([FetchResponse.FetchableTopicResponse])
    }

    /// Takes the partition out; nil where the request does not name it.
    init?(_ body: RequestBody, _ partition: TopicPartition, _ error: ErrorCode, topicName: (KafkaUUID) -> String?) {
        guard body.names(partition, topicName: topicName) else { return nil }
        switch body {
        case .produce(var request):
            var refused: [ProduceResponse.TopicProduceResponse] = []
            for index in request.topicData.indices {
                let topic = request.topicData[index]
                guard topic.name == partition.topic || topicName(topic.topicId) == partition.topic else { continue }
                request.topicData[index].partitionData.removeAll { $0.index == partition.partition }
                var response = ProduceResponse.TopicProduceResponse()
                response.name = topic.name
                response.topicId = topic.topicId
                response.partitionResponses = [ProduceResponse.refusal(partition.partition, error.rawValue)]
                refused.append(response)
            }
            request.topicData.removeAll { $0.partitionData.isEmpty }
            rest = request.topicData.isEmpty ? nil : .produce(request)
            self.refused = .produce(refused)
        case .fetch(var request):
            var refused: [FetchResponse.FetchableTopicResponse] = []
            for index in request.topics.indices {
                let topic = request.topics[index]
                guard topic.topic == partition.topic || topicName(topic.topicId) == partition.topic else { continue }
                request.topics[index].partitions.removeAll { $0.partition == partition.partition }
                var response = FetchResponse.FetchableTopicResponse()
                response.topic = topic.topic
                response.topicId = topic.topicId
                response.partitions = [FetchResponse.refusal(partition.partition, error.rawValue)]
                refused.append(response)
            }
            request.topics.removeAll { $0.partitions.isEmpty }
            rest = request.topics.isEmpty ? nil : .fetch(request)
            self.refused = .fetch(refused)
        case .listOffsets, .metadata, .offsetCommit, .offsetFetch, .findCoordinator, .joinGroup, .heartbeat,
            .leaveGroup, .syncGroup, .describeGroups, .listGroups, .apiVersions, .createTopics, .deleteTopics,
            .deleteRecords, .initProducerId, .offsetForLeaderEpoch, .addPartitionsToTxn, .addOffsetsToTxn, .endTxn,
            .writeTxnMarkers, .txnOffsetCommit, .describeConfigs, .alterConfigs, .describeLogDirs, .createPartitions,
            .deleteGroups, .incrementalAlterConfigs, .offsetDelete, .describeCluster, .describeProducers,
            .describeTransactions, .listTransactions, .describeTopicPartitions:
            return nil
        }
    }

    /// The answer for the whole request: that of the rest, nil where there was none, and the refusal.
    public func joined(with answer: ResponseBody?) -> ResponseBody {
        switch refused {
        case .produce(let topics):
            var response = ProduceResponse()
            if case .produce(let rest)? = answer { response = rest }
            response.responses += topics
            return .produce(response)
        case .fetch(let topics):
            var response = FetchResponse()
            if case .fetch(let rest)? = answer { response = rest }
            response.responses += topics
            return .fetch(response)
        }
    }
}
