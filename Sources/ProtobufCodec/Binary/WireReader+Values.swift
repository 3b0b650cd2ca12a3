// One function per field type of the schema language; the caller has matched the tag.
extension WireReader {
    /// Reads an `int32`; of a longer number the low 32 bits count.
    @inlinable @inline(__always)
    public mutating func int32() throws(BinaryDecodingError) -> Int32 {
        Int32(truncatingIfNeeded: try varint())
    }

    /// Reads an `int64`.
    @inlinable @inline(__always)
    public mutating func int64() throws(BinaryDecodingError) -> Int64 {
        Int64(bitPattern: try varint())
    }

    /// Reads a `uint32`; of a longer number the low 32 bits count.
    @inlinable @inline(__always)
    public mutating func uint32() throws(BinaryDecodingError) -> UInt32 {
        UInt32(truncatingIfNeeded: try varint())
    }

    /// Reads a `uint64`.
    @inlinable @inline(__always)
    public mutating func uint64() throws(BinaryDecodingError) -> UInt64 {
        try varint()
    }

    /// Reads a `sint32`.
    @inlinable @inline(__always)
    public mutating func sint32() throws(BinaryDecodingError) -> Int32 {
        let zigzag = UInt32(truncatingIfNeeded: try varint())
        return Int32(bitPattern: (zigzag &>> 1) ^ (0 &- (zigzag & 1)))
    }

    /// Reads a `sint64`.
    @inlinable @inline(__always)
    public mutating func sint64() throws(BinaryDecodingError) -> Int64 {
        let zigzag = try varint()
        return Int64(bitPattern: (zigzag &>> 1) ^ (0 &- (zigzag & 1)))
    }

    /// Reads a `fixed32`.
    @inlinable @inline(__always)
    public mutating func fixed32() throws(BinaryDecodingError) -> UInt32 {
        try fixed(UInt32.self)
    }

    /// Reads a `fixed64`.
    @inlinable @inline(__always)
    public mutating func fixed64() throws(BinaryDecodingError) -> UInt64 {
        try fixed(UInt64.self)
    }

    /// Reads an `sfixed32`.
    @inlinable @inline(__always)
    public mutating func sfixed32() throws(BinaryDecodingError) -> Int32 {
        try fixed(Int32.self)
    }

    /// Reads an `sfixed64`.
    @inlinable @inline(__always)
    public mutating func sfixed64() throws(BinaryDecodingError) -> Int64 {
        try fixed(Int64.self)
    }

    /// Reads a `float`.
    @inlinable @inline(__always)
    public mutating func float() throws(BinaryDecodingError) -> Float {
        Float(bitPattern: try fixed(UInt32.self))
    }

    /// Reads a `double`.
    @inlinable @inline(__always)
    public mutating func double() throws(BinaryDecodingError) -> Double {
        Double(bitPattern: try fixed(UInt64.self))
    }

    /// Reads a `bool`; every number but zero is true.
    @inlinable @inline(__always)
    public mutating func bool() throws(BinaryDecodingError) -> Bool {
        try varint() != 0
    }

    /// Reads an enum value; a number without a name becomes `UNRECOGNIZED`.
    @inlinable @inline(__always)
    public mutating func enumeration<Value: Enum>() throws(BinaryDecodingError) -> Value {
        Value(rawValue: Int(try int32())) ?? Value()
    }

    /// Reads a `string` and checks that it is UTF-8.
    @inlinable
    public mutating func string() throws(BinaryDecodingError) -> String {
        let count = try length()
        let bytes = unsafe UnsafeRawBufferPointer(start: cursor, count: count)
        unsafe cursor += count
        // Through a span: `String(validating:as:)` costs five times as much for a short text.
        let text: String? = unsafe bytes.withMemoryRebound(to: UInt8.self) { units in
            guard let validated = try? unsafe UTF8Span(validating: units.span) else { return nil }
            return String(copying: validated)
        }
        guard let text else { throw .invalidUTF8 }
        return text
    }

    /// Reads a `bytes` field.
    @inlinable
    public mutating func bytes() throws(BinaryDecodingError) -> [UInt8] {
        let count = try length()
        let bytes = unsafe UnsafeRawBufferPointer(start: cursor, count: count)
        unsafe cursor += count
        return unsafe [UInt8](bytes)
    }
}
