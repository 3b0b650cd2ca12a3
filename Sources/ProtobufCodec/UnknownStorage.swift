/// The fields of a message that its schema does not know, in wire format and in the order they came.
///
/// They are part of the message's equality and are written after its known fields.
public struct UnknownStorage: Hashable, Sendable {
    /// Whole fields, each a tag and its value; empty when every field was known.
    public internal(set) var bytes: [UInt8] = []

    /// Creates an empty storage.
    public init() {}

    /// True when there is no unknown field.
    public var isEmpty: Bool { bytes.isEmpty }

    @usableFromInline
    mutating func append(tag: UInt32, _ value: UnsafeRawBufferPointer) {
        var rest = tag
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
        unsafe bytes.append(contentsOf: value)
    }
}
