import StateStore

extension Progress {
    /// Progress of which only the number matters.
    static func number(_ number: UInt64, resumeOffset: Int64? = nil) -> Progress {
        Progress(
            inputOffsets: ["input": Int64(number) * 10], resumeOffset: resumeOffset ?? Int64(number) * 100,
            transactionNumber: number, streamTime: Int64(number), schemaVersion: 1, digest: number &* 7)
    }
}

extension StateKey {
    /// A key of table 1 by a readable name.
    static func named(_ name: String, table: UInt8 = 1) -> StateKey {
        StateKey(table: table, key: [UInt8](name.utf8))
    }
}

extension StateStore {
    /// Everything committed.
    func committed() throws -> [StateKey: StateEntry] {
        var entries: [StateKey: StateEntry] = [:]
        try forEachCommitted { entries[$0] = $1 }
        return entries
    }

    /// The keys and values of a scan.
    func scanned(
        table: UInt8 = 1, prefix: [UInt8] = [], from: [UInt8]? = nil, limit: Int = .max
    ) throws -> [StateChange] {
        var found: [StateChange] = []
        try scan(table: table, prefix: prefix, from: from, limit: limit) { key, entry in
            found.append(StateChange(key: key, entry: entry))
            return true
        }
        return found
    }

    /// All timers due by then, in the order in which they fire, each one's entry deleted as it does; then discards.
    func drainedTimers(notAfter now: Int64 = .max) throws -> [DueTimer] {
        var timers: [DueTimer] = []
        while let (due, key) = try nextTimer(notAfter: now) {
            timers.append(DueTimer(due: due, key: key))
            delete(key)
        }
        discard()
        return timers
    }

    /// The changelog's records of the open transaction, as the runtime would produce them.
    func changelogRecords() -> [RestoredRecord] {
        changes().map { RestoredRecord(key: $0.key.bytes, value: $0.value) }
    }
}

/// A timer as tests compare it.
struct DueTimer: Equatable, Comparable {
    var due: Int64
    var key: StateKey

    static func < (left: DueTimer, right: DueTimer) -> Bool {
        (left.due, left.key) < (right.due, right.key)
    }
}

/// Reads hexadecimal digits; blanks are passed over.
func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap { $0.hexDigitValue.map(UInt8.init) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Writes hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
