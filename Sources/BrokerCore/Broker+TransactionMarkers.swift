import KafkaProtocol

extension Broker {
    /// Aborts an open transaction under a higher epoch, so that its producer is fenced.
    func abortByFencing(_ record: TransactionRecord) {
        move(record.fenced(at: now))
        scheduleMarkers(of: record.id)
    }

    /// Ends an open transaction.
    func end(_ record: TransactionRecord, committed: Bool) {
        move(record.prepared(committed: committed, at: now))
        scheduleMarkers(of: record.id)
    }

    /// Writes the markers of a decided transaction, or sees to it that they are written later.
    func scheduleMarkers(of id: String) {
        guard let record = transactions[id] else { return }
        let isEmpty = record.partitions.isEmpty && record.groups.isEmpty
        guard !isEmpty, let delay = configuration.markerDelayMs else { return completeTransaction(id) }
        transactions.markers(of: id, dueAt: now.adding(max(0, delay)))
    }

    /// Writes all markers that a decided transaction still lacks.
    func completeTransaction(_ id: String) {
        guard let record = transactions[id], record.state.isPreparing else { return }
        for partition in record.partitions.sorted() { write(.partition(partition), of: record) }
        for group in record.groups.sorted() { write(.group(group), of: record) }
        move(record.completed(at: now))
    }

    private func write(_ target: PendingMarker.Target, of record: TransactionRecord) {
        let isCommitted = record.state == .prepareCommit
        switch target {
        case .partition(let partition):
            // A topic that is deleted meanwhile needs no marker.
            guard topics.contains(partition) else { return }
            appendMarker(
                isCommitted ? .commit : .abort, producerID: record.producerID, epoch: record.epoch,
                coordinatorEpoch: Self.coordinatorEpoch, to: partition)
        case .group(let group):
            self.record(.offsetsResolved(group: group, producerID: record.producerID, committed: isCommitted))
        }
    }

    // MARK: One by one

    /// The markers that decided transactions still lack, in order of ids, partitions before groups.
    ///
    /// There are none between two calls unless the configuration delays them.
    package var pendingMarkers: [PendingMarker] {
        transactions.preparingInOrder.flatMap { record in
            (record.partitions.sorted().map { PendingMarker.Target.partition($0) }
                + record.groups.sorted().map { .group($0) })
                .map { PendingMarker(transactionalID: record.id, target: $0) }
        }
    }

    /// Writes one of the pending markers; the last one completes its transaction. Nothing happens where it is not pending.
    ///
    /// Fetches that wait for it are answered by the next call of `handle` or `tick`.
    package func writeMarker(_ marker: PendingMarker) {
        guard var record = transactions[marker.transactionalID], record.state.isPreparing else { return }
        let isPending =
            switch marker.target {
            case .partition(let partition): record.partitions.remove(partition) != nil
            case .group(let group): record.groups.remove(group) != nil
            }
        guard isPending else { return }
        write(marker.target, of: record)
        move(record.partitions.isEmpty && record.groups.isEmpty ? record.completed(at: now) : record)
    }
}
