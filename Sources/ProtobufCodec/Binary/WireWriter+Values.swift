// Values without their tags.
extension WireWriter {
    @inlinable @inline(__always)
    mutating func putTag(_ field: UInt32, _ wireType: UInt32) {
        reserve(5)
        putReservedVarint(UInt64(field << 3 | wireType))
    }

    @inlinable @inline(__always)
    mutating func putVarint(_ value: UInt64) {
        reserve(10)
        putReservedVarint(value)
    }

    @inlinable @inline(__always)
    mutating func putReservedVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            unsafe cursor.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            unsafe cursor += 1
            rest &>>= 7
        }
        unsafe cursor.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        unsafe cursor += 1
    }

    @inlinable @inline(__always)
    mutating func putFixed(_ value: some FixedWidthInteger) {
        reserve(8)
        unsafe cursor.storeBytes(of: value.littleEndian, as: type(of: value))
        unsafe cursor += value.bitWidth / 8
    }

    @inlinable @inline(__always)
    mutating func putInt32(_ value: Int32) { putVarint(UInt64(bitPattern: Int64(value))) }

    @inlinable @inline(__always)
    mutating func putInt64(_ value: Int64) { putVarint(UInt64(bitPattern: value)) }

    @inlinable @inline(__always)
    mutating func putUInt32(_ value: UInt32) { putVarint(UInt64(value)) }

    @inlinable @inline(__always)
    mutating func putUInt64(_ value: UInt64) { putVarint(value) }

    @inlinable @inline(__always)
    mutating func putSInt32(_ value: Int32) { putVarint(UInt64(UInt32(bitPattern: (value &<< 1) ^ (value &>> 31)))) }

    @inlinable @inline(__always)
    mutating func putSInt64(_ value: Int64) { putVarint(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))) }

    @inlinable @inline(__always)
    mutating func putFixed32(_ value: UInt32) { putFixed(value) }

    @inlinable @inline(__always)
    mutating func putFixed64(_ value: UInt64) { putFixed(value) }

    @inlinable @inline(__always)
    mutating func putSFixed32(_ value: Int32) { putFixed(value) }

    @inlinable @inline(__always)
    mutating func putSFixed64(_ value: Int64) { putFixed(value) }

    @inlinable @inline(__always)
    mutating func putFloat(_ value: Float) { putFixed(value.bitPattern) }

    @inlinable @inline(__always)
    mutating func putDouble(_ value: Double) { putFixed(value.bitPattern) }

    @inlinable @inline(__always)
    mutating func putBool(_ value: Bool) { putVarint(value ? 1 : 0) }

    @inlinable @inline(__always)
    mutating func putEnumeration(_ value: some Enum) {
        putInt32(Int32(truncatingIfNeeded: value.rawValue))
    }

    @inlinable
    mutating func putString(_ value: String) {
        let count = value.utf8.count
        putVarint(UInt64(count))
        reserve(count)
        let copied: Void? = unsafe value.utf8.withContiguousStorageIfAvailable { source in
            if let address = source.baseAddress {
                unsafe cursor.copyMemory(from: address, byteCount: count)
            }
        }
        if copied == nil {
            for (index, byte) in value.utf8.enumerated() {
                unsafe cursor.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            }
        }
        unsafe cursor += count
    }

    @inlinable
    mutating func putBytes(_ value: [UInt8]) {
        putVarint(UInt64(value.count))
        putRaw(value)
    }

    @inlinable
    mutating func putRaw(_ value: [UInt8]) {
        reserve(value.count)
        unsafe value.withUnsafeBytes { source in
            if let address = source.baseAddress {
                unsafe cursor.copyMemory(from: address, byteCount: source.count)
            }
        }
        unsafe cursor += value.count
    }

    @inlinable
    mutating func putMessage(_ value: some Message) {
        let mark = beginLength()
        value.encode(into: &self)
        endLength(mark)
    }
}
