/// One scan: the overlay's writes laid over RocksDB's pairs, both in key order.
struct MergedScan {
    private let written: [StateOverlay.Slot]
    private let limit: Int

    init(written: [StateOverlay.Slot], limit: Int) {
        self.written = written
        self.limit = limit
    }

    /// Hands the entries to the body until it returns false, the limit is reached or both sources are at their end.
    func run(over iterator: borrowing RocksIterator, _ body: (StateKey, StateEntry) throws -> Bool) throws {
        var next = 0
        var delivered = 0
        while delivered < limit {
            let stored = try iterator.isOnPair() ? iterator.key : nil
            let slot = next < written.count ? written[next] : nil
            // Of two with the same key the overlay's counts, and RocksDB's is passed over.
            let isOverlayFirst = slot.map { slot in stored.map { !$0.orders(before: slot.key.bytes) } ?? true } ?? false
            if isOverlayFirst, let slot {
                next += 1
                if stored == slot.key.bytes { iterator.advance() }
                guard let entry = slot.entry else { continue }
                guard try body(slot.key, entry) else { return }
            } else if stored != nil {
                let (key, entry) = try iterator.entry()
                guard try body(key, entry) else { return }
                iterator.advance()
            } else {
                return
            }
            delivered += 1
        }
    }
}

extension RocksIterator {
    /// The entry stood on, in a range of entries' keys.
    borrowing func entry() throws(StateStoreError) -> (StateKey, StateEntry) {
        let bytes = key
        guard let key = StateKey(stored: bytes) else { throw .corrupt(key: bytes, .unknownReservedKey) }
        do throws(StateCorruption) {
            return (key, try StateEnvelope.decode(value))
        } catch {
            throw .corrupt(key: bytes, error)
        }
    }
}
