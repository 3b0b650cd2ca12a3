/// Which parts of a log belong to aborted transactions, as readers of committed data are told.
struct AbortedTransactions {
    struct Entry: Equatable {
        var producerID: Int64
        var firstOffset: Int64
        /// The marker's offset.
        var lastOffset: Int64
        /// The last stable offset once the marker stood: a transaction aborted later begins there at the earliest.
        var stableOffset: Int64
    }

    /// By rising `lastOffset`, which is the order of the markers.
    private(set) var entries: [Entry] = []

    mutating func append(_ producerID: Int64, from first: Int64, to last: Int64, stable: Int64) {
        entries.append(Entry(producerID: producerID, firstOffset: first, lastOffset: last, stableOffset: stable))
    }

    mutating func forget(before offset: Int64) {
        entries.removeFirst(entries.firstIndex(sorted: { $0.lastOffset >= offset }))
    }

    /// Those that touch the offsets from `start` to below `end`.
    func overlapping(_ start: Int64, _ end: Int64) -> [Entry] {
        var found: [Entry] = []
        for entry in entries[entries.firstIndex(sorted: { $0.lastOffset >= start })...] {
            if entry.firstOffset < end { found.append(entry) }
            if entry.stableOffset >= end { break }
        }
        return found
    }
}
