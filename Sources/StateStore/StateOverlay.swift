/// The writes of the open transaction, the last one per key.
///
/// Writes are appended and never removed until the transaction ends, so an index names a key for that long, and a timer
/// taken out of the way by a write stays out of the way.
struct StateOverlay {
    /// The last write to one key.
    struct Write {
        let key: StateKey
        /// The key's slot in the ``EntryCache``.
        let slot: Int
        /// What was put; nil is a deletion.
        var entry: StateEntry?
        /// The entry's envelope once it was asked for.
        var envelope: [UInt8]?
    }

    /// What a write costs beside its value, about, with the timer and the envelope that it may have.
    static let writeBytes = 256

    private(set) var writes: ContiguousArray<Write> = []
    private(set) var byteCount = 0
    /// The first writes' indices in key order; later writes are sorted in when order is asked for.
    private var sorted: [Int] = []
    private var timers = TimerHeap()
    private var adoptedCount = 0

    var count: Int { writes.count }

    /// The timers kept, those no longer in force included.
    var timerCount: Int { timers.count }

    /// Adds the first write to a key and returns its index.
    mutating func append(_ key: StateKey, slot: Int, _ entry: StateEntry?) -> Int {
        let index = writes.count
        writes.append(Write(key: key, slot: slot, entry: entry, envelope: nil))
        byteCount += Self.writeBytes + key.bytes.count + (entry?.value.count ?? 0)
        if let due = entry?.timer { insertTimer(due, of: key, write: index) }
        return index
    }

    /// Replaces the write to a key by a later one.
    mutating func replace(_ index: Int, with entry: StateEntry?) {
        let timerBefore = writes[index].entry?.timer
        byteCount += (entry?.value.count ?? 0) - (writes[index].entry?.value.count ?? 0)
        writes[index].entry = entry
        writes[index].envelope = nil
        if let due = entry?.timer, due != timerBefore { insertTimer(due, of: writes[index].key, write: index) }
    }

    /// The envelope of a write's entry, made once; nil for a deletion.
    mutating func envelope(of index: Int) -> [UInt8]? {
        if let envelope = writes[index].envelope { return envelope }
        let envelope = writes[index].entry.map(StateEnvelope.encode)
        writes[index].envelope = envelope
        return envelope
    }

    /// Takes in a committed timer that the index lists too early, so that it is met in its order.
    mutating func adoptTimer(_ due: Int64, of key: StateKey) {
        insertTimer(due, of: key, write: nil)
    }

    /// The first timer by (due, key), written or adopted, that is due by then.
    mutating func earliestTimer(notAfter now: Int64, under cache: borrowing EntryCache) -> TimerHeap.Timer? {
        while let first = timers.first, first.due <= now {
            if isCurrent(first, under: cache) { return first }
            timers.removeFirst()
        }
        return nil
    }

    /// A later write to the key puts a timer out of force.
    private func isCurrent(_ timer: TimerHeap.Timer, under cache: borrowing EntryCache) -> Bool {
        guard let write = timer.write else { return cache.write(of: timer.key) == nil }
        return writes[write].entry?.timer == timer.due
    }

    private mutating func insertTimer(_ due: Int64, of key: StateKey, write: Int?) {
        if write == nil { adoptedCount += 1 }
        // Bounds the heap, however often a handler moves one timer.
        if timers.count > 2 * (writes.count + adoptedCount) + 64 {
            timers.replaceAll(with: adoptedTimers + writtenTimers)
        }
        timers.insert(TimerHeap.Timer(due: due, key: key, write: write))
    }

    private var adoptedTimers: [TimerHeap.Timer] {
        timers.timers.filter { $0.write == nil }
    }

    private var writtenTimers: [TimerHeap.Timer] {
        writes.indices.compactMap { index in
            writes[index].entry?.timer.map { TimerHeap.Timer(due: $0, key: writes[index].key, write: index) }
        }
    }

    /// All writes in key order.
    mutating func sortedIndices() -> [Int] {
        if sorted.count < writes.count { sortNewWrites() }
        return sorted
    }

    /// The writes whose keys lie in `lower..<upper`, in key order.
    mutating func writes(from lower: [UInt8], to upper: [UInt8]) -> [Write] {
        let sorted = sortedIndices()
        let start = partition(sorted, before: lower)
        return sorted[start..<Swift.max(start, partition(sorted, before: upper))].map { writes[$0] }
    }

    /// Forgets every write. Memory stays for the next transaction, unless this one was out of the ordinary.
    mutating func removeAll() {
        let isOversized = writes.capacity > 4 * writes.count + 1_024
        writes.removeAll(keepingCapacity: !isOversized)
        sorted.removeAll(keepingCapacity: !isOversized)
        timers.removeAll()
        adoptedCount = 0
        byteCount = 0
    }

    /// The number of writes whose key sorts before the bytes.
    private func partition(_ sorted: [Int], before bytes: [UInt8]) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if writes[sorted[middle]].key.bytes.orders(before: bytes) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Few new writes are put in one by one, which is cheap for a scan per record; many are sorted and merged.
    private mutating func sortNewWrites() {
        let new = sorted.count..<writes.count
        if new.count * 16 < sorted.count {
            for index in new {
                sorted.insert(index, at: partition(sorted, before: writes[index].key.bytes))
            }
        } else {
            sorted = merged(sorted, KeyOrder.indices(new) { writes[$0].key.bytes })
        }
    }

    private func merged(_ left: [Int], _ right: [Int]) -> [Int] {
        guard !left.isEmpty else { return right }
        var result: [Int] = []
        result.reserveCapacity(left.count + right.count)
        var next = 0
        for index in left {
            while next < right.count, writes[right[next]].key < writes[index].key {
                result.append(right[next])
                next += 1
            }
            result.append(index)
        }
        result.append(contentsOf: right[next...])
        return result
    }
}
