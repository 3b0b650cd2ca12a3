/// A field type of the schema language, where it takes more than the Swift type to know the wire format (`int32`,
/// `sint32` and `sfixed32` are all `Int32`). Generated code names one for packed lists and maps.
public protocol FieldKind {
    /// The Swift type of a value.
    associatedtype Value: Hashable & Sendable

    /// 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.
    static var wireType: UInt32 { get }

    /// What an absent value reads as.
    static var initialValue: Value { get }

    /// Reads one value without its tag.
    static func read(from reader: inout WireReader) throws(BinaryDecodingError) -> Value

    /// Reads one value without its tag over another; a message is merged, anything else replaced.
    static func merge(from reader: inout WireReader, into value: inout Value) throws(BinaryDecodingError)

    /// Writes one value without its tag.
    static func write(_ value: Value, into writer: inout WireWriter)

    /// How many values a packed list of so many bytes holds, or a lower bound.
    static func valueCount(inPackedBytes count: Int) -> Int
}

/// A field type that can be the key of a map.
public protocol MapKeyKind: FieldKind where Value: MapKey {}

extension FieldKind {
    @inlinable @inline(__always)
    public static func merge(from reader: inout WireReader, into value: inout Value) throws(BinaryDecodingError) {
        value = try read(from: &reader)
    }

    @inlinable @inline(__always)
    public static func valueCount(inPackedBytes count: Int) -> Int {
        switch wireType {
        case 1: count / 8
        case 5: count / 4
        default: 0
        }
    }
}
