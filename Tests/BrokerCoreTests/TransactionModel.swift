import KafkaProtocol

@testable import BrokerCore

/// What transactions should do, written down as plainly as possible: lists, and no epochs beyond what clients see.
///
/// Each partition is a list of entries and each group a list of commits; what became of a transaction is one value, which
/// each of its partitions and groups learns when its own marker is written.
struct TransactionModel {
    enum Fate { case open, committed, aborted }

    enum Entry {
        case record(String, transaction: Int)
        case marker
    }

    struct Commit {
        var partition: Int32
        var offset: Int64
        var transaction: Int
        /// The order of arrival among the group's commits.
        var order: Int
    }

    struct ID {
        var producer: ProducerIdentity
        /// The epoch by which a repeated InitProducerId is known.
        var lastEpoch: Int16 = -1
        var timeoutMs: Int64
        var state = TransactionRecord.State.empty
        /// The open transaction, or the one whose markers are being written.
        var transaction = -1
        var startedAt: Int64 = 0
        var partitions: Set<Int32> = []
        var groups: Set<String> = []
    }

    var isDelayed: Bool
    var now: Int64
    var ids: [String: ID] = [:]
    var fates: [Fate] = []
    var logs: [[Entry]] = [[], [], []]
    /// The transactions of which a partition has data and no marker, by where they begin.
    var undecided: [[Int: Int]] = [[:], [:], [:]]
    var pending: [String: [Commit]] = [:]
    var committed: [String: [Int32: Commit]] = [:]
    /// The highest epoch, and the next sequence of each epoch, that a partition has seen of a producer id.
    var epochs: [[Int64: Int16]] = [[:], [:], [:]]
    var nextProducerID: Int64 = 0
    private var commits = 0

    init(isDelayed: Bool, now: Int64) {
        self.isDelayed = isDelayed
        self.now = now
    }

    // MARK: Requests

    mutating func initialize(_ id: String, expecting: ProducerIdentity?, timeoutMs: Int64) -> TransactionWorld.Init {
        func refused(_ error: ErrorCode) -> TransactionWorld.Init {
            .init(error: error, producer: ProducerIdentity(id: -1, epoch: -1))
        }
        guard var known = ids[id] else {
            let producer = ProducerIdentity(id: nextProducerID, epoch: 0)
            nextProducerID += 1
            ids[id] = ID(producer: producer, timeoutMs: timeoutMs)
            return .init(error: .none, producer: producer)
        }
        if known.state.isPreparing { return refused(.concurrentTransactions) }
        if let expecting, expecting.id != known.producer.id { return refused(.producerFenced) }
        if known.state == .ongoing {
            abortByFencing(id)
            known = ids[id] ?? known
            if known.state.isPreparing { return refused(.concurrentTransactions) }
        }
        if let expecting, expecting.epoch != known.producer.epoch {
            guard expecting.epoch == known.lastEpoch else { return refused(.producerFenced) }
        } else {
            known.lastEpoch = expecting == nil ? -1 : known.producer.epoch
            known.producer.epoch += 1
        }
        known.timeoutMs = timeoutMs
        known.state = .empty
        ids[id] = known
        return .init(error: .none, producer: known.producer)
    }

    private func refusal(_ id: String, _ producer: ProducerIdentity) -> ErrorCode? {
        guard let known = ids[id], known.producer.id == producer.id else { return .invalidProducerIdMapping }
        if known.producer.epoch != producer.epoch { return .producerFenced }
        return known.state.isPreparing ? .concurrentTransactions : nil
    }

    mutating func add(
        _ partitions: Set<Int32>, groups: Set<String>, to id: String, _ producer: ProducerIdentity
    ) -> ErrorCode {
        if let error = refusal(id, producer) { return error }
        guard var known = ids[id] else { return .unknownServerError }
        if known.state != .ongoing {
            known.state = .ongoing
            known.transaction = fates.count
            known.startedAt = now
            known.partitions = []
            known.groups = []
            fates.append(.open)
        }
        known.partitions.formUnion(partitions)
        known.groups.formUnion(groups)
        ids[id] = known
        return .none
    }

    mutating func produce(
        _ text: String, _ partition: Int32, _ id: String, _ producer: ProducerIdentity
    ) -> ErrorCode {
        let index = Int(partition)
        let known = ids[id]
        let isOpenHere =
            known.map { known in
                known.producer.id == producer.id && epochs[index][producer.id] == producer.epoch
                    && undecided[index][known.transaction] != nil
            } ?? false
        if !isOpenHere {
            switch refusal(id, producer) {
            case nil: break
            case ErrorCode.producerFenced?: return .invalidProducerEpoch
            case ErrorCode.concurrentTransactions?: return .notEnoughReplicas
            case let error?: return error
            }
            guard let known, known.state == .ongoing, known.partitions.contains(partition) else {
                return .invalidTxnState
            }
        }
        guard let known else { return .unknownServerError }
        if undecided[index][known.transaction] == nil { undecided[index][known.transaction] = logs[index].count }
        logs[index].append(.record(text, transaction: known.transaction))
        epochs[index][producer.id] = producer.epoch
        return .none
    }

    mutating func commitOffset(
        _ offset: Int64, _ partition: Int32, group: String, _ id: String, _ producer: ProducerIdentity
    ) -> ErrorCode {
        switch refusal(id, producer) {
        case nil: break
        case ErrorCode.producerFenced?: return .invalidProducerEpoch
        case let error?: return error
        }
        guard let known = ids[id], known.state == .ongoing, known.groups.contains(group) else {
            return .invalidTxnState
        }
        commits += 1
        pending[group, default: []].append(
            Commit(partition: partition, offset: offset, transaction: known.transaction, order: commits))
        return .none
    }

    mutating func end(_ id: String, _ producer: ProducerIdentity, committed: Bool) -> ErrorCode {
        switch refusal(id, producer) {
        case nil, ErrorCode.concurrentTransactions?: break
        case let error?: return error
        }
        guard let known = ids[id] else { return .unknownServerError }
        switch (known.state, committed) {
        case (.ongoing, _):
            decide(id, committed ? .committed : .aborted)
            return .none
        case (.completeCommit, true), (.completeAbort, false): return .none
        case (.prepareCommit, _), (.prepareAbort, _): return .concurrentTransactions
        default: return .invalidTxnState
        }
    }

    // MARK: Ends

    private mutating func abortByFencing(_ id: String) {
        let epoch = ids[id]?.producer.epoch ?? -1
        ids[id]?.lastEpoch = epoch
        ids[id]?.producer.epoch += 1
        decide(id, .aborted)
    }

    private mutating func decide(_ id: String, _ fate: Fate) {
        guard let known = ids[id] else { return }
        fates[known.transaction] = fate
        ids[id]?.state = fate == .committed ? .prepareCommit : .prepareAbort
        if !isDelayed || (known.partitions.isEmpty && known.groups.isEmpty) { complete(id) }
    }

    /// All markers that the id still lacks.
    mutating func complete(_ id: String) {
        guard let known = ids[id], known.state.isPreparing else { return }
        for partition in known.partitions { writeMarker(id, .partition(TopicPartition("t", partition))) }
        for group in known.groups { writeMarker(id, .group(group)) }
        settle(id)
    }

    private mutating func settle(_ id: String) {
        guard let known = ids[id], known.state.isPreparing, known.partitions.isEmpty, known.groups.isEmpty else {
            return
        }
        ids[id]?.state = known.state == .prepareCommit ? .completeCommit : .completeAbort
    }

    mutating func writeMarker(_ id: String, _ target: PendingMarker.Target) {
        guard let known = ids[id], known.state.isPreparing else { return }
        switch target {
        case .partition(let partition):
            let index = Int(partition.partition)
            logs[index].append(.marker)
            undecided[index][known.transaction] = nil
            epochs[index][known.producer.id] = known.producer.epoch
            ids[id]?.partitions.remove(partition.partition)
        case .group(let group):
            let own = pending[group, default: []].filter { $0.transaction == known.transaction }
            pending[group, default: []].removeAll { $0.transaction == known.transaction }
            for commit in own where fates[known.transaction] == .committed {
                if let old = committed[group]?[commit.partition], old.order > commit.order { continue }
                committed[group, default: [:]][commit.partition] = commit
            }
            ids[id]?.groups.remove(group)
        }
        settle(id)
    }

    mutating func abortTimedOut() {
        for (id, known) in ids where known.state == .ongoing && now - known.startedAt > known.timeoutMs {
            abortByFencing(id)
        }
    }

    // MARK: Looking

    func lastStable(_ partition: Int32) -> Int {
        undecided[Int(partition)].values.min() ?? logs[Int(partition)].count
    }

    func values(_ partition: Int32, committed: Bool) -> [String] {
        let log = logs[Int(partition)]
        return (committed ? log.prefix(lastStable(partition)) : log[...]).compactMap { entry in
            guard case .record(let text, let transaction) = entry else { return nil }
            return !committed || fates[transaction] == .committed ? text : nil
        }
    }

    func offset(_ partition: Int32, group: String, stable: Bool) -> TransactionWorld.Offset {
        if stable, pending[group, default: []].contains(where: { $0.partition == partition }) {
            return .init(error: .unstableOffsetCommit, offset: -1)
        }
        return .init(error: .none, offset: committed[group]?[partition]?.offset ?? -1)
    }
}
