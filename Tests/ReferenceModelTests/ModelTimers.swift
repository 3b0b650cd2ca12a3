/// The timers of one task by (due, state key): one for each state entry.
struct ModelTimers {
    struct Timer: Comparable {
        var due: Int64
        var table: UInt8
        var key: String

        static func < (left: Timer, right: Timer) -> Bool {
            if left.due != right.due { return left.due < right.due }
            if left.table != right.table { return left.table < right.table }
            return left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
        }
    }

    private var sorted: [Timer] = []
    private var dues: [UInt8: [String: Int64]] = [:]

    mutating func set(_ table: UInt8, _ key: String, _ due: Int64?) {
        if let old = dues[table]?[key] { sorted.remove(at: place(Timer(due: old, table: table, key: key))) }
        dues[table, default: [:]][key] = due
        guard let due else { return }
        let timer = Timer(due: due, table: table, key: key)
        sorted.insert(timer, at: place(timer))
    }

    /// Removes and returns the first timer that is due at this time.
    mutating func take(notAfter limit: Int64) -> Timer? {
        guard let first = sorted.first, first.due <= limit else { return nil }
        set(first.table, first.key, nil)
        return first
    }

    /// Index of the first timer that is not before this one.
    private func place(_ timer: Timer) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < timer { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
