import KafkaProtocol

extension Broker {
    func txnOffsetCommit(_ message: TxnOffsetCommitRequest, _ request: Request) {
        let offsets = message.topics.flatMap { topic in
            topic.partitions.map { (TopicPartition(topic.name, $0.partitionIndex), $0) }
        }
        // Kafka looks for the partitions first, and asks nobody else where none is left.
        let isAnyKnown = offsets.contains { topics.contains($0.0) }
        let refusal = isAnyKnown ? transactionalOffsetsError(message, request.version) : nil
        var pending: [PendingOffset] = []
        var errors: [TopicPartition: ErrorCode] = [:]
        for (partition, offset) in offsets {
            if let error = offsetError(partition, offset, refusal) {
                errors[partition] = error
                continue
            }
            let record = OffsetRecord(
                offset: offset.committedOffset, leaderEpoch: offset.committedLeaderEpoch,
                metadata: offset.committedMetadata ?? "", committedAt: now)
            pending.append(PendingOffset(partition: partition, record: record))
        }
        if !pending.isEmpty {
            record(.offsetsPending(group: message.groupId, producerID: message.producerId, offsets: pending))
        }
        reply(request.connection, .txnOffsetCommit(Self.answer(to: message, errors)))
    }

    private func offsetError(
        _ partition: TopicPartition, _ offset: TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition,
        _ refusal: ErrorCode?
    ) -> ErrorCode? {
        if !topics.contains(partition) { return .unknownTopicOrPartition }
        if let refusal { return refusal }
        return isOffsetMetadataTooLarge(offset.committedMetadata) ? .offsetMetadataTooLarge : nil
    }

    /// Why none of the offsets is taken: the transaction first, then the group's member.
    private func transactionalOffsetsError(_ message: TxnOffsetCommitRequest, _ version: Int16) -> ErrorCode? {
        if message.groupId.isEmpty { return .invalidGroupId }
        let producer = ProducerIdentity(id: message.producerId, epoch: message.producerEpoch)
        switch verificationError(message.transactionalId, producer, .group(message.groupId)) {
        case nil: break
        // No version of this request has the newer name.
        case ErrorCode.producerFenced?: return .invalidProducerEpoch
        case ErrorCode.transactionAbortable?: return version >= 4 ? .transactionAbortable : .invalidTxnState
        case let error: return error
        }
        return txnOffsetCommitError(
            group: message.groupId, memberID: message.memberId, generation: message.generationId,
            instanceID: message.groupInstanceId)
    }

    private static func answer(
        to message: TxnOffsetCommitRequest, _ errors: [TopicPartition: ErrorCode]
    ) -> TxnOffsetCommitResponse {
        var answer = TxnOffsetCommitResponse()
        answer.topics = message.topics.map { topic in
            var result = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic()
            result.name = topic.name
            result.partitions = topic.partitions.map { partition in
                var result = TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition()
                result.partitionIndex = partition.partitionIndex
                result.errorCode = (errors[TopicPartition(topic.name, partition.partitionIndex)] ?? .none).rawValue
                return result
            }
            return result
        }
        return answer
    }
}
