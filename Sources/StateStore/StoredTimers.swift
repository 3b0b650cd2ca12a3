/// Walks the timers that RocksDB holds, in order, a window at a time, past those that the open transaction has overwritten.
///
/// The index is never missing a timer, but it may hold more than there are: a restore writes it without looking up what it
/// replaces. So a timer counts only if the entry itself, the one truth, still has it; what is found to be stale is
/// deleted with the next commit.
struct StoredTimers {
    /// The index keys read at once.
    private static let windowCount = 64
    /// The stale index keys remembered for deletion; more of them stay in the index until they are met again.
    private static let staleCount = 4_096

    private struct Timer {
        let due: Int64
        let key: StateKey
        var position: TimerPosition { TimerPosition(due: due, keyBytes: key.bytes) }
    }

    /// No timer that counts in this transaction lies before; nil: there is none at all.
    private var position: TimerPosition? = .start
    /// The same as of the last commit, when nothing was overwritten yet.
    private var committedPosition: TimerPosition? = .start
    /// What lies at `position`, the next one last.
    private var window: [Timer] = []
    private var isHeadConfirmed = false
    private(set) var stale: [TimerPosition] = []

    /// The first timer due by then whose key the overlay does not hold. Nothing due costs one comparison.
    mutating func earliest(
        notAfter now: Int64, in database: RocksDatabase, under overlay: borrowing StateOverlay
    ) throws(StateStoreError) -> (due: Int64, key: StateKey)? {
        while let position, position.due <= now {
            if window.isEmpty {
                try readWindow(from: position, in: database)
                continue
            }
            let head = window[window.count - 1]
            if overlay.index(of: head.key) == nil, try isHeadCurrent(head, in: database) {
                return (head.due, head.key)
            }
            skipHead()
        }
        return nil
    }

    /// The transaction's writes are in RocksDB now; `earliest` is the first timer among them.
    mutating func committed(earliest: TimerPosition?) {
        position = [position, earliest].compactMap { $0 }.min()
        committedPosition = position
        stale.removeAll(keepingCapacity: true)
        forgetWindow()
    }

    /// The transaction's writes are gone: what they had put out of the way counts again.
    mutating func discarded() {
        position = committedPosition
        forgetWindow()
    }

    /// RocksDB was changed by more than a commit.
    mutating func reset() {
        self = StoredTimers()
    }

    private mutating func forgetWindow() {
        window.removeAll(keepingCapacity: true)
        isHeadConfirmed = false
    }

    private mutating func readWindow(from start: TimerPosition, in database: RocksDatabase) throws(StateStoreError) {
        let read = try Self.timers(from: start, count: Self.windowCount, in: database)
        window = read.reversed()
        position = read.first?.position
        isHeadConfirmed = false
    }

    private static func timers(
        from start: TimerPosition, count: Int, in database: RocksDatabase
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

    private mutating func isHeadCurrent(_ head: Timer, in database: RocksDatabase) throws(StateStoreError) -> Bool {
        if isHeadConfirmed { return true }
        let timer = try database.read(head.key.bytes) { envelope throws(StateCorruption) in
            try StateEnvelope.header(envelope).timer
        }
        isHeadConfirmed = timer == .some(head.due)
        if !isHeadConfirmed, stale.count < Self.staleCount { stale.append(head.position) }
        return isHeadConfirmed
    }

    private mutating func skipHead() {
        let skipped = window.removeLast()
        // Past the window's end the next due time is unknown until it is read; the place just behind is a true bound.
        position = window.last?.position ?? skipped.position.next
        isHeadConfirmed = false
    }
}
