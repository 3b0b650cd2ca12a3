import KafkaProtocol

// The states of a transactional id:
//
//     InitProducerId ─▶ Empty ──add──▶ Ongoing ──commit──▶ PrepareCommit ──markers──▶ CompleteCommit ─┐
//                         ▲              ▲ └─────abort───▶ PrepareAbort ───markers──▶ CompleteAbort ──┤
//                         │              └────────────────────── add ────────────────────────────────┤
//                         └─────────────────────────────── InitProducerId ───────────────────────────┘
//
//     add      AddPartitionsToTxn, AddOffsetsToTxn
//     commit   EndTxn
//     abort    EndTxn; with a higher epoch: InitProducerId, and the time-out
//     markers  the last one is written
//
// Kafka's PrepareEpochFence is the moment in which the epoch is raised for an abort, and Dead the one in which an unused
// id is forgotten; both are over within one call here, so that no id is ever seen in them.
extension TransactionRecord.State {
    /// The transaction's end is decided, its markers are not all written.
    var isPreparing: Bool {
        switch self {
        case .prepareCommit, .prepareAbort: true
        case .empty, .ongoing, .completeCommit, .completeAbort, .dead, .prepareEpochFence: false
        }
    }

    /// Nothing is open: the id may begin a transaction, be initialised, or be forgotten.
    var isIdle: Bool {
        switch self {
        case .empty, .completeCommit, .completeAbort: true
        case .ongoing, .prepareCommit, .prepareAbort, .dead, .prepareEpochFence: false
        }
    }

    /// The states that an id in this one may go over to.
    var successors: [TransactionRecord.State] {
        switch self {
        case .empty: [.empty, .ongoing]
        case .ongoing: [.ongoing, .prepareCommit, .prepareAbort]
        // It stays where it is while one marker of several is written.
        case .prepareCommit: [.prepareCommit, .completeCommit]
        case .prepareAbort: [.prepareAbort, .completeAbort]
        case .completeCommit, .completeAbort: [.empty, .ongoing]
        case .dead, .prepareEpochFence: []
        }
    }
}

/// A producer's id and epoch, as a client holds them.
struct ProducerIdentity: Equatable {
    var id: Int64
    var epoch: Int16
}

extension TransactionRecord {
    var identity: ProducerIdentity { ProducerIdentity(id: producerID, epoch: epoch) }

    /// One epoch is left, with which the coordinator can still fence the producer that holds the last but one.
    static func isExhausted(_ epoch: Int16) -> Bool { epoch >= .max - 1 }

    private func moved(to state: State, at time: Int64) -> TransactionRecord {
        var record = self
        record.state = state
        record.changedAt = time
        return record
    }

    /// The id for a producer that begins to use it.
    private func emptied(_ identity: ProducerIdentity, last: Int16, timeoutMs: Int32, at time: Int64) -> Self {
        var record = moved(to: .empty, at: time)
        record.lastProducerID = producerID
        record.lastEpoch = last
        record.producerID = identity.id
        record.epoch = identity.epoch
        record.timeoutMs = timeoutMs
        record.partitions = []
        record.groups = []
        record.startedAt = -1
        return record
    }

    /// What InitProducerId makes of an idle id.
    enum Initialization: Equatable {
        case ready(TransactionRecord)
        /// The epochs of the producer id are used up.
        case needsProducerID
        case fenced
    }

    /// The id with a higher epoch for the producer that asks, which may say whom it takes itself for.
    func initialized(expecting expected: ProducerIdentity?, timeoutMs: Int32, at time: Int64) -> Initialization {
        if Self.isExhausted(epoch), expected.map({ $0.epoch == epoch }) ?? true { return .needsProducerID }
        let next = ProducerIdentity(id: producerID, epoch: epoch &+ 1)
        guard let expected else {
            return .ready(emptied(next, last: -1, timeoutMs: timeoutMs, at: time))
        }
        if expected.epoch == epoch {
            return .ready(emptied(next, last: epoch, timeoutMs: timeoutMs, at: time))
        }
        // The last epoch of all is no producer's: nobody could be fenced from it.
        if epoch == .max, expected.epoch == lastEpoch { return .needsProducerID }
        // A request that came twice, whose first answer holds; or a producer whose transaction was aborted for it.
        if expected.epoch == lastEpoch {
            return .ready(emptied(identity, last: lastEpoch, timeoutMs: timeoutMs, at: time))
        }
        return .fenced
    }

    /// The id with a new producer id.
    func rotated(to producerID: Int64, remembersEpoch: Bool, timeoutMs: Int32, at time: Int64) -> TransactionRecord {
        emptied(
            ProducerIdentity(id: producerID, epoch: 0), last: remembersEpoch ? epoch : -1, timeoutMs: timeoutMs,
            at: time)
    }

    /// Whether a producer that says who it is may initialise the id; its epoch is looked at later.
    func admits(_ expected: ProducerIdentity) -> Bool {
        expected.id == producerID || (expected.id == lastProducerID && Self.isExhausted(expected.epoch))
    }

    /// The id with more partitions and groups in its open transaction, which begins if none is open.
    func extended(by more: Set<TopicPartition>, groups moreGroups: Set<String>, at time: Int64) -> TransactionRecord {
        var record = moved(to: .ongoing, at: time)
        if state != .ongoing { record.startedAt = time }
        record.partitions.formUnion(more)
        record.groups.formUnion(moreGroups)
        return record
    }

    /// The id with its transaction's end decided.
    func prepared(committed: Bool, at time: Int64) -> TransactionRecord {
        moved(to: committed ? .prepareCommit : .prepareAbort, at: time)
    }

    /// The id with its transaction aborted under an epoch that no producer was ever given.
    func fenced(at time: Int64) -> TransactionRecord {
        var record = prepared(committed: false, at: time)
        record.epoch = epoch == .max ? .max : epoch + 1
        // Whose transaction it was may go on, by InitProducerId with the epoch it had.
        record.lastEpoch = epoch
        return record
    }

    /// The id when all its markers are written.
    func completed(at time: Int64) -> TransactionRecord {
        var record = moved(to: state == .prepareCommit ? .completeCommit : .completeAbort, at: time)
        record.partitions = []
        record.groups = []
        return record
    }

    /// Why a request of this producer is refused whatever it asks for; nil where it is the id's producer and nothing
    /// of an earlier transaction is left to do.
    func refusal(of producer: ProducerIdentity) -> ErrorCode? {
        if producer.id != producerID { return .invalidProducerIdMapping }
        if producer.epoch != epoch { return .producerFenced }
        return state.isPreparing ? .concurrentTransactions : nil
    }
}
