import CRocksDB

/// One open RocksDB, the only place that calls it (with its batch, iterator, options and cache).
///
/// Every error string is turned into a ``StateStoreError`` and freed; every pointer has one owner that destroys it.
@safe final class RocksDatabase {
    private let pointer: OpaquePointer
    private let options: RocksOptions

    init(path: String, options: RocksOptions) throws(StateStoreError) {
        self.options = options
        // Nobody reads RocksDB's per-thread counters, and they cost a few percent of each comparison of keys.
        rocksdb_set_perf_level(Int32(rocksdb_disable))
        let opened = try unsafe Self.checked("open RocksDB") { unsafe rocksdb_open(options.database, path, $0) }
        guard let opened = unsafe opened else {
            throw .failed(operation: "open RocksDB", message: "no database and no error")
        }
        unsafe pointer = opened
    }

    // Closing waits for RocksDB's background work. Iterators cannot be alive: ``Database`` lends them within a call only.
    deinit {
        unsafe rocksdb_close(pointer)
    }

    /// Hands the value under a key to the body, in place; nil if there is none.
    @inline(__always)
    func read<Result>(
        _ key: [UInt8], _ body: (RawSpan) throws(StateCorruption) -> Result
    ) throws(StateStoreError) -> Result? {
        var message: UnsafeMutablePointer<CChar>?
        let found = unsafe key.withUnsafeBytes { key in
            unsafe rocksdb_get_pinned(
                pointer, options.read, key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count, &message)
        }
        if let message = unsafe message { throw unsafe Self.adopt(message, "read") }
        guard let found = unsafe found else { return nil }
        defer { unsafe rocksdb_pinnableslice_destroy(found) }
        var count = 0
        let value = unsafe rocksdb_pinnableslice_value(found, &count)
        let bytes = unsafe UnsafeRawBufferPointer(start: value, count: count)
        do throws(StateCorruption) {
            return unsafe try body(bytes.bytes)
        } catch {
            throw .corrupt(key: key, error)
        }
    }

    /// Writes all of the batch or nothing.
    func write(_ batch: RocksBatch) throws(StateStoreError) {
        try unsafe Self.checked("write") { unsafe rocksdb_write(pointer, options.write, batch.pointer, $0) }
    }

    /// An iterator over `lower..<upper`; it must end before the database does.
    func iterator(from lower: [UInt8], to upper: [UInt8], caching: Bool) -> RocksIterator {
        unsafe RocksIterator(database: pointer, from: lower, to: upper, caching: caching)
    }

    /// Writes the write buffer to a table file, waiting for it if asked to.
    func flush(waiting: Bool) throws(StateStoreError) {
        guard let flush = unsafe rocksdb_flushoptions_create() else { return }
        defer { unsafe rocksdb_flushoptions_destroy(flush) }
        unsafe rocksdb_flushoptions_set_wait(flush, waiting ? 1 : 0)
        try unsafe Self.checked("flush") { unsafe rocksdb_flush(pointer, flush, $0) }
    }

    /// One of RocksDB's integer properties; 0 if it has none by that name.
    func property(_ name: String) -> UInt64 {
        var value: UInt64 = 0
        return unsafe rocksdb_property_int(pointer, name, &value) == 0 ? value : 0
    }

    /// Runs a call that reports errors through a string it allocates.
    private static func checked<Result>(
        _ operation: String,
        _ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) throws(StateStoreError) -> Result {
        var message: UnsafeMutablePointer<CChar>?
        let result = unsafe call(&message)
        if let message = unsafe message { throw unsafe adopt(message, operation) }
        return result
    }

    /// Takes RocksDB's error string over and frees it. Its text begins with the status's name.
    static func adopt(_ message: UnsafeMutablePointer<CChar>, _ operation: String) -> StateStoreError {
        defer { unsafe rocksdb_free(message) }
        let text = unsafe String(cString: message)
        return text.hasPrefix("Corruption")
            ? .damaged(operation: operation, message: text) : .failed(operation: operation, message: text)
    }
}
