/// A walk over a range of keys, forwards, on the database as it was when the walk began.
enum PairIterator: ~Copyable {
    case rocks(RocksIterator)
    case memory(MemoryIterator)

    // Not inlined: Swift 6.3.1 ends on an assertion when it threads jumps over several switches of a noncopyable enum in
    // one function. A call beside a step of RocksDB's is not to be seen.

    /// Whether the walk stands on a pair; false after the last one. An error in between is thrown, not taken for the
    /// end.
    @inline(never)
    func isOnPair() throws(StateStoreError) -> Bool {
        switch self {
        case .rocks(let iterator): try iterator.isOnPair()
        case .memory(let iterator): iterator.isOnPair
        }
    }

    /// The key stood on, copied.
    var key: [UInt8] {
        @inline(never)
        get {
            switch self {
            case .rocks(let iterator): iterator.key
            case .memory(let iterator): iterator.key
            }
        }
    }

    /// The value stood on, in place until the next step.
    var value: RawSpan {
        @inline(never)
        @_lifetime(borrow self)
        get {
            switch self {
            case .rocks(let iterator): unsafe _overrideLifetime(iterator.value, borrowing: self)
            // Safe: the bytes belong to the iterator's own copy of the pairs, which never changes.
            case .memory(let iterator): unsafe _overrideLifetime(iterator.value, borrowing: self)
            }
        }
    }

    @inline(never)
    func advance() {
        switch self {
        case .rocks(let iterator): iterator.advance()
        case .memory(let iterator): iterator.advance()
        }
    }
}
