// All stored integers are little-endian, but for those that RocksDB must sort.

extension RawSpan {
    /// The little-endian integer at an offset; the caller has checked that it lies within the bytes.
    @inline(__always)
    func littleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(_: Integer.Type, at offset: Int) -> Integer {
        // Safe: the load is bounds-checked, needs no alignment, and every bit pattern is an integer.
        Integer(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    /// A copy of some of the bytes; the caller has checked the range.
    func copy(_ range: Range<Int>) -> [UInt8] {
        unsafe extracting(range).withUnsafeBytes { unsafe [UInt8]($0) }
    }
}

extension [UInt8] {
    /// The bytes, borrowed.
    var rawSpan: RawSpan {
        // Safe: a byte has no padding to leak and no pattern to break.
        @_lifetime(borrow self) get { unsafe span.bytes }
    }

    /// Appends an integer, least significant byte first.
    mutating func append(littleEndian integer: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: integer.littleEndian) { unsafe append(contentsOf: $0) }
    }

    /// Appends a signed integer so that bytes sort as the integers do: big-endian, sign bit flipped.
    mutating func append(sortable integer: Int64) {
        let flipped = UInt64(bitPattern: integer) ^ (1 << 63)
        unsafe Swift.withUnsafeBytes(of: flipped.bigEndian) { unsafe append(contentsOf: $0) }
    }
}
