extension RocksBatch {
    /// Puts an entry and its timer. This and ``delete(_:replacing:)`` are the only ways into RocksDB, for commits and restores
    /// alike; with `.unknown` the index keeps the replaced timer until it is found to be stale.
    func put(_ key: [UInt8], envelope: [UInt8], timer: Int64?, replacing replaced: CommittedTimer) {
        put(key, envelope)
        if let timer {
            guard replaced != .due(timer) else { return }
            put(TimerPosition(due: timer, keyBytes: key).indexKey, [])
        }
        deleteTimer(replaced, of: key)
    }

    /// Deletes an entry and its timer.
    func delete(_ key: [UInt8], replacing replaced: CommittedTimer) {
        delete(key)
        deleteTimer(replaced, of: key)
    }

    private func deleteTimer(_ replaced: CommittedTimer, of key: [UInt8]) {
        switch replaced {
        case .due(let due): delete(TimerPosition(due: due, keyBytes: key).indexKey)
        case .none, .unknown: break
        }
    }

    /// Puts a record of the store's own that is a single integer.
    func put(_ key: [UInt8], integer: some FixedWidthInteger) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: integer)
        put(key, bytes)
    }
}
