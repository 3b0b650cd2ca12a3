import ProtobufCodec
import Testing

/// Bytes that are no message, and why.
@Suite struct BadBytesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let error: BinaryDecodingError

        init(_ name: String, _ bytes: [UInt8], _ error: BinaryDecodingError) {
            testDescription = name
            self.bytes = bytes
            self.error = error
        }
    }

    private static let elevenBytes = [UInt8](repeating: 0x80, count: 10) + [0]

    static let rows: [Row] = [
        Row("tag without a value", [0x18], .truncated),
        Row("tag that goes on", [0x98], .truncated),
        Row("number that goes on", [0x18, 0x80], .truncated),
        Row("number of eleven bytes", [0x18] + elevenBytes, .malformedVarint),
        Row("tag of eleven bytes", elevenBytes, .malformedVarint),
        Row("tag above 32 bits", [0x80, 0x80, 0x80, 0x80, 0x10, 0x00], .malformedTag),
        Row("field number 0", [0x00, 0x00], .malformedTag),
        Row("field number 0, length-delimited", [0x02, 0x00], .malformedTag),
        Row("wire type 6", [0x1E], .malformedTag),
        Row("wire type 7", [0x1F, 0x00], .malformedTag),
        Row("text longer than the rest", [0x72, 0x02, 0x61], .truncated),
        Row("text of 2^63 bytes", [0x72] + [UInt8](repeating: 0xFF, count: 9) + [0x01], .truncated),
        Row("bytes of 2^31 - 1 bytes", [0x7A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], .truncated),
        Row("list of 2^31 - 1 bytes", [0xCA, 0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], .truncated),
        Row("unknown field longer than the rest", [0xD2, 0x3E, 0x01], .truncated),
        Row("message longer than the rest", [0x8A, 0x01, 0x03, 0x08, 0x01], .truncated),
        Row("field past the end of its message", [0x8A, 0x01, 0x01, 0x08, 0x01], .truncated),
        Row("four bytes cut", [0x4D, 1, 2, 3], .truncated),
        Row("eight bytes cut", [0x51, 1, 2, 3, 4, 5, 6, 7], .truncated),
        Row("packed list of four-byte values with a rest", [0x8A, 0x03, 0x05, 1, 2, 3, 4, 5], .truncated),
        Row("packed list that ends within a number", [0xDA, 0x02, 0x01, 0x80], .truncated),
        Row("map entry cut", [0xDA, 0x07, 0x02, 0x0A, 0x01], .truncated),
        Row("byte FF in a text", [0x72, 0x01, 0xFF], .invalidUTF8),
        Row("half a character", [0x72, 0x01, 0xC3], .invalidUTF8),
        Row("overlong character", [0x72, 0x02, 0xC0, 0x80], .invalidUTF8),
        Row("surrogate in a text", [0x72, 0x03, 0xED, 0xA0, 0x80], .invalidUTF8),
        Row("character past U+10FFFF", [0x72, 0x04, 0xF4, 0x90, 0x80, 0x80], .invalidUTF8),
        Row("bad text in a list", [0xB2, 0x03, 0x01, 0xFF], .invalidUTF8),
        Row("bad text as a map's key", [0xDA, 0x07, 0x03, 0x0A, 0x01, 0xFF], .invalidUTF8),
        Row("bad text in a oneof", [0xF2, 0x05, 0x01, 0xFF], .invalidUTF8),
        Row("group that does not end", [0xA3, 0x1F, 0x08, 0x01], .truncated),
        Row("group that was not begun", [0xA4, 0x1F], .malformedGroup),
        Row("group that ends under another number", [0xA3, 0x1F, 0xAC, 0x1F], .malformedGroup),
        Row("group that ends past its message", [0x8A, 0x01, 0x02, 0xA3, 0x1F, 0xA4, 0x1F], .truncated),
        Row("field number 0 in a group", [0xA3, 0x1F, 0x00, 0x00, 0xA4, 0x1F], .malformedTag),
    ]

    @Test(arguments: rows)
    func refuses(_ row: Row) {
        #expect(throws: row.error) { try Everything(serializedBytes: row.bytes) }
    }

    @Test("Every beginning of a message is a message or an error, never more")
    func beginnings() throws {
        var sampler = EverythingSampler(seed: 3)
        for _ in 0..<60 {
            let bytes = sampler.next()
            for count in 0..<bytes.count {
                _ = try? Everything(serializedBytes: Array(bytes[..<count]))
            }
            _ = try Everything(serializedBytes: bytes)
        }
    }

    private func nested(_ depth: Int, number: Int) -> [UInt8] {
        (1..<depth).reduce(into: []) { content, _ in
            content = WireBytes.build {
                $0.tag(number, 2)
                $0.delimited(content)
            }
        }
    }

    private func groups(_ depth: Int) -> [UInt8] {
        [UInt8](repeating: 0x53, count: depth - 1) + [UInt8](repeating: 0x54, count: depth - 1)
    }

    @Test("Messages nest as deep as the limit and no deeper")
    func depth() throws {
        #expect(try Inner(serializedBytes: nested(100, number: 4)).hasInner)
        #expect(throws: BinaryDecodingError.messageDepthLimit) { try Inner(serializedBytes: nested(101, number: 4)) }
        #expect(try !Nothing(serializedBytes: groups(100)).unknownFields.isEmpty)
        #expect(throws: BinaryDecodingError.messageDepthLimit) { try Nothing(serializedBytes: groups(101)) }
        #expect(throws: BinaryDecodingError.messageDepthLimit) { try Nothing(serializedBytes: groups(1_000_000)) }
        // An unknown message is not looked into.
        #expect(try !Nothing(serializedBytes: nested(101, number: 4)).unknownFields.isEmpty)
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = 2
        #expect(try Inner(serializedBytes: nested(2, number: 4), options: options).hasInner)
        #expect(throws: BinaryDecodingError.messageDepthLimit) {
            try Inner(serializedBytes: nested(3, number: 4), options: options)
        }
    }
}
