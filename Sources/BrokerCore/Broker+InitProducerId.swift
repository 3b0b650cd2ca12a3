import KafkaProtocol

extension Broker {
    func initProducerId(_ message: InitProducerIdRequest, _ request: Request) {
        var answer = InitProducerIdResponse()
        switch initialize(message) {
        case .success(let producer):
            answer.producerId = producer.id
            answer.producerEpoch = producer.epoch
        case .failure(let refusal):
            answer.errorCode = refusal.code(request.version, knowsFencedFrom: 4)
            answer.producerEpoch = -1
        }
        reply(request.connection, .initProducerId(answer))
    }

    private func initialize(_ message: InitProducerIdRequest) -> Result<ProducerIdentity, Refusal> {
        // Either both say who the producer was, or none does.
        guard (message.producerId == -1) == (message.producerEpoch == -1) else {
            return .failure(Refusal(.invalidRequest))
        }
        guard let id = message.transactionalId else {
            guard let producer = newProducerID() else { return .failure(Refusal(.unknownServerError)) }
            return .success(ProducerIdentity(id: producer, epoch: 0))
        }
        if id.isEmpty { return .failure(Refusal(.invalidRequest)) }
        // Two-phase commit by a coordinator outside of Kafka is off in Kafka, too.
        if message.enable2Pc { return .failure(Refusal(.transactionalIdAuthorizationFailed)) }
        if message.keepPreparedTxn { return .failure(Refusal(.unsupportedVersion)) }
        guard message.transactionTimeoutMs > 0, message.transactionTimeoutMs <= configuration.transactionMaxTimeoutMs
        else { return .failure(Refusal(.invalidTransactionTimeout)) }
        let expected =
            message.producerId == -1
            ? nil : ProducerIdentity(id: message.producerId, epoch: message.producerEpoch)
        return initialize(id, expecting: expected, timeoutMs: message.transactionTimeoutMs)
    }

    private func initialize(
        _ id: String, expecting expected: ProducerIdentity?, timeoutMs: Int32
    ) -> Result<ProducerIdentity, Refusal> {
        guard let known = transactions[id] else { return create(id, timeoutMs: timeoutMs) }
        if known.state.isPreparing { return .failure(Refusal(.concurrentTransactions)) }
        if let expected, !known.admits(expected) { return .failure(Refusal(.producerFenced)) }
        if known.state == .ongoing { abortByFencing(known) }
        // Kafka, too, has the client ask again while the old transaction completes.
        guard let idle = transactions[id], idle.state.isIdle else { return .failure(Refusal(.concurrentTransactions)) }
        switch idle.initialized(expecting: expected, timeoutMs: timeoutMs, at: now) {
        case .fenced: return .failure(Refusal(.producerFenced))
        case .ready(let record):
            move(record)
            return .success(record.identity)
        case .needsProducerID:
            guard let producer = newProducerID() else { return .failure(Refusal(.unknownServerError)) }
            let record = idle.rotated(
                to: producer, remembersEpoch: expected != nil, timeoutMs: timeoutMs, at: now)
            move(record)
            return .success(record.identity)
        }
    }

    private func create(_ id: String, timeoutMs: Int32) -> Result<ProducerIdentity, Refusal> {
        guard transactions.count < configuration.transactionalIDLimit else {
            return .failure(Refusal(.policyViolation))
        }
        guard let producer = newProducerID() else { return .failure(Refusal(.unknownServerError)) }
        var record = TransactionRecord(
            id: id, producerID: producer, epoch: 0, timeoutMs: timeoutMs, state: .empty, changedAt: now)
        record.lastProducerID = producer
        move(record)
        return .success(record.identity)
    }
}

/// Why a request of a transactional producer is refused.
struct Refusal: Error, Equatable {
    var error: ErrorCode

    init(_ error: ErrorCode) { self.error = error }

    /// The error's number for a client whose request has this version.
    ///
    /// PRODUCER_FENCED is younger than the first versions; clients that do not know it are told INVALID_PRODUCER_EPOCH.
    func code(_ version: Int16, knowsFencedFrom first: Int16) -> Int16 {
        let isUnknown = error == .producerFenced && version < first
        return (isUnknown ? ErrorCode.invalidProducerEpoch : error).rawValue
    }
}
