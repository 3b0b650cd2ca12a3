import KafkaProtocol

extension Broker {
    /// Kafka counts how often a coordinator moved; this one never does.
    static let coordinatorEpoch: Int32 = 0

    // MARK: Changes

    func applyToTransactions(_ change: Change) {
        switch change {
        case .producerIDsUsed(let next):
            transactions.use(producerIDsBefore: next)
        case .transaction(let record):
            transactions.put(record)
            if record.state.isIdle {
                transactions.expire(noLaterThan: record.changedAt.adding(configuration.transactionalIDExpirationMs))
            }
        case .transactionForgotten(let id):
            transactions.remove(id)
        case .topicCreated, .topicDeleted, .partitionsAdded, .topicConfigured, .brokerConfigured, .appended,
            .logStartMoved, .compacted, .producerKept, .offset, .offsetsPending, .offsetsResolved, .group,
            .groupForgotten:
            break
        }
    }

    func transactionSnapshot() -> [Change] {
        let used: [Change] =
            transactions.nextProducerID == 0 ? [] : [.producerIDsUsed(next: transactions.nextProducerID)]
        return used + transactions.inOrder.map { .transaction($0) }
    }

    /// Takes up what was decided before the restart: the markers of ended transactions are written.
    func resumeTransactions() {
        transactions.nextScan = now.adding(max(1, configuration.transactionTimeoutScanMs))
        for record in transactions.preparingInOrder { scheduleMarkers(of: record.id) }
    }

    /// Decides a transactional id's next state.
    func move(_ record: TransactionRecord) {
        assert(transactions[record.id].map { $0.state.successors.contains(record.state) } ?? (record.state == .empty))
        self.record(.transaction(record))
    }

    /// A producer id that nobody has; nil when all are used up.
    func newProducerID() -> Int64? {
        let id = transactions.nextProducerID
        guard id < .max else { return nil }
        record(.producerIDsUsed(next: id + 1))
        return id
    }

    // MARK: Time

    func tickTransactions() {
        for id in transactions.markersDue(at: now) { completeTransaction(id) }
        abortTimedOutTransactions()
        forgetUnusedIDs()
    }

    var transactionDeadline: Int64? {
        let scan = transactions.open.isEmpty ? nil : transactions.nextScan
        return [scan, transactions.earliestMarkers, transactions.nextExpiration].compactMap(\.self).min()
    }

    private func abortTimedOutTransactions() {
        guard !transactions.open.isEmpty, transactions.nextScan <= now else { return }
        transactions.nextScan = now.adding(max(1, configuration.transactionTimeoutScanMs))
        for record in transactions.openInOrder where now &- record.startedAt > Int64(record.timeoutMs) {
            abortByFencing(record)
        }
    }

    private func forgetUnusedIDs() {
        guard let expiration = transactions.nextExpiration, expiration <= now else { return }
        let lifetime = configuration.transactionalIDExpirationMs
        for id in transactions.expired(unusedSince: now &- lifetime, lifetime: lifetime) {
            record(.transactionForgotten(id: id))
        }
    }
}
