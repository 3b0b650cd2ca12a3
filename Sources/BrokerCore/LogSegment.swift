/// A run of batches that retention removes as one and that compaction leaves alone while it is the newest.
struct LogSegment {
    private(set) var batches: [StoredBatch] = []
    private(set) var byteCount: Int64 = 0
    /// The newest time in the first batch, from which the segment's age counts.
    private(set) var firstTimestamp: Int64 = -1

    init() {}

    init(_ batches: [StoredBatch]) {
        for batch in batches { append(batch) }
    }

    var maxTimestamp: Int64 { batches.last?.runningMaxTimestamp ?? -1 }
    var baseOffset: Int64? { batches.first?.baseOffset }
    var lastOffset: Int64? { batches.last?.lastOffset }

    /// Whether a batch of this size and time begins a new segment.
    func isFull(for byteCount: Int, timestamp: Int64, _ settings: TopicSettings) -> Bool {
        if batches.isEmpty { return false }
        if self.byteCount &+ Int64(byteCount) > settings.segmentBytes { return true }
        return firstTimestamp >= 0 && timestamp >= 0 && timestamp &- firstTimestamp > settings.segmentMs
    }

    mutating func append(_ batch: StoredBatch) {
        var batch = batch
        batch.runningMaxTimestamp = max(batch.maxTimestamp, maxTimestamp)
        if batches.isEmpty { firstTimestamp = batch.maxTimestamp }
        byteCount &+= batch.byteCount
        batches.append(batch)
    }

    /// The index of the first batch that ends at or behind the offset.
    func index(of offset: Int64) -> Int { batches.firstIndex(sorted: { $0.lastOffset >= offset }) }

    /// The index of the first batch with a record of this time or newer.
    func index(ofTimestamp timestamp: Int64) -> Int {
        batches.firstIndex(sorted: { $0.runningMaxTimestamp >= timestamp })
    }
}

extension Array {
    /// The first index for which `isBehind` holds, `endIndex` if none; it must hold for all that follow.
    func firstIndex(sorted isBehind: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
