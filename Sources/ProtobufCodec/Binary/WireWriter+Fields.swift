// One function per field type of the schema language, each writing a tag and a value, default or not.
extension WireWriter {
    /// Writes a `int32` field.
    @inlinable @inline(__always)
    public mutating func int32(_ field: UInt32, _ value: Int32) {
        putTag(field, 0)
        putInt32(value)
    }

    /// Writes a `int64` field.
    @inlinable @inline(__always)
    public mutating func int64(_ field: UInt32, _ value: Int64) {
        putTag(field, 0)
        putInt64(value)
    }

    /// Writes a `uint32` field.
    @inlinable @inline(__always)
    public mutating func uint32(_ field: UInt32, _ value: UInt32) {
        putTag(field, 0)
        putUInt32(value)
    }

    /// Writes a `uint64` field.
    @inlinable @inline(__always)
    public mutating func uint64(_ field: UInt32, _ value: UInt64) {
        putTag(field, 0)
        putUInt64(value)
    }

    /// Writes a `sint32` field.
    @inlinable @inline(__always)
    public mutating func sint32(_ field: UInt32, _ value: Int32) {
        putTag(field, 0)
        putSInt32(value)
    }

    /// Writes a `sint64` field.
    @inlinable @inline(__always)
    public mutating func sint64(_ field: UInt32, _ value: Int64) {
        putTag(field, 0)
        putSInt64(value)
    }

    /// Writes a `fixed32` field.
    @inlinable @inline(__always)
    public mutating func fixed32(_ field: UInt32, _ value: UInt32) {
        putTag(field, 5)
        putFixed32(value)
    }

    /// Writes a `fixed64` field.
    @inlinable @inline(__always)
    public mutating func fixed64(_ field: UInt32, _ value: UInt64) {
        putTag(field, 1)
        putFixed64(value)
    }

    /// Writes a `sfixed32` field.
    @inlinable @inline(__always)
    public mutating func sfixed32(_ field: UInt32, _ value: Int32) {
        putTag(field, 5)
        putSFixed32(value)
    }

    /// Writes a `sfixed64` field.
    @inlinable @inline(__always)
    public mutating func sfixed64(_ field: UInt32, _ value: Int64) {
        putTag(field, 1)
        putSFixed64(value)
    }

    /// Writes a `float` field.
    @inlinable @inline(__always)
    public mutating func float(_ field: UInt32, _ value: Float) {
        putTag(field, 5)
        putFloat(value)
    }

    /// Writes a `double` field.
    @inlinable @inline(__always)
    public mutating func double(_ field: UInt32, _ value: Double) {
        putTag(field, 1)
        putDouble(value)
    }

    /// Writes a `bool` field.
    @inlinable @inline(__always)
    public mutating func bool(_ field: UInt32, _ value: Bool) {
        putTag(field, 0)
        putBool(value)
    }

    /// Writes a `string` field.
    @inlinable @inline(__always)
    public mutating func string(_ field: UInt32, _ value: String) {
        putTag(field, 2)
        putString(value)
    }

    /// Writes a `bytes` field.
    @inlinable @inline(__always)
    public mutating func bytes(_ field: UInt32, _ value: [UInt8]) {
        putTag(field, 2)
        putBytes(value)
    }

    /// Writes an enum field.
    @inlinable @inline(__always)
    public mutating func enumeration(_ field: UInt32, _ value: some Enum) {
        putTag(field, 0)
        putEnumeration(value)
    }

    /// Writes an embedded message field.
    @inlinable
    public mutating func message(_ field: UInt32, _ value: some Message) {
        putTag(field, 2)
        putMessage(value)
    }

    /// Writes a list as one packed field; an empty list writes nothing.
    @inlinable
    public mutating func packed<Kind: FieldKind>(_ field: UInt32, _ kind: Kind.Type, _ values: [Kind.Value]) {
        if values.isEmpty { return }
        putTag(field, 2)
        let mark = beginLength()
        for value in values {
            Kind.write(value, into: &self)
        }
        endLength(mark)
    }

    /// Writes a map, one field per entry, in the order of the keys.
    @inlinable
    public mutating func map<Key: MapKeyKind, Value: FieldKind>(
        _ field: UInt32, _ keyKind: Key.Type, _ valueKind: Value.Type, _ map: [Key.Value: Value.Value]
    ) {
        if map.isEmpty { return }
        for entry in map.sorted(by: { Key.Value.mapKeyPrecedes($0.key, $1.key) }) {
            putTag(field, 2)
            let mark = beginLength()
            putTag(1, Key.wireType)
            Key.write(entry.key, into: &self)
            putTag(2, Value.wireType)
            Value.write(entry.value, into: &self)
            endLength(mark)
        }
    }

    /// Writes unknown fields as they came.
    @inlinable
    public mutating func unknown(_ storage: UnknownStorage) {
        if storage.isEmpty { return }
        putRaw(storage.bytes)
    }
}
