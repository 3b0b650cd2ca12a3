/// A walk over a range of keys in memory, forwards, on the pairs as they were when it began.
final class MemoryIterator {
    private let pairs: MemoryPairs
    private let end: Int
    private var place: Int

    init(_ pairs: MemoryPairs, from lower: [UInt8], to upper: [UInt8]) {
        self.pairs = pairs
        place = pairs.place(of: lower)
        end = pairs.place(of: upper)
    }

    var isOnPair: Bool { place < end }

    var key: [UInt8] { pairs.keys[place] }

    /// The value stood on, in place.
    var value: RawSpan {
        @_lifetime(borrow self)
        get {
            // Safe: `pairs` is this object's own and never changes, so the bytes stay where they are while it lives.
            let bytes = unsafe pairs.values[place].withUnsafeBytes { unsafe $0 }
            return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
        }
    }

    func advance() { place += 1 }
}
