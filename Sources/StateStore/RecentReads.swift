/// The timers of the keys read last from RocksDB.
///
/// A commit must know the timer it replaces in the index. A handler nearly always reads an entry just before it writes it,
/// so remembering a few reads saves a second one for each write.
struct RecentReads {
    private static let capacity = 8
    private var reads: [(key: StateKey, timer: Int64?)] = []
    private var next = 0

    init() {
        reads.reserveCapacity(Self.capacity)
    }

    mutating func remember(_ key: StateKey, timer: Int64?) {
        if reads.count < Self.capacity {
            reads.append((key, timer))
        } else {
            reads[next] = (key, timer)
        }
        next = (next + 1) % Self.capacity
    }

    /// What is known of a key, the last read first.
    func timer(of key: StateKey) -> CommittedTimer {
        for back in 1...Self.capacity {
            let index = (next + Self.capacity - back) % Self.capacity
            if index < reads.count, reads[index].key == key { return CommittedTimer(reads[index].timer) }
        }
        return .unknown
    }

    /// Forgets all, because RocksDB has changed.
    mutating func removeAll() {
        reads.removeAll(keepingCapacity: true)
        next = 0
    }
}
