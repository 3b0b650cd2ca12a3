/// The store's own records as RocksDB holds them.
struct CommittedRecord {
    var progress: Progress?
    var incarnation: [UInt8]?
    var resumeOffset: Int64?

    init() {}

    /// Reads the records; marks an empty database with this program's format and refuses any other format.
    init(in database: Database) throws(StateStoreError) {
        guard let format = try Self.integer(UInt32.self, ReservedKey.format, in: database) else {
            try Self.mark(database)
            return
        }
        guard format == StateStore.format else {
            throw .unsupportedFormat(found: format, supported: StateStore.format)
        }
        resumeOffset = try Self.integer(Int64.self, ReservedKey.resumeOffset, in: database)
        progress = try Self.decoded(ReservedKey.progress, in: database, ProgressCodec.decodeProgress)
        incarnation = try Self.decoded(ReservedKey.incarnation, in: database, ProgressCodec.decodeIncarnation)
    }

    /// Adds to the batch what has changed.
    func put(into batch: StateBatch, since before: CommittedRecord) {
        if let progress, progress != before.progress { batch.put(ReservedKey.progress, ProgressCodec.encode(progress)) }
        if let incarnation, incarnation != before.incarnation {
            batch.put(ReservedKey.incarnation, ProgressCodec.encode(incarnation: incarnation))
        }
        if let resumeOffset, resumeOffset != before.resumeOffset {
            batch.put(ReservedKey.resumeOffset, integer: resumeOffset)
        }
    }

    private static func mark(_ database: Database) throws(StateStoreError) {
        let isEmpty = try database.withIterator(from: [], to: [0xFF], caching: false) {
            iterator throws(StateStoreError) in try !iterator.isOnPair()
        }
        guard isEmpty else { throw .unsupportedFormat(found: 0, supported: StateStore.format) }
        let batch = StateBatch(for: database)
        batch.put(ReservedKey.format, integer: StateStore.format)
        try batch.write(to: database)
    }

    private static func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        _: Integer.Type, _ key: [UInt8], in database: Database
    ) throws(StateStoreError) -> Integer? {
        try database.read(key) { bytes throws(StateCorruption) in
            var reader = ByteReader(bytes)
            let integer = try reader.next(Integer.self)
            try reader.finish()
            return integer
        }
    }

    private static func decoded<Value>(
        _ key: [UInt8], in database: Database, _ decode: ([UInt8]) throws(StateCorruption) -> Value
    ) throws(StateStoreError) -> Value? {
        guard let bytes = try database.value(key) else { return nil }
        do throws(StateCorruption) {
            return try decode(bytes)
        } catch {
            throw .corrupt(key: key, error)
        }
    }
}
