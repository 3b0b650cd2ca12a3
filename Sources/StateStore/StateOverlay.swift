/// The writes of the open transaction, the last one per key.
///
/// Slots are appended and never removed until the transaction ends, so an index names a key for that long, and a timer
/// taken out of the way by a write stays out of the way.
struct StateOverlay {
    /// The last write to one key.
    struct Slot {
        let key: StateKey
        /// What was put; nil is a deletion.
        var entry: StateEntry?
        /// The timer that the commit has to take out of the index.
        let committedTimer: CommittedTimer
        /// The entry's envelope once it was asked for.
        var envelope: [UInt8]?
    }

    /// What a slot costs beside its key and value, about: two array headers, the slot, its place in the table.
    static let slotBytes = 192

    private(set) var slots: ContiguousArray<Slot> = []
    private(set) var byteCount = 0
    private var indices: [StateKey: Int] = [:]
    /// The first slots' indices in key order; later slots are sorted in when order is asked for.
    private var sorted: [Int] = []
    var timers = TimerHeap()

    var count: Int { slots.count }

    func index(of key: StateKey) -> Int? {
        indices[key]
    }

    /// Puts or deletes; `committedTimer` is asked for only if the key was not written before.
    mutating func write(_ key: StateKey, _ entry: StateEntry?, committedTimer: @autoclosure () -> CommittedTimer) {
        // One look-up for both cases: the default lands in the table if the key is new.
        let index = Self.same(&indices[key, default: slots.count])
        if index == slots.count {
            slots.append(Slot(key: key, entry: entry, committedTimer: committedTimer(), envelope: nil))
            byteCount += Self.slotBytes + key.bytes.count + (entry?.value.count ?? 0)
            if let due = entry?.timer { timers.insert(due, index, in: slots) }
        } else {
            replace(index, with: entry)
        }
    }

    private static func same(_ index: inout Int) -> Int { index }

    private mutating func replace(_ index: Int, with entry: StateEntry?) {
        let timerBefore = slots[index].entry?.timer
        byteCount += (entry?.value.count ?? 0) - (slots[index].entry?.value.count ?? 0)
        slots[index].entry = entry
        slots[index].envelope = nil
        if let due = entry?.timer, due != timerBefore { timers.insert(due, index, in: slots) }
    }

    /// The envelope of a slot's entry, made once; nil for a deletion.
    mutating func envelope(of index: Int) -> [UInt8]? {
        if let envelope = slots[index].envelope { return envelope }
        let envelope = slots[index].entry.map(StateEnvelope.encode)
        slots[index].envelope = envelope
        return envelope
    }

    /// The earliest timer due by then, as (due, slot).
    mutating func earliestTimer(notAfter now: Int64) -> TimerHeap.Timer? {
        timers.earliest(notAfter: now, in: slots)
    }

    /// All slots in key order.
    mutating func sortedIndices() -> [Int] {
        if sorted.count < slots.count { sortNewSlots() }
        return sorted
    }

    /// The slots whose keys lie in `lower..<upper`, in key order.
    mutating func indices(from lower: [UInt8], to upper: [UInt8]) -> ArraySlice<Int> {
        let sorted = sortedIndices()
        let start = partition(sorted, before: lower)
        return sorted[start..<Swift.max(start, partition(sorted, before: upper))]
    }

    /// Forgets every write. Memory stays for the next transaction, unless this one was out of the ordinary.
    mutating func removeAll() {
        let isOversized = slots.capacity > 4 * slots.count + 1_024
        slots.removeAll(keepingCapacity: !isOversized)
        indices.removeAll(keepingCapacity: !isOversized)
        sorted.removeAll(keepingCapacity: !isOversized)
        timers.removeAll()
        byteCount = 0
    }

    /// The number of slots whose key sorts before the bytes.
    private func partition(_ sorted: [Int], before bytes: [UInt8]) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if slots[sorted[middle]].key.bytes.orders(before: bytes) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Few new slots are put in one by one, which is cheap for a scan per record; many are sorted and merged.
    private mutating func sortNewSlots() {
        let new = sorted.count..<slots.count
        if new.count * 16 < sorted.count {
            for index in new {
                sorted.insert(index, at: partition(sorted, before: slots[index].key.bytes))
            }
        } else {
            sorted = merged(sorted, sortedByKey(new))
        }
    }

    private func sortedByKey(_ range: Range<Int>) -> [Int] {
        var ranks = range.map { KeyRank(slots[$0].key.bytes, index: $0) }
        ranks.sort { left, right in
            if left.first != right.first { return left.first < right.first }
            if left.second != right.second { return left.second < right.second }
            return slots[left.index].key < slots[right.index].key
        }
        return ranks.map(\.index)
    }

    private func merged(_ left: [Int], _ right: [Int]) -> [Int] {
        guard !left.isEmpty else { return right }
        var result: [Int] = []
        result.reserveCapacity(left.count + right.count)
        var next = 0
        for index in left {
            while next < right.count, slots[right[next]].key < slots[index].key {
                result.append(right[next])
                next += 1
            }
            result.append(index)
        }
        result.append(contentsOf: right[next...])
        return result
    }
}

/// The first sixteen bytes of a key as two integers, so that most comparisons of a sort touch no other memory.
private struct KeyRank {
    let first: UInt64
    let second: UInt64
    let index: Int

    // Short keys are filled up with zeros: equal ranks decide nothing, and the bytes are compared.
    init(_ bytes: [UInt8], index: Int) {
        first = Self.word(bytes, from: 0)
        second = Self.word(bytes, from: 8)
        self.index = index
    }

    private static func word(_ bytes: [UInt8], from start: Int) -> UInt64 {
        var word: UInt64 = 0
        for offset in start..<start + 8 {
            word = word << 8 | (offset < bytes.count ? UInt64(bytes[offset]) : 0)
        }
        return word
    }
}
