/// A place in the order of timers: by due time, then by the key's bytes.
struct TimerPosition: Comparable {
    /// Before every timer.
    static let start = TimerPosition(due: .min, keyBytes: [])

    var due: Int64
    var keyBytes: [UInt8]

    /// Makes the place of a timer.
    init(due: Int64, keyBytes: [UInt8]) {
        self.due = due
        self.keyBytes = keyBytes
    }

    /// Reads a key of the timer index; nil if it is none.
    init?(indexKey: [UInt8]) {
        guard indexKey.count > 9, indexKey[0] == ReservedKey.timerIndex else { return nil }
        let flipped = indexKey[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        due = Int64(bitPattern: flipped ^ (1 << 63))
        keyBytes = [UInt8](indexKey[9...])
    }

    /// The key in the timer index.
    var indexKey: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(9 + keyBytes.count)
        appendIndexKey(to: &bytes)
        return bytes
    }

    /// Appends the key in the timer index: big-endian with the sign flipped, so that RocksDB sorts by due time.
    func appendIndexKey(to bytes: inout [UInt8]) {
        bytes.append(ReservedKey.timerIndex)
        bytes.append(sortable: due)
        bytes.append(contentsOf: keyBytes)
    }

    /// The place just after this one.
    var next: TimerPosition {
        TimerPosition(due: due, keyBytes: keyBytes + [0])
    }

    static func < (left: TimerPosition, right: TimerPosition) -> Bool {
        left.due != right.due ? left.due < right.due : left.keyBytes.orders(before: right.keyBytes)
    }
}
