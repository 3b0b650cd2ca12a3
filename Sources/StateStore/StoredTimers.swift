/// Walks the timer index in RocksDB, in order, a window at a time, and tells which of its times are timers in force.
///
/// The index holds, for each entry with a timer, a time that is not after it; the entry itself is the truth. So a
/// commit that moves a timer to later leaves the index alone, which spares the most frequent case (an idle timer
/// pushed back by each event) two writes, and a restore writes the index without looking up what it replaces. The
/// price is paid once when the earlier time comes: the walk goes past it, and the commit puts it back at the timer's
/// own place.
///
/// Times of entries that were deleted, or had their timer moved to earlier after it was moved to later, stay in the
/// index until they come; they are taken out then.
struct StoredTimers {
    /// The index keys read at once.
    private static let windowCount = 64

    private struct Timer {
        let due: Int64
        let key: StateKey
        var position: TimerPosition { TimerPosition(due: due, keyBytes: key.bytes) }
    }

    /// A time that the walk has gone past in this transaction.
    struct Passed {
        let due: Int64
        let key: StateKey
        /// The timer that RocksDB holds for the key; nil if there is none, or if the key is written in this
        /// transaction.
        let committedTimer: Int64?
    }

    /// No time that counts in this transaction lies before; nil: there is none at all.
    private var position: TimerPosition? = .start
    /// The same as of the last commit, when nothing was passed yet.
    private var committedPosition: TimerPosition? = .start
    /// What lies at `position`, the next one last.
    private var window: [Timer] = []
    private var isHeadConfirmed = false
    /// What the commit has to put back: as many as came due in the transaction.
    private(set) var passed: [Passed] = []

    /// The first timer in force, by (due, key), that is due by then and whose key the transaction has not written.
    ///
    /// Timers that the index lists too early go to the overlay, which has them met in their order. Nothing due costs
    /// one comparison.
    mutating func earliest(
        notAfter now: Int64, in database: Database, under cache: borrowing EntryCache,
        moving overlay: inout StateOverlay
    ) throws(StateStoreError) -> (due: Int64, key: StateKey)? {
        while let position, position.due <= now {
            guard let head = window.last else {
                try readWindow(from: position, in: database)
                continue
            }
            if cache.write(of: head.key) != nil {
                pass(head, committedTimer: nil)
                continue
            }
            if isHeadConfirmed { return (head.due, head.key) }
            let timer = try Self.timer(of: head.key, known: cache.committed(head.key), in: database)
            if timer == head.due {
                isHeadConfirmed = true
                return (head.due, head.key)
            }
            if let timer, timer > head.due { overlay.adoptTimer(timer, of: head.key) }
            pass(head, committedTimer: timer)
        }
        return nil
    }

    /// The transaction is in RocksDB now, with all that was passed; `earliest` is the first time that it put there.
    mutating func committed(earliest: TimerPosition?) {
        position = [position, earliest].compactMap { $0 }.min()
        committedPosition = position
        endTransaction()
    }

    /// The transaction's writes are gone: what they had put out of force counts again.
    mutating func discarded() {
        position = committedPosition
        endTransaction()
    }

    /// RocksDB was changed by more than a commit.
    mutating func reset() {
        self = StoredTimers()
    }

    /// The timer of the entry that RocksDB holds for a key; RocksDB is read only if the entry is not known.
    static func timer(
        of key: StateKey, known: StateEntry??, in database: Database
    ) throws(StateStoreError) -> Int64? {
        if let known { return known?.timer }
        let timer = try database.read(key.bytes) { envelope throws(StateCorruption) in
            try StateEnvelope.header(envelope).timer
        }
        return timer ?? nil
    }

    private mutating func endTransaction() {
        window.removeAll(keepingCapacity: true)
        isHeadConfirmed = false
        passed.removeAll(keepingCapacity: true)
    }

    private mutating func readWindow(from start: TimerPosition, in database: Database) throws(StateStoreError) {
        let read = try Self.timers(from: start, count: Self.windowCount, in: database)
        window = read.reversed()
        position = read.first?.position
        isHeadConfirmed = false
    }

    private static func timers(
        from start: TimerPosition, count: Int, in database: Database
    ) throws(StateStoreError) -> [Timer] {
        let end = [ReservedKey.timerIndex + 1]
        return try database.withIterator(from: start.indexKey, to: end, caching: true) {
            iterator throws(StateStoreError) in
            var timers: [Timer] = []
            while timers.count < count, try iterator.isOnPair() {
                let indexKey = iterator.key
                guard let position = TimerPosition(indexKey: indexKey), let key = StateKey(stored: position.keyBytes)
                else { throw .corrupt(key: indexKey, .notCanonical) }
                timers.append(Timer(due: position.due, key: key))
                iterator.advance()
            }
            return timers
        }
    }

    private mutating func pass(_ head: Timer, committedTimer: Int64?) {
        window.removeLast()
        passed.append(Passed(due: head.due, key: head.key, committedTimer: committedTimer))
        // Past the window's end the next time is unknown until it is read; the place just behind is a true bound.
        position = window.last?.position ?? head.position.next
        isHeadConfirmed = false
    }
}
