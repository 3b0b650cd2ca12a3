/// Keeps committed entries that were read or written lately, and says which keys the open transaction has written.
///
/// One table serves both questions, so that a read and a write cost one look-up each. What is known of a key is what
/// RocksDB holds for it, absence included; it changes only with RocksDB, so a dropped transaction leaves it as it is.
/// Entries go by the second-chance rule (CLOCK): the hand passes over an entry once if it was read since.
struct EntryCache {
    /// What a slot costs beside its key and value, about: two array headers, the slot, its place in the table.
    static let slotBytes = 192

    /// Slots looked at to make room for one more; the rest waits for the transaction's end.
    private static let stepsPerInsertion = 4

    private struct Slot {
        var key: StateKey
        /// The outer nil is "not known", the inner "no entry".
        var committed: StateEntry??
        /// The overlay's index of the key's last write; -1 is none.
        var write: Int32
        var wasRead: Bool
        var isFree: Bool
    }

    private let byteLimit: Int
    private var slots: ContiguousArray<Slot> = []
    private var indices: [StateKey: Int32] = [:]
    private var free: [Int32] = []
    private var hand = 0
    private(set) var byteCount = 0

    /// Makes a cache of about so many bytes.
    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    /// The number of keys held.
    var count: Int { indices.count }

    /// The slot of a key, a new one if it has none. Slots of written keys stay theirs until the transaction ends.
    mutating func claim(_ key: StateKey) -> Int {
        let new = free.last.map(Int.init) ?? slots.count
        // One look-up for both cases: the default lands in the table if the key is new.
        let index = Int(Self.value(&indices[key, default: Int32(truncatingIfNeeded: new)]))
        guard index == new else { return index }
        let slot = Slot(key: key, committed: nil, write: -1, wasRead: false, isFree: false)
        if free.popLast() == nil { slots.append(slot) } else { slots[index] = slot }
        byteCount += Self.slotBytes + key.bytes.count
        return index
    }

    private static func value(_ index: inout Int32) -> Int32 { index }

    /// The overlay's index of a slot's write; nil if the open transaction has not written the key.
    func write(of slot: Int) -> Int? {
        let write = slots[slot].write
        return write < 0 ? nil : Int(write)
    }

    /// The overlay's index of a key's write, without claiming a slot.
    func write(of key: StateKey) -> Int? {
        indices[key].flatMap { write(of: Int($0)) }
    }

    mutating func setWrite(_ write: Int, of slot: Int) {
        slots[slot].write = Int32(truncatingIfNeeded: write)
    }

    /// What RocksDB is known to hold for a slot's key; the outer nil is "not known".
    func committed(_ slot: Int) -> StateEntry?? {
        slots[slot].committed
    }

    /// What RocksDB is known to hold for a key, without claiming a slot.
    func committed(_ key: StateKey) -> StateEntry?? {
        indices[key].flatMap { committed(Int($0)) }
    }

    /// Saves the slot from the hand's next pass.
    mutating func markRead(_ slot: Int) {
        if !slots[slot].wasRead { slots[slot].wasRead = true }
    }

    /// Takes in what RocksDB was found to hold.
    mutating func learn(_ entry: StateEntry?, of slot: Int) {
        setCommitted(entry, of: slot)
        evict(steps: Self.stepsPerInsertion)
    }

    /// The slot's write is in RocksDB now.
    mutating func commit(_ entry: StateEntry?, of slot: Int) {
        setCommitted(entry, of: slot)
        slots[slot].write = -1
    }

    /// The slot's write is gone.
    mutating func discardWrite(of slot: Int) {
        slots[slot].write = -1
    }

    /// Makes room at the end of a transaction, when no slot is held by a write.
    mutating func trim() {
        // Twice around takes everything, the first time for the marks.
        evict(steps: 2 * slots.count)
    }

    /// Forgets all, because RocksDB has changed by other ways than a commit.
    mutating func removeAll() {
        self = EntryCache(byteLimit: byteLimit)
    }

    private mutating func setCommitted(_ entry: StateEntry?, of slot: Int) {
        let before = slots[slot].committed.flatMap { $0?.value.count } ?? 0
        byteCount += (entry?.value.count ?? 0) - before
        slots[slot].committed = .some(entry)
    }

    private mutating func evict(steps: Int) {
        var steps = steps
        while byteCount > byteLimit, steps > 0, !slots.isEmpty {
            steps -= 1
            hand = hand + 1 < slots.count ? hand + 1 : 0
            if slots[hand].isFree || slots[hand].write >= 0 { continue }
            if slots[hand].wasRead { slots[hand].wasRead = false } else { remove(hand) }
        }
    }

    private mutating func remove(_ index: Int) {
        let slot = slots[index]
        indices.removeValue(forKey: slot.key)
        byteCount -= Self.slotBytes + slot.key.bytes.count + (slot.committed.flatMap { $0?.value.count } ?? 0)
        slots[index] = Slot(key: .none, committed: nil, write: -1, wasRead: false, isFree: true)
        free.append(Int32(truncatingIfNeeded: index))
    }
}
