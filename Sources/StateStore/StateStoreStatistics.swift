/// What RocksDB says of one store's size.
public struct StateStoreStatistics: Equatable, Sendable {
    /// Bytes of table files on disk.
    public let tableFileBytes: UInt64
    /// Bytes of write buffers in memory.
    public let writeBufferBytes: UInt64
    /// Bytes of index and filter blocks in memory outside the block cache.
    public let tableReaderBytes: UInt64
    /// The number of keys, timers counted extra; an estimate.
    public let estimatedKeyCount: UInt64

    init(of database: Database) {
        tableFileBytes = database.property("rocksdb.total-sst-files-size")
        writeBufferBytes = database.property("rocksdb.cur-size-all-mem-tables")
        tableReaderBytes = database.property("rocksdb.estimate-table-readers-mem")
        estimatedKeyCount = database.property("rocksdb.estimate-num-keys")
    }
}
