/// A group's offsets: the committed ones, and those in open transactions.
struct CommittedOffsets {
    struct Entry {
        var record: OffsetRecord
        /// The order in which offsets came; a transaction's offsets have the order of their arrival, not of its end.
        var sequence: UInt64
    }

    private(set) var committed: [TopicPartition: Entry] = [:]
    private(set) var pending: [Int64: [TopicPartition: Entry]] = [:]
    /// In how many open transactions each partition has an offset.
    private var pendingCounts: [TopicPartition: Int] = [:]

    subscript(_ partition: TopicPartition) -> OffsetRecord? { committed[partition]?.record }

    func isUnstable(_ partition: TopicPartition) -> Bool { pendingCounts[partition] != nil }

    /// Whether there is none, in open transactions neither.
    var isEmpty: Bool { committed.isEmpty && pending.isEmpty }

    mutating func commit(_ partition: TopicPartition, _ record: OffsetRecord, sequence: UInt64) {
        committed[partition] = Entry(record: record, sequence: sequence)
    }

    /// Deletes a partition's offset, in open transactions too.
    mutating func delete(_ partition: TopicPartition) {
        committed[partition] = nil
        guard pendingCounts.removeValue(forKey: partition) != nil else { return }
        for producer in Array(pending.keys) {
            pending[producer]?[partition] = nil
            if pending[producer]?.isEmpty == true { pending[producer] = nil }
        }
    }

    mutating func pend(_ partition: TopicPartition, _ record: OffsetRecord, producer: Int64, sequence: UInt64) {
        let entry = Entry(record: record, sequence: sequence)
        if pending[producer, default: [:]].updateValue(entry, forKey: partition) == nil {
            pendingCounts[partition, default: 0] += 1
        }
    }

    /// Ends a producer's transaction; an offset that came later than the transaction's own stays.
    mutating func resolve(producer: Int64, committed isCommitted: Bool) {
        guard let offsets = pending.removeValue(forKey: producer) else { return }
        for (partition, entry) in offsets {
            let count = pendingCounts[partition, default: 1] - 1
            pendingCounts[partition] = count == 0 ? nil : count
            guard isCommitted else { continue }
            if let old = committed[partition], old.sequence > entry.sequence { continue }
            committed[partition] = entry
        }
    }
}
