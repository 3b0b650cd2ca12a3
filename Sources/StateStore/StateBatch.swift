/// The batch of one commit, or of a part of a restore: the only way into the database.
///
/// Keys of the timer index are held back and added in their own order at the end. RocksDB's write buffer is a skip list
/// that is quick to add to where it was added to last; mixed with entries, index keys cost three times as much.
final class StateBatch {
    private let batch: WriteBatch
    private var timerChanges: [TimerChange] = []
    private var indexKey: [UInt8] = []

    private struct TimerChange {
        let position: TimerPosition
        let isSet: Bool
    }

    /// The first timer set so far.
    private(set) var earliestTimer: TimerPosition?

    init(for database: Database) {
        batch = database.makeBatch()
    }

    /// Puts an entry and its timer in place of the timer that RocksDB holds for the key.
    ///
    /// The index has to hold a time that is not after the timer's. So a timer moved to later costs nothing here: it is
    /// looked up again when the earlier time comes (``StoredTimers``).
    func put(_ key: [UInt8], envelope: [UInt8], timer: Int64?, replacing replaced: Int64?) {
        batch.put(key, envelope)
        let isLater = if let timer, let replaced { timer >= replaced } else { false }
        guard !isLater else { return }
        if let timer { setTimer(TimerPosition(due: timer, keyBytes: key)) }
        if let replaced { clearTimer(TimerPosition(due: replaced, keyBytes: key)) }
    }

    /// Deletes an entry and its timer.
    func delete(_ key: [UInt8], replacing replaced: Int64?) {
        batch.delete(key)
        if let replaced { clearTimer(TimerPosition(due: replaced, keyBytes: key)) }
    }

    /// Adds a time to the index.
    func setTimer(_ position: TimerPosition) {
        timerChanges.append(TimerChange(position: position, isSet: true))
        keepTimer(position)
    }

    /// Notes a time that the index holds already.
    func keepTimer(_ position: TimerPosition) {
        if let earliestTimer, earliestTimer <= position { return }
        earliestTimer = position
    }

    /// Takes a time out of the index, if it is there.
    func clearTimer(_ position: TimerPosition) {
        timerChanges.append(TimerChange(position: position, isSet: false))
    }

    /// Puts a record of the store's own.
    func put(_ key: [UInt8], _ value: [UInt8]) {
        batch.put(key, value)
    }

    /// Puts a record of the store's own that is a single integer.
    func put(_ key: [UInt8], integer: some FixedWidthInteger) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: integer)
        batch.put(key, bytes)
    }

    /// Writes all of it or nothing.
    func write(to database: Database) throws(StateStoreError) {
        // By due time is near enough to RocksDB's order; the keys of one due time come as the entries did.
        timerChanges.sort { $0.position.due < $1.position.due }
        for change in timerChanges { addIndexKey(change) }
        try database.write(batch)
    }

    /// Forgets all of it.
    func clear() {
        timerChanges.removeAll(keepingCapacity: true)
        earliestTimer = nil
        batch.clear()
    }

    private func addIndexKey(_ change: TimerChange) {
        indexKey.removeAll(keepingCapacity: true)
        change.position.appendIndexKey(to: &indexKey)
        if change.isSet { batch.put(indexKey, []) } else { batch.delete(indexKey) }
    }
}
