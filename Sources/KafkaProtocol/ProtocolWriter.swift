/// Appends the protocol's primitive types to bytes; big-endian.
///
/// No text that was read is too long to be written. One that was made longer is cut between two characters, so that the
/// rest of the message stays readable.
public struct ProtocolWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    // MARK: Numbers

    private mutating func bigEndian(_ value: UInt64, _ count: Int) {
        for index in (0..<count).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }

    public mutating func bool(_ value: Bool) { bytes.append(value ? 1 : 0) }
    public mutating func int8(_ value: Int8) { bytes.append(UInt8(bitPattern: value)) }
    public mutating func int16(_ value: Int16) { bigEndian(UInt64(UInt16(bitPattern: value)), 2) }
    public mutating func uint16(_ value: UInt16) { bigEndian(UInt64(value), 2) }
    public mutating func int32(_ value: Int32) { bigEndian(UInt64(UInt32(bitPattern: value)), 4) }
    public mutating func uint32(_ value: UInt32) { bigEndian(UInt64(value), 4) }
    public mutating func int64(_ value: Int64) { bigEndian(UInt64(bitPattern: value), 8) }

    public mutating func uuid(_ value: KafkaUUID) {
        bigEndian(value.high, 8)
        bigEndian(value.low, 8)
    }

    public mutating func unsignedVarint(_ value: UInt32) { varint(UInt64(value)) }

    /// A zigzag varint, as records use it.
    public mutating func signedVarint(_ value: Int32) { varint(UInt64(UInt32(bitPattern: value << 1 ^ value >> 31))) }

    /// A zigzag varint of 64 bits, as records use it.
    public mutating func signedVarlong(_ value: Int64) { varint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    // MARK: Lengths

    private mutating func length(_ count: Int, _ flexible: Bool, short: Bool) {
        if flexible {
            unsignedVarint(UInt32(truncatingIfNeeded: count &+ 1))
        } else if short {
            int16(Int16(truncatingIfNeeded: count))
        } else {
            int32(Int32(truncatingIfNeeded: count))
        }
    }

    private mutating func null(_ flexible: Bool, short: Bool) { length(-1, flexible, short: short) }

    public mutating func raw(_ value: [UInt8]) { bytes += value }

    private mutating func text(_ value: some Collection<UInt8>, _ flexible: Bool) {
        length(value.count, flexible, short: true)
        bytes.append(contentsOf: value)
    }

    public mutating func string(_ value: String, _ flexible: Bool) {
        guard value.utf8.count > ProtocolReader.textByteLimit else { return text(value.utf8, flexible) }
        var end = value.utf8.index(value.startIndex, offsetBy: ProtocolReader.textByteLimit)
        while end.samePosition(in: value.unicodeScalars) == nil { end = value.utf8.index(before: end) }
        text(value.utf8[..<end], flexible)
    }

    public mutating func nullableString(_ value: String?, _ flexible: Bool) {
        if let value { string(value, flexible) } else { null(flexible, short: true) }
    }

    public mutating func bytes(_ value: [UInt8], _ flexible: Bool) {
        length(value.count, flexible, short: false)
        bytes += value
    }

    public mutating func nullableBytes(_ value: [UInt8]?, _ flexible: Bool) {
        if let value { bytes(value, flexible) } else { null(flexible, short: false) }
    }

    public mutating func records(_ value: RecordSet, _ flexible: Bool) {
        length(value.byteCount, flexible, short: false)
        for piece in value.pieces { bytes += piece }
    }

    public mutating func nullableRecords(_ value: RecordSet?, _ flexible: Bool) {
        if let value { records(value, flexible) } else { null(flexible, short: false) }
    }

    // MARK: Composites

    public mutating func array<Element>(
        _ elements: [Element], _ flexible: Bool, _ write: (Element, inout ProtocolWriter) -> Void
    ) {
        length(elements.count, flexible, short: false)
        for element in elements { write(element, &self) }
    }

    public mutating func nullableArray<Element>(
        _ elements: [Element]?, _ flexible: Bool, _ write: (Element, inout ProtocolWriter) -> Void
    ) {
        if let elements { array(elements, flexible, write) } else { null(flexible, short: false) }
    }

    public mutating func nullableStruct<Value>(_ value: Value?, _ write: (Value, inout ProtocolWriter) -> Void) {
        guard let value else { return int8(-1) }
        int8(1)
        write(value, &self)
    }

    public mutating func tagged(_ fields: TaggedFields) {
        unsignedVarint(UInt32(fields.fields.count))
        for (tag, content) in fields.fields {
            unsignedVarint(tag)
            unsignedVarint(UInt32(truncatingIfNeeded: content.count))
            bytes += content
        }
    }

    public mutating func noTaggedFields() { bytes.append(0) }
}

/// The tagged fields that a struct has values for, in order of tag.
public struct TaggedFields: Sendable {
    fileprivate var fields: [(tag: UInt32, content: [UInt8])] = []

    public init() {}

    public mutating func add(_ tag: UInt32, _ write: (inout ProtocolWriter) -> Void) {
        var writer = ProtocolWriter()
        write(&writer)
        fields.append((tag, writer.bytes))
    }
}
