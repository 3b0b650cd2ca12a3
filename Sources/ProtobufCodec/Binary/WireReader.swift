/// Reads the fields of a message from its bytes. Generated code calls it; an application has no need to.
///
/// Safe although it holds pointers: only `Message.merge(serializedBytes:)` makes one, inside the scope of its bytes,
/// and a reader cannot be copied out of there. Invariant: `cursor <= end`, and both lie within those bytes. Every
/// function checks against `end` before it reads, so no input can lead outside.
@safe
public struct WireReader: ~Copyable {
    @usableFromInline var cursor: UnsafeRawPointer
    @usableFromInline var end: UnsafeRawPointer
    @usableFromInline var depthLeft: Int
    @usableFromInline let discardsUnknownFields: Bool

    @usableFromInline
    init(_ start: UnsafeRawPointer, count: Int, options: BinaryDecodingOptions) {
        unsafe cursor = start
        unsafe end = start + count
        depthLeft = options.messageDepthLimit &- 1
        discardsUnknownFields = options.discardUnknownFields
    }

    @usableFromInline var remaining: Int {
        @inline(__always) @inlinable get { unsafe end - cursor }
    }

    /// The next field's tag (number and wire type), or nil at the end of the message.
    @inlinable @inline(__always)
    public mutating func nextTag() throws(BinaryDecodingError) -> UInt32? {
        if unsafe cursor == end { return nil }
        let byte = unsafe cursor.load(as: UInt8.self)
        if byte < 0x80 {
            unsafe cursor += 1
            return UInt32(byte)
        }
        return try longTag()
    }

    @usableFromInline
    mutating func longTag() throws(BinaryDecodingError) -> UInt32 {
        guard let tag = UInt32(exactly: try longVarint()) else { throw .malformedTag }
        return tag
    }

    /// Reads an unsigned base-128 number.
    @inlinable @inline(__always)
    mutating func varint() throws(BinaryDecodingError) -> UInt64 {
        if unsafe cursor < end {
            let byte = unsafe cursor.load(as: UInt8.self)
            if byte < 0x80 {
                unsafe cursor += 1
                return UInt64(byte)
            }
        }
        return try longVarint()
    }

    // Bits past the 64th are dropped, as protoc's own runtime does.
    @usableFromInline
    mutating func longVarint() throws(BinaryDecodingError) -> UInt64 {
        let limit = min(remaining, 10)
        var result: UInt64 = 0
        var index = 0
        while index < limit {
            let byte = unsafe cursor.load(fromByteOffset: index, as: UInt8.self)
            result |= UInt64(byte & 0x7F) &<< UInt64(7 &* index)
            index &+= 1
            if byte < 0x80 {
                unsafe cursor += index
                return result
            }
        }
        throw limit == 10 ? .malformedVarint : .truncated
    }

    /// Reads a length and checks it against what is left, so that no length can make us allocate more than came.
    @inlinable @inline(__always)
    mutating func length() throws(BinaryDecodingError) -> Int {
        let length = try varint()
        guard length <= UInt64(remaining) else { throw .truncated }
        return Int(truncatingIfNeeded: length)
    }

    @inlinable @inline(__always)
    mutating func fixed<Value: FixedWidthInteger>(_: Value.Type) throws(BinaryDecodingError) -> Value {
        let size = Value.bitWidth / 8
        guard remaining >= size else { throw .truncated }
        let value = unsafe cursor.loadUnaligned(as: Value.self)
        unsafe cursor += size
        return Value(littleEndian: value)
    }
}
