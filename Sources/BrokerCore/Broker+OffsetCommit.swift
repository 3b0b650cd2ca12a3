import KafkaProtocol

extension Broker {
    func offsetCommit(_ message: OffsetCommitRequest, _ request: Request) {
        let usesIDs = request.version >= 10
        var answers: [OffsetCommitResponse.OffsetCommitResponseTopic] = []
        var accepted: [(topic: Int, partition: OffsetCommitRequest.OffsetCommitRequestPartition)] = []
        for topic in message.topics {
            var answer = OffsetCommitResponse.OffsetCommitResponseTopic()
            answer.topicId = topic.topicId
            let name = usesIDs ? topics.topic(topic.topicId)?.name : topic.name
            answer.name = name ?? ""
            for partition in topic.partitions {
                var entry = OffsetCommitResponse.OffsetCommitResponsePartition()
                entry.partitionIndex = partition.partitionIndex
                if let name, topics.contains(TopicPartition(name, partition.partitionIndex)) {
                    accepted.append((answers.count, partition))
                } else {
                    let error: ErrorCode = name == nil ? .unknownTopicId : .unknownTopicOrPartition
                    entry.errorCode = error.rawValue
                    answer.partitions.append(entry)
                }
            }
            answers.append(answer)
        }
        // As in Kafka the group is not looked at when there is nothing to commit.
        let refusal = accepted.isEmpty ? nil : offsetCommitRefusal(message, request)
        let expiry = message.retentionTimeMs == -1 ? nil : sum(now, message.retentionTimeMs)
        for (topic, partition) in accepted {
            var entry = OffsetCommitResponse.OffsetCommitResponsePartition()
            entry.partitionIndex = partition.partitionIndex
            if let refusal {
                entry.errorCode = refusal.rawValue
            } else if isOffsetMetadataTooLarge(partition.committedMetadata) {
                entry.errorCode = ErrorCode.offsetMetadataTooLarge.rawValue
            } else {
                let offset = OffsetRecord(
                    offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
                    metadata: partition.committedMetadata ?? "", committedAt: now, expiresAt: expiry)
                record(
                    .offset(
                        group: message.groupId, topic: answers[topic].name, partition: partition.partitionIndex, offset)
                )
            }
            answers[topic].partitions.append(entry)
        }
        var response = OffsetCommitResponse()
        response.topics = answers
        reply(request.connection, .offsetCommit(response))
    }

    /// Whether a commit's metadata is longer than the broker keeps.
    func isOffsetMetadataTooLarge(_ metadata: String?) -> Bool {
        (metadata?.utf16.count ?? 0) > configuration.offsetMetadataMaxBytes
    }

    /// Why a transaction may not commit offsets of this group; nil if it may.
    ///
    /// Generation -1, no member id and no instance id say nothing of the group and are not checked: older clients.
    func txnOffsetCommitError(
        group groupID: String, memberID: String, generation: Int32, instanceID: String?
    ) -> ErrorCode? {
        if groupID.isEmpty { return .invalidGroupId }
        guard let group = groups[groupID] else {
            if generation >= 0 { return .illegalGeneration }
            return groups.count < configuration.groupLimit ? nil : .policyViolation
        }
        if generation < 0, group.state == .empty { return nil }
        guard generation >= 0 || !memberID.isEmpty || instanceID != nil else { return nil }
        if let refusal = group.refusal(memberID, instance: instanceID) { return refusal }
        return generation == group.generation ? nil : .illegalGeneration
    }

    private func offsetCommitRefusal(_ message: OffsetCommitRequest, _ request: Request) -> ErrorCode? {
        let generation = message.generationIdOrMemberEpoch
        guard let group = groups[message.groupId] else {
            if generation >= 0 { return request.version >= 9 ? .groupIdNotFound : .illegalGeneration }
            return groups.count < configuration.groupLimit ? nil : .policyViolation
        }
        // Who commits without being a member may do so while nobody is one.
        if generation < 0, group.state == .empty { return nil }
        guard generation >= 0 || !message.memberId.isEmpty || message.groupInstanceId != nil else {
            return .unknownMemberId
        }
        if let refusal = group.refusal(message.memberId, instance: message.groupInstanceId) { return refusal }
        if generation != group.generation { return .illegalGeneration }
        switch group.state {
        case .completingRebalance:
            return .rebalanceInProgress
        case .stable, .preparingRebalance:
            extendSession(message.memberId, in: group)
            return nil
        case .empty, .dead:
            return nil
        }
    }

    /// A sum of times that stays in range.
    func sum(_ time: Int64, _ milliseconds: Int64) -> Int64 {
        let (total, overflow) = time.addingReportingOverflow(milliseconds)
        guard overflow else { return total }
        return milliseconds > 0 ? .max : .min
    }
}
