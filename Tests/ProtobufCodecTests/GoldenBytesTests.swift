import ProtobufCodec
import Testing

/// Bytes as the specification has them, and the extremes of every field type.
@Suite struct GoldenBytesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let message: any Message
        let bytes: [UInt8]

        var testDescription: String { name }

        init(_ name: String, _ message: any Message, _ bytes: [UInt8]) {
            self.name = name
            self.message = message
            self.bytes = bytes
        }
    }

    private static let max64: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]

    // The first four are the examples of the Protocol Buffers documentation, "Encoding".
    static let rows: [Row] = [
        Row("150", Inner.with { $0.number = 150 }, [0x08, 0x96, 0x01]),
        Row(
            "testing", Inner.with { $0.text = "testing" },
            [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67]),
        Row("embedded 150", Inner.with { $0.inner.number = 150 }, [0x22, 0x03, 0x08, 0x96, 0x01]),
        Row(
            "packed 3, 270, 86942", Inner.with { $0.numbers = [3, 270, 86942] },
            [0x1A, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05]),
        Row("empty", Everything(), []),
        Row("double 1", Everything.with { $0.singleDouble = 1 }, [0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
        Row("double -0", Everything.with { $0.singleDouble = -0.0 }, [0x09, 0, 0, 0, 0, 0, 0, 0, 0x80]),
        Row("float 1", Everything.with { $0.singleFloat = 1 }, [0x15, 0, 0, 0x80, 0x3F]),
        Row("float infinity", Everything.with { $0.singleFloat = .infinity }, [0x15, 0, 0, 0x80, 0x7F]),
        Row("int32 -1", Everything.with { $0.singleInt32 = -1 }, [0x18] + max64),
        Row(
            "int32 min", Everything.with { $0.singleInt32 = .min },
            [0x18, 0x80, 0x80, 0x80, 0x80, 0xF8, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
        Row("int64 -1", Everything.with { $0.singleInt64 = -1 }, [0x20] + max64),
        Row("uint32 max", Everything.with { $0.singleUint32 = .max }, [0x28, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
        Row("uint64 max", Everything.with { $0.singleUint64 = .max }, [0x30] + max64),
        Row("sint32 -1", Everything.with { $0.singleSint32 = -1 }, [0x38, 0x01]),
        Row("sint32 1", Everything.with { $0.singleSint32 = 1 }, [0x38, 0x02]),
        Row("sint32 max", Everything.with { $0.singleSint32 = .max }, [0x38, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F]),
        Row("sint32 min", Everything.with { $0.singleSint32 = .min }, [0x38, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
        Row("sint64 min", Everything.with { $0.singleSint64 = .min }, [0x40] + max64),
        Row("fixed32", Everything.with { $0.singleFixed32 = 0x0403_0201 }, [0x4D, 1, 2, 3, 4]),
        Row("fixed64", Everything.with { $0.singleFixed64 = 1 }, [0x51, 1, 0, 0, 0, 0, 0, 0, 0]),
        Row("sfixed32", Everything.with { $0.singleSfixed32 = -2 }, [0x5D, 0xFE, 0xFF, 0xFF, 0xFF]),
        Row(
            "sfixed64", Everything.with { $0.singleSfixed64 = -2 },
            [0x61, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        Row("bool", Everything.with { $0.singleBool = true }, [0x68, 0x01]),
        Row("string", Everything.with { $0.singleString = "é" }, [0x72, 0x02, 0xC3, 0xA9]),
        Row("bytes", Everything.with { $0.singleBytes = [0, 255] }, [0x7A, 0x02, 0x00, 0xFF]),
        Row("enum", Everything.with { $0.singleColor = .darkBlue }, [0x80, 0x01, 0x02]),
        Row("negative enum", Everything.with { $0.singleColor = .infrared }, [0x80, 0x01] + max64),
        Row("unrecognized enum", Everything.with { $0.singleColor = .UNRECOGNIZED(9) }, [0x80, 0x01, 0x09]),
        Row("message without fields", Everything.with { $0.singleInner = Inner() }, [0x8A, 0x01, 0x00]),
        Row("optional zero", Everything.with { $0.optionalInt32 = 0 }, [0xB8, 0x01, 0x00]),
        Row("optional empty text", Everything.with { $0.optionalString = "" }, [0x92, 0x02, 0x00]),
        Row("oneof member at its default", Everything.with { $0.choiceBool = false }, [0xE8, 0x05, 0x00]),
        Row("unpacked", Everything.with { $0.unpackedInt32 = [1, 2] }, [0xF8, 0x03, 0x01, 0xF8, 0x03, 0x02]),
        Row("packed enum", Everything.with { $0.repeatedColor = [.red, .red] }, [0xC2, 0x03, 0x02, 0x01, 0x01]),
        Row(
            "list of texts", Everything.with { $0.repeatedString = ["", "a"] },
            [0xB2, 0x03, 0x00, 0xB2, 0x03, 0x01, 0x61]),
        Row(
            "map in the order of its keys, defaults written",
            Everything.with { $0.mapInt32 = ["b": 0, "": 1, "a": 2] },
            [0xDA, 0x07, 0x04, 0x0A, 0x00, 0x10, 0x01]
                + [0xDA, 0x07, 0x05, 0x0A, 0x01, 0x61, 0x10, 0x02]
                + [0xDA, 0x07, 0x05, 0x0A, 0x01, 0x62, 0x10, 0x00]),
        Row(
            "greatest field number", Everything.with { $0.greatest = 1 },
            [0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 0x01]),
        Row(
            "fields in the order of their numbers",
            Everything.with {
                $0.splitLast = "c"
                $0.between = 1
                $0.singleBool = true
            }, [0x68, 0x01, 0xD0, 0x0C, 0x01, 0xDA, 0x0C, 0x01, 0x63]),
    ]

    @Test(arguments: rows)
    func writesAndReads(_ row: Row) throws {
        #expect(try row.message.serializedBytes() == row.bytes)
        try expectReads(row.message, row.bytes)
    }

    private func expectReads<Value: Message>(_ message: Value, _ bytes: [UInt8]) throws {
        #expect(try Value(serializedBytes: bytes) == message)
    }

    @Test(
        "A length takes as many bytes as it needs, at each border", arguments: [0, 127, 128, 16_383, 16_384, 2_097_152])
    func lengthBorders(_ count: Int) throws {
        let text = String(repeating: "x", count: count)
        // As a text, and as the length of a message that is filled in afterwards.
        let message = Inner.with {
            $0.text = text
            $0.inner.inner.text = text
        }
        let bytes = try message.serializedBytes()
        #expect(try Inner(serializedBytes: bytes) == message)
        var expected = WireBytes()
        func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
            content.isEmpty && number == 2
                ? []
                : WireBytes.build {
                    $0.tag(number, 2); $0.delimited(content)
                }
        }
        let utf8 = Array(text.utf8)
        expected.raw(field(2, utf8) + field(4, field(4, field(2, utf8))))
        #expect(bytes == expected.bytes)
    }

    @Test("serialize(into:) appends")
    func appends() throws {
        var bytes: [UInt8] = [7]
        try Inner.with { $0.number = 1 }.serialize(into: &bytes)
        try Inner.with { $0.number = 2 }.serialize(into: &bytes)
        #expect(bytes == [7, 8, 1, 8, 2])
    }

    @Test("Bytes are read in place from a span")
    func span() throws {
        let bytes: [UInt8] = [0xFF, 0x08, 0x96, 0x01, 0xFF]
        let message = try unsafe Inner(serializedBytes: bytes[1..<4].span.bytes)
        #expect(message.number == 150)
        let empty: [UInt8] = []
        #expect(try unsafe Inner(serializedBytes: empty.span.bytes) == Inner())
    }
}
