internal import CRocksDB

/// A cache of uncompressed RocksDB blocks with a fixed size, for all the stores of a process.
@safe public final class SharedBlockCache: Sendable {
    // Safe: the pointer never changes, and RocksDB's LRU cache locks itself.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Makes a cache that holds at most this many bytes of blocks, 1 MiB at least.
    public init(capacityBytes: Int) {
        let capacity = Swift.max(capacityBytes, 1 << 20)
        guard let pointer = unsafe rocksdb_cache_create_lru(capacity) else {
            preconditionFailure("RocksDB makes a cache or ends the process for want of memory")
        }
        unsafe self.pointer = pointer
    }

    // Each database holds its own reference, so the cache may go before the stores that use it.
    deinit {
        unsafe rocksdb_cache_destroy(pointer)
    }

    /// The bytes of blocks held now.
    public var usedBytes: Int {
        unsafe rocksdb_cache_get_usage(pointer)
    }
}
