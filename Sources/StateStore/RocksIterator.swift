import CRocksDB

/// A walk over a range of keys, forwards, on RocksDB as it was when the walk began.
@safe struct RocksIterator: ~Copyable {
    private let pointer: OpaquePointer
    private let options: OpaquePointer
    // RocksDB keeps a pointer to the bound, not a copy: it lives as long as the iterator.
    private let upper: UnsafeMutableBufferPointer<CChar>

    init(database: OpaquePointer, from lower: [UInt8], to upperBytes: [UInt8], caching: Bool) {
        unsafe upper = .allocate(capacity: upperBytes.count)
        _ = unsafe upper.initialize(from: upperBytes.lazy.map { CChar(bitPattern: $0) })
        unsafe options = rocksdb_readoptions_create()
        unsafe rocksdb_readoptions_set_iterate_upper_bound(options, upper.baseAddress, upper.count)
        unsafe rocksdb_readoptions_set_fill_cache(options, caching ? 1 : 0)
        unsafe pointer = rocksdb_create_iterator(database, options)
        unsafe lower.withUnsafeBytes { lower in
            unsafe rocksdb_iter_seek(pointer, lower.baseAddress?.assumingMemoryBound(to: CChar.self), lower.count)
        }
    }

    deinit {
        unsafe rocksdb_iter_destroy(pointer)
        unsafe rocksdb_readoptions_destroy(options)
        unsafe upper.deallocate()
    }

    /// Whether the walk stands on a pair; false after the last one. An error in between is thrown, not taken for the
    /// end.
    func isOnPair() throws(StateStoreError) -> Bool {
        if unsafe rocksdb_iter_valid(pointer) != 0 { return true }
        var message: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_iter_get_error(pointer, &message)
        if let message = unsafe message { throw unsafe RocksDatabase.adopt(message, "scan") }
        return false
    }

    /// The key stood on, copied.
    var key: [UInt8] {
        var count = 0
        let start = unsafe rocksdb_iter_key(pointer, &count)
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The value stood on, in place until the next step.
    var value: RawSpan {
        @_lifetime(borrow self)
        get {
            var count = 0
            let start = unsafe rocksdb_iter_value(pointer, &count)
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count).bytes
            return unsafe _overrideLifetime(bytes, borrowing: self)
        }
    }

    func advance() {
        unsafe rocksdb_iter_next(pointer)
    }
}
