import KafkaProtocol

extension Broker {
    func offsetDelete(_ message: OffsetDeleteRequest, _ request: Request) {
        var response = OffsetDeleteResponse()
        if let refusal = offsetDeleteRefusal(message.groupId) {
            response.errorCode = refusal.rawValue
            return reply(request.connection, .offsetDelete(response))
        }
        response.topics = message.topics.map { topic in
            var answer = OffsetDeleteResponse.OffsetDeleteResponseTopic()
            answer.name = topic.name
            answer.partitions = topic.partitions.map {
                var entry = OffsetDeleteResponse.OffsetDeleteResponsePartition()
                entry.partitionIndex = $0.partitionIndex
                let partition = TopicPartition(topic.name, $0.partitionIndex)
                entry.errorCode = deleteOffset(message.groupId, partition).rawValue
                return entry
            }
            return answer
        }
        reply(request.connection, .offsetDelete(response))
    }

    private func offsetDeleteRefusal(_ groupID: String) -> ErrorCode? {
        if groupID.isEmpty { return .invalidGroupId }
        guard let group = groups[groupID] else { return .groupIdNotFound }
        switch group.state {
        case .empty: return nil
        case .dead: return .groupIdNotFound
        // What consumers read is known, so that offsets of other topics can go; of other clients' groups it is not.
        case .preparingRebalance, .completingRebalance, .stable:
            return group.usesConsumerProtocol ? nil : .nonEmptyGroup
        }
    }

    private func deleteOffset(_ groupID: String, _ partition: TopicPartition) -> ErrorCode {
        guard topics.contains(partition) else { return .unknownTopicOrPartition }
        guard let group = groups[groupID] else { return .groupIdNotFound }
        if group.isSubscribed(to: partition.topic) { return .groupSubscribedToTopic }
        forgetOffset(partition, of: group)
        return .none
    }

    private func forgetOffset(_ partition: TopicPartition, of group: Group) {
        guard group.offsets[partition] != nil || group.offsets.isUnstable(partition) else { return }
        record(.offset(group: group.id, topic: partition.topic, partition: partition.partition, nil))
    }

    // MARK: Retention

    /// How often offsets are looked at for their age; Kafka's `offsets.retention.check.interval.ms`.
    static let offsetsRetentionCheckIntervalMs: Int64 = 600_000

    func expireOffsetsIfDue() {
        guard let due = groups.nextRetentionCheck, due <= now else { return }
        for group in groups.inOrder {
            for partition in expired(group) { forgetOffset(partition, of: group) }
            // A group that has nothing left, no member and no offset, is forgotten.
            if group.state == .empty, group.offsets.isEmpty { record(.groupForgotten(id: group.id)) }
        }
        groups.nextRetentionCheck = groups.count == 0 ? nil : later(Self.offsetsRetentionCheckIntervalMs)
    }

    private func expired(_ group: Group) -> [TopicPartition] {
        // A group that had members counts from the time that the last one left. Where members live, only a group that
        // is known not to read a topic loses that topic's offsets.
        let countsFromEmpty = group.protocolType != nil && group.state == .empty
        guard
            group.protocolType == nil || countsFromEmpty
                || (group.usesConsumerProtocol && group.subscribedTopics != nil && group.state == .stable)
        else { return [] }
        return group.offsets.committed.filter { partition, entry in
            if group.isSubscribed(to: partition.topic) || group.offsets.isUnstable(partition) { return false }
            if let expiry = entry.record.expiresAt { return now >= expiry }
            let start = countsFromEmpty ? group.changedAt : entry.record.committedAt
            return now >= sum(start, configuration.offsetsRetentionMs)
        }.keys.sorted()
    }
}
