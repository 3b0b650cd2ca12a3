/// The field type `int32`.
public enum ProtobufInt32: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 0 }
    @inlinable public static var initialValue: Int32 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Int32 { try reader.int32() }

    @inlinable @inline(__always)
    public static func write(_ value: Int32, into writer: inout WireWriter) { writer.putInt32(value) }
}

/// The field type `int64`.
public enum ProtobufInt64: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 0 }
    @inlinable public static var initialValue: Int64 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Int64 { try reader.int64() }

    @inlinable @inline(__always)
    public static func write(_ value: Int64, into writer: inout WireWriter) { writer.putInt64(value) }
}

/// The field type `uint32`.
public enum ProtobufUInt32: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 0 }
    @inlinable public static var initialValue: UInt32 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> UInt32 { try reader.uint32() }

    @inlinable @inline(__always)
    public static func write(_ value: UInt32, into writer: inout WireWriter) { writer.putUInt32(value) }
}

/// The field type `uint64`.
public enum ProtobufUInt64: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 0 }
    @inlinable public static var initialValue: UInt64 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> UInt64 { try reader.uint64() }

    @inlinable @inline(__always)
    public static func write(_ value: UInt64, into writer: inout WireWriter) { writer.putUInt64(value) }
}

/// The field type `sint32`.
public enum ProtobufSInt32: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 0 }
    @inlinable public static var initialValue: Int32 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Int32 { try reader.sint32() }

    @inlinable @inline(__always)
    public static func write(_ value: Int32, into writer: inout WireWriter) { writer.putSInt32(value) }
}

/// The field type `sint64`.
public enum ProtobufSInt64: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 0 }
    @inlinable public static var initialValue: Int64 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Int64 { try reader.sint64() }

    @inlinable @inline(__always)
    public static func write(_ value: Int64, into writer: inout WireWriter) { writer.putSInt64(value) }
}

/// The field type `fixed32`.
public enum ProtobufFixed32: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 5 }
    @inlinable public static var initialValue: UInt32 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> UInt32 {
        try reader.fixed32()
    }

    @inlinable @inline(__always)
    public static func write(_ value: UInt32, into writer: inout WireWriter) { writer.putFixed32(value) }
}

/// The field type `fixed64`.
public enum ProtobufFixed64: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 1 }
    @inlinable public static var initialValue: UInt64 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> UInt64 {
        try reader.fixed64()
    }

    @inlinable @inline(__always)
    public static func write(_ value: UInt64, into writer: inout WireWriter) { writer.putFixed64(value) }
}

/// The field type `sfixed32`.
public enum ProtobufSFixed32: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 5 }
    @inlinable public static var initialValue: Int32 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Int32 {
        try reader.sfixed32()
    }

    @inlinable @inline(__always)
    public static func write(_ value: Int32, into writer: inout WireWriter) { writer.putSFixed32(value) }
}

/// The field type `sfixed64`.
public enum ProtobufSFixed64: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 1 }
    @inlinable public static var initialValue: Int64 { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Int64 {
        try reader.sfixed64()
    }

    @inlinable @inline(__always)
    public static func write(_ value: Int64, into writer: inout WireWriter) { writer.putSFixed64(value) }
}

/// The field type `float`.
public enum ProtobufFloat: FieldKind {
    @inlinable public static var wireType: UInt32 { 5 }
    @inlinable public static var initialValue: Float { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Float { try reader.float() }

    @inlinable @inline(__always)
    public static func write(_ value: Float, into writer: inout WireWriter) { writer.putFloat(value) }
}

/// The field type `double`.
public enum ProtobufDouble: FieldKind {
    @inlinable public static var wireType: UInt32 { 1 }
    @inlinable public static var initialValue: Double { 0 }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Double { try reader.double() }

    @inlinable @inline(__always)
    public static func write(_ value: Double, into writer: inout WireWriter) { writer.putDouble(value) }
}

/// The field type `bool`.
public enum ProtobufBool: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 0 }
    @inlinable public static var initialValue: Bool { false }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Bool { try reader.bool() }

    @inlinable @inline(__always)
    public static func write(_ value: Bool, into writer: inout WireWriter) { writer.putBool(value) }
}

/// The field type `string`.
public enum ProtobufString: MapKeyKind {
    @inlinable public static var wireType: UInt32 { 2 }
    @inlinable public static var initialValue: String { "" }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> String { try reader.string() }

    @inlinable @inline(__always)
    public static func write(_ value: String, into writer: inout WireWriter) { writer.putString(value) }
}

/// The field type `bytes`.
public enum ProtobufBytes: FieldKind {
    @inlinable public static var wireType: UInt32 { 2 }
    @inlinable public static var initialValue: [UInt8] { [] }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> [UInt8] { try reader.bytes() }

    @inlinable @inline(__always)
    public static func write(_ value: [UInt8], into writer: inout WireWriter) { writer.putBytes(value) }
}

/// The field type of an enum.
public enum ProtobufEnum<Value: Enum>: FieldKind {
    @inlinable public static var wireType: UInt32 { 0 }
    @inlinable public static var initialValue: Value { Value() }

    @inlinable @inline(__always)
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Value {
        try reader.enumeration()
    }

    @inlinable @inline(__always)
    public static func write(_ value: Value, into writer: inout WireWriter) { writer.putEnumeration(value) }
}

/// The field type of an embedded message.
public enum ProtobufMessage<Value: Message>: FieldKind {
    @inlinable public static var wireType: UInt32 { 2 }
    @inlinable public static var initialValue: Value { Value() }

    @inlinable
    public static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Value {
        try reader.message()
    }

    @inlinable
    public static func merge(from reader: inout WireReader, into value: inout Value) throws(BinaryDecodingError) {
        try reader.merge(into: &value)
    }

    @inlinable
    public static func write(_ value: Value, into writer: inout WireWriter) { writer.putMessage(value) }
}
