/// Where a store keeps what was committed: RocksDB in a worker, memory in a simulation.
///
/// An enum and not a protocol, so that neither the store nor anything above it becomes generic: the price is one branch
/// that always goes the same way, beside a call into RocksDB.
enum Database {
    case rocks(RocksDatabase)
    case memory(MemoryDatabase)

    /// Hands the value under a key to the body, in place; nil if there is none.
    @inline(__always)
    func read<Result>(
        _ key: [UInt8], _ body: (RawSpan) throws(StateCorruption) -> Result
    ) throws(StateStoreError) -> Result? {
        switch self {
        case .rocks(let database): try database.read(key, body)
        case .memory(let database): try database.read(key, body)
        }
    }

    /// A copy of the value under a key.
    func value(_ key: [UInt8]) throws(StateStoreError) -> [UInt8]? {
        try read(key) { $0.copy(0..<$0.byteCount) }
    }

    /// Makes a batch of this database's kind.
    func makeBatch() -> WriteBatch {
        switch self {
        case .rocks: .rocks(RocksBatch())
        case .memory: .memory(MemoryBatch())
        }
    }

    /// Writes all of the batch or nothing; it must be of this database's kind.
    func write(_ batch: WriteBatch) throws(StateStoreError) {
        switch (self, batch) {
        case (.rocks(let database), .rocks(let batch)): try database.write(batch)
        case (.memory(let database), .memory(let batch)): try database.write(batch)
        case (.rocks, .memory), (.memory, .rocks): preconditionFailure("a batch of the other kind of database")
        }
    }

    /// Runs the body with an iterator over `lower..<upper`; the iterator ends with the call.
    func withIterator<Result, Failure: Error>(
        from lower: [UInt8], to upper: [UInt8], caching: Bool,
        _ body: (borrowing PairIterator) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let iterator =
            switch self {
            case .rocks(let database): PairIterator.rocks(database.iterator(from: lower, to: upper, caching: caching))
            case .memory(let database): PairIterator.memory(database.iterator(from: lower, to: upper))
            }
        return try body(iterator)
    }

    /// Makes what was written outlast a crash, waiting for it if asked to.
    func flush(waiting: Bool) throws(StateStoreError) {
        switch self {
        case .rocks(let database): try database.flush(waiting: waiting)
        case .memory(let database): try database.flush()
        }
    }

    /// One of RocksDB's integer properties; 0 if there is none by that name.
    func property(_ name: String) -> UInt64 {
        switch self {
        case .rocks(let database): database.property(name)
        case .memory: 0
        }
    }
}
