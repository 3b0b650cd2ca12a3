import KafkaProtocol

extension Broker {
    // MARK: Partitions

    func addPartitionsToTxn(_ message: AddPartitionsToTxnRequest, _ request: Request) {
        var answer = AddPartitionsToTxnResponse()
        if request.version < 4 {
            var transaction = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction()
            transaction.transactionalId = message.v3AndBelowTransactionalId
            transaction.producerId = message.v3AndBelowProducerId
            transaction.producerEpoch = message.v3AndBelowProducerEpoch
            transaction.topics = message.v3AndBelowTopics
            answer.resultsByTopicV3AndBelow = results(of: transaction, request.version)
        } else {
            answer.resultsByTransaction = message.transactions.map { transaction in
                var result = AddPartitionsToTxnResponse.AddPartitionsToTxnResult()
                result.transactionalId = transaction.transactionalId
                result.topicResults = results(of: transaction, request.version)
                return result
            }
        }
        reply(request.connection, .addPartitionsToTxn(answer))
    }

    private func results(
        of transaction: AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction, _ version: Int16
    ) -> [AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult] {
        let partitions = Set(
            transaction.topics.flatMap { topic in topic.partitions.map { TopicPartition(topic.name, $0) } })
        let unknown = partitions.filter { !topics.contains($0) }
        let producer = ProducerIdentity(id: transaction.producerId, epoch: transaction.producerEpoch)
        let error: (TopicPartition) -> Int16
        if !unknown.isEmpty {
            // One that does not exist keeps all of them out.
            error = { (unknown.contains($0) ? .unknownTopicOrPartition : ErrorCode.operationNotAttempted).rawValue }
        } else if transaction.verifyOnly {
            let id = transaction.transactionalId
            error = { (self.verificationError(id, producer, .partition($0)) ?? .none).rawValue }
        } else {
            let refusal = add(partitions, groups: [], to: transaction.transactionalId, producer)
            let code = refusal?.code(version, knowsFencedFrom: 2) ?? 0
            error = { _ in code }
        }
        return transaction.topics.map { topic in
            var result = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult()
            result.name = topic.name
            result.resultsByPartition = topic.partitions.map { partition in
                var result = AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult()
                result.partitionIndex = partition
                result.partitionErrorCode = error(TopicPartition(topic.name, partition))
                return result
            }
            return result
        }
    }

    // MARK: Groups

    func addOffsetsToTxn(_ message: AddOffsetsToTxnRequest, _ request: Request) {
        var answer = AddOffsetsToTxnResponse()
        let producer = ProducerIdentity(id: message.producerId, epoch: message.producerEpoch)
        if let refusal = add([], groups: [message.groupId], to: message.transactionalId, producer) {
            answer.errorCode = refusal.code(request.version, knowsFencedFrom: 2)
        }
        reply(request.connection, .addOffsetsToTxn(answer))
    }

    /// Adds to a producer's transaction and opens one if need be; says why it does not.
    private func add(
        _ partitions: Set<TopicPartition>, groups: Set<String>, to id: String, _ producer: ProducerIdentity
    ) -> Refusal? {
        if id.isEmpty { return Refusal(.invalidRequest) }
        guard let known = transactions[id] else { return Refusal(.invalidProducerIdMapping) }
        if let error = known.refusal(of: producer) { return Refusal(error) }
        if known.state == .ongoing, partitions.isSubset(of: known.partitions), groups.isSubset(of: known.groups) {
            return nil
        }
        let extended = known.extended(by: partitions, groups: groups, at: now)
        // Partitions exist, so their number is bounded; a group is but a name here.
        guard extended.groups.count <= configuration.groupLimit else { return Refusal(.policyViolation) }
        move(extended)
        return nil
    }

    // MARK: Verification

    /// Why a write of this producer is not part of its transaction, as the coordinator tells other brokers.
    func verificationError(
        _ id: String, _ producer: ProducerIdentity, _ target: PendingMarker.Target
    ) -> ErrorCode? {
        if id.isEmpty { return .invalidRequest }
        guard let known = transactions[id] else { return .invalidProducerIdMapping }
        if let error = known.refusal(of: producer) { return error }
        let isMember =
            switch target {
            case .partition(let partition): known.partitions.contains(partition)
            case .group(let group): known.groups.contains(group)
            }
        return isMember ? nil : .transactionAbortable
    }

    /// Why a transactional batch may not go into a partition's log, as the coordinator says it; nil where it may.
    ///
    /// A log in which the producer's transaction is open takes it without asking the coordinator, as in Kafka: also while
    /// the marker is under way, before which the batch then stands. Other batches are none of the coordinator's business.
    func produceTransactionError(
        _ header: BatchHeader, transactionalID: String?, _ partition: TopicPartition
    ) -> ErrorCode? {
        guard header.isTransactional, header.producerID >= 0 else { return nil }
        guard let transactionalID else { return .transactionalIdAuthorizationFailed }
        if let known = topics.log(partition)?.producers[header.producerID], known.transactionStart != nil,
            known.epoch == header.producerEpoch
        {
            return nil
        }
        let producer = ProducerIdentity(id: header.producerID, epoch: header.producerEpoch)
        return verificationError(transactionalID, producer, .partition(partition))
    }
}
