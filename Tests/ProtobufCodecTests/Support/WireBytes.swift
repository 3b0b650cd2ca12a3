/// Builds wire format by hand, so that the tests' input does not come from the writer under test.
struct WireBytes {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ value: UInt64, padding: Int = 0) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest) | (padding > 0 ? 0x80 : 0))
        for index in 0..<padding { bytes.append(index == padding - 1 ? 0 : 0x80) }
    }

    mutating func tag(_ number: Int, _ wireType: Int) {
        varint(UInt64(number << 3 | wireType))
    }

    mutating func fixed<Value: FixedWidthInteger>(_ value: Value) {
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }

    mutating func raw(_ more: [UInt8]) {
        bytes += more
    }

    mutating func delimited(_ content: [UInt8]) {
        varint(UInt64(content.count))
        bytes += content
    }

    static func build(_ body: (inout WireBytes) -> Void) -> [UInt8] {
        var wire = WireBytes()
        body(&wire)
        return wire.bytes
    }
}
