import StateStore

/// What a store is to do, said with two dictionaries and no thought for speed.
struct StoreModel {
    private(set) var committed: [StateKey: StateEntry] = [:]
    private(set) var open: [StateKey: StateEntry] = [:]
    private(set) var written: Set<StateKey> = []

    mutating func put(_ key: StateKey, _ entry: StateEntry) {
        open[key] = entry
        written.insert(key)
    }

    mutating func delete(_ key: StateKey) {
        open[key] = nil
        written.insert(key)
    }

    mutating func commit() {
        committed = open
        written = []
    }

    mutating func discard() {
        open = committed
        written = []
    }

    var changes: [StateChange] {
        written.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.map { StateChange(key: $0, entry: open[$0]) }
    }

    func nextTimer(notAfter now: Int64) -> DueTimer? {
        timers(of: open).first { $0.due <= now }
    }

    func timers(of entries: [StateKey: StateEntry]) -> [DueTimer] {
        entries.compactMap { key, entry in entry.timer.map { DueTimer(due: $0, key: key) } }.sorted {
            $0.due != $1.due ? $0.due < $1.due : $0.key.bytes.lexicographicallyPrecedes($1.key.bytes)
        }
    }

    func scan(table: UInt8, prefix: [UInt8], from: [UInt8]?, limit: Int) -> [StateChange] {
        let keys = open.keys.filter { key in
            key.bytes[0] == table && key.bytes.dropFirst().starts(with: prefix)
                && !(from.map { key.key.lexicographicallyPrecedes($0) } ?? false)
        }
        return keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.prefix(limit)
            .map { StateChange(key: $0, entry: open[$0]) }
    }
}
