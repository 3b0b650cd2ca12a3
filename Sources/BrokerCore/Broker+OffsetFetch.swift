import KafkaProtocol

extension Broker {
    func offsetFetch(_ message: OffsetFetchRequest, _ request: Request) {
        var response = OffsetFetchResponse()
        if request.version >= 8 {
            response.groups = message.groups.map { fetchOffsets($0, message.requireStable, request.version) }
            return reply(request.connection, .offsetFetch(response))
        }
        let group = groups[message.groupId]
        let wanted = message.topics?.map { ($0.name, $0.partitionIndexes) } ?? committedTopics(group)
        response.topics = wanted.map { name, partitions in
            var topic = OffsetFetchResponse.OffsetFetchResponseTopic()
            topic.name = name
            topic.partitions = partitions.map {
                let found = fetchOffset(group, TopicPartition(name, $0), message.requireStable)
                var partition = OffsetFetchResponse.OffsetFetchResponsePartition()
                partition.partitionIndex = $0
                partition.committedOffset = found.offset
                partition.committedLeaderEpoch = found.leaderEpoch
                partition.metadata = found.metadata
                partition.errorCode = found.error.rawValue
                return partition
            }
            return topic
        }
        reply(request.connection, .offsetFetch(response))
    }

    private func fetchOffsets(
        _ wanted: OffsetFetchRequest.OffsetFetchRequestGroup, _ requireStable: Bool, _ version: Int16
    ) -> OffsetFetchResponse.OffsetFetchResponseGroup {
        var response = OffsetFetchResponse.OffsetFetchResponseGroup()
        response.groupId = wanted.groupId
        let group = groups[wanted.groupId]
        let usesIDs = version >= 10
        if let wantedTopics = wanted.topics {
            response.topics = wantedTopics.map { topic in
                let name = usesIDs ? topics.topic(topic.topicId)?.name : topic.name
                return offsets(group, name, topic.topicId, topic.partitionIndexes, requireStable)
            }
        } else {
            response.topics = committedTopics(group).compactMap { name, partitions in
                guard usesIDs else { return offsets(group, name, .zero, partitions, requireStable) }
                // A topic that is gone has no id to be named by.
                guard let id = topics.topic(name)?.id else { return nil }
                return offsets(group, name, id, partitions, requireStable)
            }
        }
        return response
    }

    private func offsets(
        _ group: Group?, _ name: String?, _ id: KafkaUUID, _ partitions: [Int32], _ requireStable: Bool
    ) -> OffsetFetchResponse.OffsetFetchResponseTopics {
        var topic = OffsetFetchResponse.OffsetFetchResponseTopics()
        topic.name = name ?? ""
        topic.topicId = id
        topic.partitions = partitions.map {
            let wanted = name.map { [number = $0] name in TopicPartition(name, number) }
            let found = wanted.map { fetchOffset(group, $0, requireStable) } ?? FoundOffset(error: .unknownTopicId)
            var partition = OffsetFetchResponse.OffsetFetchResponsePartitions()
            partition.partitionIndex = $0
            partition.committedOffset = found.offset
            partition.committedLeaderEpoch = found.leaderEpoch
            partition.metadata = found.metadata
            partition.errorCode = found.error.rawValue
            return partition
        }
        return topic
    }

    private struct FoundOffset {
        var offset: Int64 = -1
        var leaderEpoch: Int32 = -1
        var metadata = ""
        var error = ErrorCode.none
    }

    private func fetchOffset(_ group: Group?, _ partition: TopicPartition, _ requireStable: Bool) -> FoundOffset {
        guard let group else { return FoundOffset() }
        if requireStable, group.offsets.isUnstable(partition) { return FoundOffset(error: .unstableOffsetCommit) }
        guard let record = group.offsets[partition] else { return FoundOffset() }
        return FoundOffset(offset: record.offset, leaderEpoch: record.leaderEpoch, metadata: record.metadata)
    }

    /// The partitions that the group has offsets of, by topic.
    private func committedTopics(_ group: Group?) -> [(String, [Int32])] {
        let byTopic = Dictionary(grouping: group?.offsets.committed.keys.map(\.self) ?? [], by: \.topic)
        return byTopic.sorted { $0.key < $1.key }.map { ($0.key, $0.value.map(\.partition).sorted()) }
    }
}
