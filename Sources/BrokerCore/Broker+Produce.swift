import KafkaProtocol

extension Broker {
    func produce(_ message: ProduceRequest, _ request: Request) {
        let refusesTransactions = message.transactionalId == nil && message.hasTransactionalRecords
        var response = ProduceResponse()
        var failures: [ErrorCode] = []
        for data in message.topicData {
            let topic = request.version >= 13 ? topics.topic(data.topicId) : topics.topic(data.name)
            var answer = ProduceResponse.TopicProduceResponse()
            answer.name = data.name
            answer.topicId = data.topicId
            for partition in data.partitionData {
                var outcome = ProduceResponse.PartitionProduceResponse()
                outcome.index = partition.index
                if refusesTransactions {
                    outcome.refuse(.transactionalIdAuthorizationFailed)
                } else if let topic, let log = topic.log(partition.index) {
                    append(partition, topic, log, message, request, &outcome)
                } else {
                    let isByID = request.version >= 13 && topic == nil
                    outcome.refuse(isByID ? .unknownTopicId : .unknownTopicOrPartition)
                }
                if outcome.errorCode != 0 { failures.append(ErrorCode(rawValue: outcome.errorCode)) }
                answer.partitionResponses.append(outcome)
            }
            response.responses.append(answer)
        }
        answer(response, failures, message, request)
    }

    private func answer(
        _ response: ProduceResponse, _ failures: [ErrorCode], _ message: ProduceRequest, _ request: Request
    ) {
        if message.acks != 0 {
            reply(request.connection, .produce(response))
        } else if let failure = failures.first {
            // A client that wants no answer learns of an error by losing the connection, as from Kafka.
            close(request.connection, "produce without acknowledgement failed: \(failure)")
        } else {
            done(request.connection)
        }
    }

    private func append(
        _ data: ProduceRequest.PartitionProduceData, _ topic: Topic, _ log: PartitionLog, _ message: ProduceRequest,
        _ request: Request, _ outcome: inout ProduceResponse.PartitionProduceResponse
    ) {
        guard [-1, 0, 1].contains(message.acks) else { return outcome.refuse(.invalidRequiredAcks) }
        if message.acks == -1, topic.settings.minInsyncReplicas > 1 { return outcome.refuse(.notEnoughReplicas) }
        do throws(ProduceCheck.Refusal) {
            let check = ProduceCheck(settings: topic.settings, now: now, version: request.version)
            var (bytes, header) = try check.batch(data.records)
            let partition = TopicPartition(topic.name, data.index)
            if let error = transactionError(header, partition, message, request) {
                return outcome.refuse(error)
            }
            switch log.verdict(header) {
            case .append: break
            case .duplicate(let old):
                outcome.baseOffset = old.baseOffset
                outcome.logAppendTimeMs = old.timestamp
                outcome.logStartOffset = log.start
                return
            case .refused(let error): throw ProduceCheck.Refusal(error: error)
            }
            guard log.end < .max - Int64(header.recordCount) else {
                throw ProduceCheck.Refusal(error: .kafkaStorageError)
            }
            outcome.baseOffset = log.end
            outcome.logAppendTimeMs = topic.settings.usesLogAppendTime ? now : -1
            outcome.logStartOffset = log.start
            RecordBatchCodec.assign(baseOffset: log.end, leaderEpoch: Self.leaderEpoch, to: &bytes)
            record(.appended(topic: topic.name, partition: data.index, batch: bytes))
        } catch {
            outcome.refuse(error, logStart: log.start)
        }
    }

    /// What the transaction's coordinator has against a batch, as this version's clients understand it.
    private func transactionError(
        _ header: BatchHeader, _ partition: TopicPartition, _ message: ProduceRequest, _ request: Request
    ) -> ErrorCode? {
        guard header.isTransactional else { return nil }
        let error = produceTransactionError(header, transactionalID: message.transactionalId, partition)
        switch error {
        case .producerFenced: return .invalidProducerEpoch
        // From version 11 on clients know that they may abort and go on.
        case .invalidTxnState, .transactionAbortable:
            return request.version > 10 ? .transactionAbortable : .invalidTxnState
        // What older clients repeat without looking for another broker.
        case .concurrentTransactions: return .notEnoughReplicas
        default: return error
        }
    }
}

extension ProduceRequest {
    fileprivate var hasTransactionalRecords: Bool {
        topicData.contains { topic in
            topic.partitionData.contains { partition in
                guard let bytes = partition.records?.pieces.first else { return false }
                return (try? BatchHeader(bytes)).map { $0.magic == 2 && $0.isTransactional } ?? false
            }
        }
    }
}

extension ProduceResponse.PartitionProduceResponse {
    fileprivate mutating func refuse(_ error: ErrorCode) {
        errorCode = error.rawValue
        baseOffset = -1
    }

    fileprivate mutating func refuse(_ refusal: ProduceCheck.Refusal, logStart: Int64) {
        refuse(refusal.error)
        logAppendTimeMs = -1
        logStartOffset = refusal.isFromLog ? logStart : -1
        errorMessage = refusal.message
        recordErrors = refusal.records.map { fault in
            var error = ProduceResponse.BatchIndexAndErrorMessage()
            error.batchIndex = Int32(clamping: fault.index)
            error.batchIndexErrorMessage = fault.message
            return error
        }
    }
}
