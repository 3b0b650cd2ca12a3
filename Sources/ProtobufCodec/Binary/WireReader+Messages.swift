extension WireReader {
    /// Reads an embedded message into one that may hold fields already: scalars are replaced, lists added to, messages
    /// merged in turn.
    @inlinable
    public mutating func merge<Value: Message>(into message: inout Value) throws(BinaryDecodingError) {
        let outerEnd = unsafe try enter()
        try message.decode(from: &self)
        unsafe leave(to: outerEnd)
    }

    /// Reads an embedded message.
    @inlinable
    public mutating func message<Value: Message>() throws(BinaryDecodingError) -> Value {
        var message = Value()
        try merge(into: &message)
        return message
    }

    /// Reads a packed list onto the end of `values`.
    @inlinable
    public mutating func packed<Kind: FieldKind>(
        _ kind: Kind.Type, into values: inout [Kind.Value]
    ) throws(BinaryDecodingError) {
        let count = try length()
        let outerEnd = unsafe end
        unsafe end = cursor + count
        // Only on a first chunk: to reserve exactly for each of many chunks would copy the list each time.
        if values.isEmpty { values.reserveCapacity(Kind.valueCount(inPackedBytes: count)) }
        while unsafe cursor < end {
            values.append(try Kind.read(from: &self))
        }
        unsafe end = outerEnd
    }

    /// Reads one entry of a map; a key that is there already gets the new value.
    @inlinable
    public mutating func mapEntry<Key: MapKeyKind, Value: FieldKind>(
        _ keyKind: Key.Type, _ valueKind: Value.Type, into map: inout [Key.Value: Value.Value]
    ) throws(BinaryDecodingError) {
        let outerEnd = unsafe try enter()
        var key = Key.initialValue
        var value = Value.initialValue
        while let tag = try nextTag() {
            if tag == 1 << 3 | Key.wireType {
                key = try Key.read(from: &self)
            } else if tag == 2 << 3 | Value.wireType {
                try Value.merge(from: &self, into: &value)
            } else {
                try skip(tag)
            }
        }
        unsafe leave(to: outerEnd)
        map[key] = value
    }

    @inlinable @inline(__always)
    mutating func enter() throws(BinaryDecodingError) -> UnsafeRawPointer {
        let count = try length()
        guard depthLeft > 0 else { throw .messageDepthLimit }
        depthLeft &-= 1
        let outerEnd = unsafe end
        unsafe end = cursor + count
        return unsafe outerEnd
    }

    @inlinable @inline(__always)
    mutating func leave(to outerEnd: UnsafeRawPointer) {
        unsafe end = outerEnd
        depthLeft &+= 1
    }
}
