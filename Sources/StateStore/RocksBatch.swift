import CRocksDB

/// The writes of one transaction; reused from one to the next.
@safe final class RocksBatch {
    let pointer: OpaquePointer

    init() {
        unsafe pointer = rocksdb_writebatch_create()
    }

    deinit {
        unsafe rocksdb_writebatch_destroy(pointer)
    }

    func put(_ key: [UInt8], _ value: [UInt8]) {
        unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                unsafe rocksdb_writebatch_put(
                    pointer, key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count,
                    value.baseAddress?.assumingMemoryBound(to: CChar.self), value.count)
            }
        }
    }

    func delete(_ key: [UInt8]) {
        unsafe key.withUnsafeBytes { key in
            unsafe rocksdb_writebatch_delete(
                pointer, key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count)
        }
    }

    func clear() {
        unsafe rocksdb_writebatch_clear(pointer)
    }
}
