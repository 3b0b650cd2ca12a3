/// A walk over a range of keys, forwards, on the database as it was when the walk began.
enum PairIterator: ~Copyable {
    case rocks(RocksIterator)
    case memory(MemoryIterator)

    /// Whether the walk stands on a pair; false after the last one. An error in between is thrown, not taken for the
    /// end.
    func isOnPair() throws(StateStoreError) -> Bool {
        switch self {
        case .rocks(let iterator): try iterator.isOnPair()
        case .memory(let iterator): iterator.isOnPair
        }
    }

    /// The key stood on, copied.
    var key: [UInt8] {
        switch self {
        case .rocks(let iterator): iterator.key
        case .memory(let iterator): iterator.key
        }
    }

    /// The value stood on, in place until the next step.
    var value: RawSpan {
        @_lifetime(borrow self)
        get {
            switch self {
            case .rocks(let iterator): unsafe _overrideLifetime(iterator.value, borrowing: self)
            // Safe: the bytes belong to the iterator's own copy of the pairs, which never changes.
            case .memory(let iterator): unsafe _overrideLifetime(iterator.value, borrowing: self)
            }
        }
    }

    func advance() {
        switch self {
        case .rocks(let iterator): iterator.advance()
        case .memory(let iterator): iterator.advance()
        }
    }
}
