/// Reads the protocol's primitive types from bytes, front to back; big-endian, every length checked.
///
/// Text that is not UTF-8 is read with replacement characters, as Kafka does.
public struct ProtocolReader: Sendable {
    /// The most bytes that a text may have, in every version: what a length of two bytes can say.
    static let textByteLimit = 0x7FFF

    private let source: [UInt8]
    public private(set) var position: Int
    private var end: Int

    public init(_ bytes: [UInt8]) { self.init(bytes, from: 0) }

    /// Reads from an index of `bytes` on.
    public init(_ bytes: [UInt8], from start: Int) {
        source = bytes
        end = bytes.count
        position = min(max(0, start), end)
    }

    /// How many bytes are left.
    public var remaining: Int { end - position }

    /// Throws if anything is left.
    public func expectEnd() throws(ProtocolError) {
        guard remaining == 0 else { throw .trailingBytes(remaining) }
    }

    // MARK: Numbers

    private mutating func bigEndian(_ count: Int) throws(ProtocolError) -> UInt64 {
        guard remaining >= count else { throw .truncated }
        var value: UInt64 = 0
        for index in position..<position + count { value = value << 8 | UInt64(source[index]) }
        position += count
        return value
    }

    public mutating func bool() throws(ProtocolError) -> Bool { try bigEndian(1) != 0 }
    public mutating func int8() throws(ProtocolError) -> Int8 { Int8(truncatingIfNeeded: try bigEndian(1)) }
    public mutating func int16() throws(ProtocolError) -> Int16 { Int16(truncatingIfNeeded: try bigEndian(2)) }
    public mutating func uint16() throws(ProtocolError) -> UInt16 { UInt16(truncatingIfNeeded: try bigEndian(2)) }
    public mutating func int32() throws(ProtocolError) -> Int32 { Int32(truncatingIfNeeded: try bigEndian(4)) }
    public mutating func uint32() throws(ProtocolError) -> UInt32 { UInt32(truncatingIfNeeded: try bigEndian(4)) }
    public mutating func int64() throws(ProtocolError) -> Int64 { Int64(bitPattern: try bigEndian(8)) }

    public mutating func uuid() throws(ProtocolError) -> KafkaUUID {
        let high = try bigEndian(8)
        return KafkaUUID(high: high, low: try bigEndian(8))
    }

    /// An unsigned varint of at most 32 bits.
    public mutating func unsignedVarint() throws(ProtocolError) -> UInt32 {
        let value = try varint(bytes: 5)
        guard value <= UInt64(UInt32.max) else { throw .varintTooLong }
        return UInt32(truncatingIfNeeded: value)
    }

    /// A zigzag varint of at most 32 bits, as records use it.
    public mutating func signedVarint() throws(ProtocolError) -> Int32 {
        let value = try unsignedVarint()
        return Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
    }

    /// A zigzag varint of at most 64 bits, as records use it.
    public mutating func signedVarlong() throws(ProtocolError) -> Int64 {
        let value = try varint(bytes: 10)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private mutating func varint(bytes limit: Int) throws(ProtocolError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<limit {
            guard position < end else { throw .truncated }
            let byte = source[position]
            position += 1
            value |= UInt64(byte & 0x7f) << UInt64(7 * index)
            if byte & 0x80 == 0 { return value }
        }
        throw .varintTooLong
    }

    // MARK: Lengths

    /// A length; nil is null.
    private mutating func length(_ flexible: Bool, short: Bool) throws(ProtocolError) -> Int? {
        let count: Int
        if flexible {
            count = Int(try unsignedVarint()) - 1
        } else {
            count = short ? Int(try int16()) : Int(try int32())
        }
        if count == -1 { return nil }
        guard count >= 0, count <= remaining else {
            if count > remaining { throw .truncated }
            throw .invalidLength(count)
        }
        return count
    }

    /// The next bytes.
    public mutating func raw(_ count: Int) throws(ProtocolError) -> [UInt8] {
        guard count >= 0 else { throw .invalidLength(count) }
        guard count <= remaining else { throw .truncated }
        defer { position += count }
        return Array(source[position..<position + count])
    }

    private static func required<Value>(_ value: Value?) throws(ProtocolError) -> Value {
        guard let value else { throw .unexpectedNull }
        return value
    }

    public mutating func string(_ flexible: Bool) throws(ProtocolError) -> String {
        try Self.required(try nullableString(flexible))
    }

    public mutating func nullableString(_ flexible: Bool) throws(ProtocolError) -> String? {
        guard let count = try length(flexible, short: true) else { return nil }
        guard count <= Self.textByteLimit else { throw .invalidLength(count) }
        defer { position += count }
        let text = String(decoding: source[position..<position + count], as: UTF8.self)
        // A replacement character has three bytes: what came in as one byte each may not fit on its way out.
        guard text.utf8.count <= Self.textByteLimit else { throw .invalidLength(text.utf8.count) }
        return text
    }

    public mutating func bytes(_ flexible: Bool) throws(ProtocolError) -> [UInt8] {
        try Self.required(try nullableBytes(flexible))
    }

    public mutating func nullableBytes(_ flexible: Bool) throws(ProtocolError) -> [UInt8]? {
        guard let count = try length(flexible, short: false) else { return nil }
        return try raw(count)
    }

    public mutating func records(_ flexible: Bool) throws(ProtocolError) -> RecordSet {
        try Self.required(try nullableRecords(flexible))
    }

    public mutating func nullableRecords(_ flexible: Bool) throws(ProtocolError) -> RecordSet? {
        try nullableBytes(flexible).map { RecordSet([$0]) }
    }

    // MARK: Composites

    public mutating func array<Element>(
        _ flexible: Bool, _ element: (inout ProtocolReader) throws(ProtocolError) -> Element
    ) throws(ProtocolError) -> [Element] {
        try Self.required(try nullableArray(flexible, element))
    }

    /// Every element takes a byte at the least, so a count beyond what is left is refused before room is made.
    public mutating func nullableArray<Element>(
        _ flexible: Bool, _ element: (inout ProtocolReader) throws(ProtocolError) -> Element
    ) throws(ProtocolError) -> [Element]? {
        guard let count = try length(flexible, short: false) else { return nil }
        var elements: [Element] = []
        // A hostile count must not reserve more than its message could hold of small elements.
        elements.reserveCapacity(min(count, 1_024))
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    public mutating func nullableStruct<Value>(
        _ value: (inout ProtocolReader) throws(ProtocolError) -> Value
    ) throws(ProtocolError) -> Value? {
        try int8() < 0 ? nil : try value(&self)
    }

    /// Hands each tagged field's content to `field`, which says whether it knows the tag; others are passed over.
    public mutating func taggedFields(
        _ field: (UInt32, inout ProtocolReader) throws(ProtocolError) -> Bool
    ) throws(ProtocolError) {
        let count = try unsignedVarint()
        var last: Int64 = -1
        for _ in 0..<count {
            let tag = try unsignedVarint()
            guard Int64(tag) > last else { throw .tagOrder(tag) }
            last = Int64(tag)
            let size = Int(try unsignedVarint())
            guard size <= remaining else { throw .truncated }
            let outer = end
            end = position + size
            if try !field(tag, &self) { position = end }
            guard position == end else { throw .taggedFieldLength(tag) }
            end = outer
        }
    }

    public mutating func skipTaggedFields() throws(ProtocolError) {
        try taggedFields { (_, _) throws(ProtocolError) in false }
    }
}
