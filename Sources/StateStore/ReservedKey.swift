/// The keys that are the store's own: no stage's table reaches them (``StateKey/tables``).
enum ReservedKey {
    /// The progress record, in RocksDB and in the changelog.
    static let progress: [UInt8] = [0xF0]
    /// The incarnation record, in RocksDB and in the changelog.
    static let incarnation: [UInt8] = [0xF1]
    /// Begins each key of the timer index; in RocksDB only.
    static let timerIndex: UInt8 = 0xF2
    /// The layout of the RocksDB directory, a UInt32; in RocksDB only.
    static let format: [UInt8] = [0xF3, 0x01]
    /// The next changelog offset to restore from, an Int64; in RocksDB only.
    static let resumeOffset: [UInt8] = [0xF3, 0x02]
    /// The first key after all tables.
    static let afterTables: [UInt8] = [StateKey.tables.upperBound + 1]
}
