/// One scan: the overlay's writes laid over RocksDB's pairs, both in key order.
struct MergedScan {
    private let written: [StateOverlay.Write]
    private let limit: Int

    init(written: [StateOverlay.Write], limit: Int) {
        self.written = written
        self.limit = limit
    }

    /// Hands the entries to the body until it returns false, the limit is reached or both sources are at their end.
    func run(over iterator: borrowing PairIterator, _ body: (StateKey, StateEntry) throws -> Bool) throws {
        var next = 0
        var delivered = 0
        while delivered < limit {
            let stored = try iterator.isOnPair() ? iterator.key : nil
            let write = next < written.count ? written[next] : nil
            // Of two with the same key the overlay's counts, and RocksDB's is passed over.
            let isOverlayFirst =
                write.map { write in stored.map { !$0.orders(before: write.key.bytes) } ?? true } ?? false
            if isOverlayFirst, let write {
                next += 1
                if stored == write.key.bytes { iterator.advance() }
                guard let entry = write.entry else { continue }
                guard try body(write.key, entry) else { return }
            } else if let stored {
                let (key, entry) = try iterator.entry(key: stored)
                guard try body(key, entry) else { return }
                iterator.advance()
            } else {
                return
            }
            delivered += 1
        }
    }
}

extension PairIterator {
    /// The entry stood on, whose key was read, in a range of entries' keys.
    borrowing func entry(key bytes: [UInt8]) throws(StateStoreError) -> (StateKey, StateEntry) {
        guard let key = StateKey(stored: bytes) else { throw .corrupt(key: bytes, .unknownReservedKey) }
        do throws(StateCorruption) {
            return (key, try StateEnvelope.decode(value))
        } catch {
            throw .corrupt(key: bytes, error)
        }
    }
}
