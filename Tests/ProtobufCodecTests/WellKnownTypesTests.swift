import ProtobufCodec
import Testing

/// The JSON forms of `google.protobuf`.
@Suite struct WellKnownTypesTests {
    static let timestamps: [(Int64, Int32, String)] = [
        (0, 0, "1970-01-01T00:00:00Z"),
        (0, 500_000_000, "1970-01-01T00:00:00.500Z"),
        (0, 1_000, "1970-01-01T00:00:00.000001Z"),
        (0, 1, "1970-01-01T00:00:00.000000001Z"),
        (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
        (951_782_400, 0, "2000-02-29T00:00:00Z"),
        (951_868_799, 0, "2000-02-29T23:59:59Z"),
        (1_709_164_800, 0, "2024-02-29T00:00:00Z"),
        (4_107_542_399, 0, "2100-02-28T23:59:59Z"),
        (4_107_542_400, 0, "2100-03-01T00:00:00Z"),
        (1_735_689_599, 0, "2024-12-31T23:59:59Z"),
        (-2_203_891_200, 0, "1900-03-01T00:00:00Z"),
        (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
    ]

    @Test(arguments: timestamps)
    func timestamp(seconds: Int64, nanos: Int32, text: String) throws {
        let timestamp = Google_Protobuf_Timestamp.with {
            $0.seconds = seconds
            $0.nanos = nanos
        }
        #expect(try timestamp.jsonString() == "\"\(text)\"")
        #expect(try Google_Protobuf_Timestamp(jsonString: "\"\(text)\"") == timestamp)
    }

    @Test(arguments: [
        ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z"),
        ("2024-05-01T00:30:00-23:59", "2024-05-02T00:29:00Z"),
        ("2024-05-01T12:00:00.1Z", "2024-05-01T12:00:00.100Z"),
        ("2024-05-01T12:00:00.12345Z", "2024-05-01T12:00:00.123450Z"),
        ("2024-05-01T12:00:00.000000000Z", "2024-05-01T12:00:00Z"),
    ])
    func timestampForms(text: String, canonical: String) throws {
        #expect(try Google_Protobuf_Timestamp(jsonString: "\"\(text)\"").jsonString() == "\"\(canonical)\"")
    }

    @Test(arguments: [
        "", "2024-05-01", "2024-05-01T12:00:00", "2024-05-01 12:00:00Z", "2024-05-01t12:00:00Z", "2024-05-01T12:00:00z",
        "2024-13-01T12:00:00Z", "2024-00-01T12:00:00Z", "2024-04-31T12:00:00Z", "2023-02-29T12:00:00Z",
        "2100-02-29T12:00:00Z", "2024-05-00T12:00:00Z", "2024-05-01T24:00:00Z", "2024-05-01T12:60:00Z",
        "2024-05-01T12:00:60Z", "2024-05-01T12:00:00.Z", "2024-05-01T12:00:00.1234567890Z", "2024-05-01T12:00:00+0200",
        "2024-05-01T12:00:00+24:00", "0000-12-31T23:59:59Z", "9999-12-31T23:59:59-00:01", "+2024-05-01T12:00:00Z",
        "2024-05-01T12:00:00Z ", "2024-5-1T12:00:00Z", "02024-05-01T12:00:00Z",
    ])
    func badTimestamps(text: String) {
        #expect(throws: JSONDecodingError.self) { try Google_Protobuf_Timestamp(jsonString: "\"\(text)\"") }
    }

    @Test("Every day of four centuries goes through JSON and back")
    func calendar() throws {
        var previous = ""
        for day in stride(from: Int64(-719_162), to: 146_097 * 2, by: 31) {
            let timestamp = Google_Protobuf_Timestamp.with { $0.seconds = day * 86_400 }
            let text = try timestamp.jsonString()
            #expect(try Google_Protobuf_Timestamp(jsonString: text) == timestamp)
            #expect(text > previous)
            previous = text
        }
    }

    @Test(
        arguments: [
            (0, 0, "0s"), (1, 0, "1s"), (-1, 0, "-1s"), (1, 500_000_000, "1.500s"), (0, -1_000, "-0.000001s"),
            (-3, -1, "-3.000000001s"), (315_576_000_000, 999_999_999, "315576000000.999999999s"),
        ] as [(Int64, Int32, String)])
    func duration(seconds: Int64, nanos: Int32, text: String) throws {
        let duration = Google_Protobuf_Duration.with {
            $0.seconds = seconds
            $0.nanos = nanos
        }
        #expect(try duration.jsonString() == "\"\(text)\"")
        #expect(try Google_Protobuf_Duration(jsonString: "\"\(text)\"") == duration)
    }

    @Test(arguments: [
        "", "s", "1", "-s", "1.s", ".5s", "1.0000000001s", "+1s", "1S", "1s ", " 1s", "--1s", "315576000001s", "1e2s",
        "9999999999999999999s",
    ])
    func badDurations(text: String) {
        #expect(throws: JSONDecodingError.self) { try Google_Protobuf_Duration(jsonString: "\"\(text)\"") }
    }

    @Test("What has no JSON form is refused by the writer")
    func unwritable() {
        func expect(_ error: JSONEncodingError, _ populate: (inout Everything) -> Void) {
            #expect(throws: error) { try Everything.with(populate).jsonString() }
        }
        expect(.timestampRange) { $0.timestamp.seconds = 253_402_300_800 }
        expect(.timestampRange) { $0.timestamp.seconds = -62_135_596_801 }
        expect(.timestampRange) { $0.timestamp.seconds = .min }
        expect(.timestampRange) { $0.timestamp.nanos = -1 }
        expect(.timestampRange) { $0.timestamp.nanos = 1_000_000_000 }
        expect(.durationRange) { $0.duration.seconds = 315_576_000_001 }
        expect(.durationRange) { $0.duration.seconds = .min }
        expect(.durationRange) { $0.duration.nanos = .min }
        expect(.durationRange) {
            $0.duration.seconds = 1
            $0.duration.nanos = -1
        }
        expect(.fieldMaskConversion) { $0.fieldMask.paths = ["fooBar"] }
        expect(.fieldMaskConversion) { $0.fieldMask.paths = ["foo__bar"] }
        expect(.fieldMaskConversion) { $0.fieldMask.paths = ["foo_3"] }
        expect(.fieldMaskConversion) { $0.fieldMask.paths = ["foo_"] }
        expect(.valueNotRepresentable) { $0.value = Google_Protobuf_Value() }
        expect(.valueNotRepresentable) { $0.value.numberValue = .nan }
        expect(.valueNotRepresentable) { $0.value.numberValue = .infinity }
        expect(.anyNotRepresentable(typeURL: "x/no.Such")) { $0.any.typeURL = "x/no.Such" }
        expect(.anyNotRepresentable(typeURL: "google.protobuf.Empty")) { $0.any.typeURL = "google.protobuf.Empty" }
        expect(.anyNotRepresentable(typeURL: "x/google.protobuf.Duration")) {
            $0.any.typeURL = "x/google.protobuf.Duration"
            $0.any.value = [0xFF]
        }
    }

    static let forms: [(String, @Sendable (inout Everything) -> Void)] = [
        (#"{"fieldMask":"a,someInner.number"}"#, { $0.fieldMask.paths = ["a", "some_inner.number"] }),
        (#"{"fieldMask":""}"#, { $0.fieldMask = Google_Protobuf_FieldMask() }),
        (#"{"empty":{}}"#, { $0.empty = Google_Protobuf_Empty() }),
        (
            #"{"struct":{"":null,"a":[1,"x",true,{}]}}"#,
            {
                let parts: [Google_Protobuf_Value.OneOf_Kind] = [
                    .numberValue(1), .stringValue("x"), .boolValue(true), .structValue(Google_Protobuf_Struct()),
                ]
                var list = Google_Protobuf_Value()
                list.listValue.values = parts.map { part in Google_Protobuf_Value.with { $0.kind = part } }
                $0.struct.fields = ["a": list, "": Google_Protobuf_Value.with { $0.nullValue = .nullValue }]
            }
        ),
        (#"{"value":-0.5}"#, { $0.value.numberValue = -0.5 }),
        (#"{"listValue":[]}"#, { $0.listValue = Google_Protobuf_ListValue() }),
        (#"{"doubleValue":"Infinity"}"#, { $0.doubleValue.value = .infinity }),
        (#"{"floatValue":0}"#, { $0.floatValue = Google_Protobuf_FloatValue() }),
        (
            #"{"int64Value":"-1","uint64Value":"1"}"#,
            {
                $0.int64Value.value = -1
                $0.uint64Value.value = 1
            }
        ),
        (
            #"{"int32Value":-1,"uint32Value":1}"#,
            {
                $0.int32Value.value = -1
                $0.uint32Value.value = 1
            }
        ),
        (
            #"{"boolValue":false,"stringValue":"","bytesValue":"AA=="}"#,
            {
                $0.boolValue = Google_Protobuf_BoolValue()
                $0.stringValue = Google_Protobuf_StringValue()
                $0.bytesValue.value = [0]
            }
        ),
        (#"{"any":{}}"#, { $0.any = Google_Protobuf_Any() }),
    ]

    @Test(arguments: forms.indices)
    func form(index: Int) throws {
        let (json, populate) = Self.forms[index]
        let message = Everything.with(populate)
        #expect(try message.jsonString() == json)
        #expect(try Everything(jsonString: json) == message)
    }

    @Test("An Any packs and unpacks a message")
    func anyPacking() throws {
        let inner = Inner.with { $0.number = 5 }
        let any = try Google_Protobuf_Any(message: inner)
        #expect(any.typeURL == "type.googleapis.com/codec.test.v1.Inner")
        #expect(any.isA(Inner.self))
        #expect(!any.isA(Even.self))
        #expect(try Inner(unpackingAny: any) == inner)
        #expect(throws: AnyUnpackError.typeMismatch) { try Even(unpackingAny: any) }
        let broken = Google_Protobuf_Any.with {
            $0.typeURL = any.typeURL
            $0.value = [0x08]
        }
        #expect(throws: AnyUnpackError.malformed(.truncated)) { try Inner(unpackingAny: broken) }
    }

    @Test("An Any's JSON has the message's members, or its own form as \"value\"")
    func anyJSON() throws {
        let registry = TypeRegistry([Inner.self])
        var encoding = JSONEncodingOptions()
        encoding.typeRegistry = registry
        var decoding = JSONDecodingOptions()
        decoding.typeRegistry = registry
        let inner = try Google_Protobuf_Any(message: Inner.with { $0.inner.number = 5 })
        let duration = try Google_Protobuf_Any(message: Google_Protobuf_Duration.with { $0.seconds = 2 })
        let nested = try Google_Protobuf_Any(message: inner)
        let forms = [
            (inner, #"{"@type":"type.googleapis.com/codec.test.v1.Inner","inner":{"number":5}}"#),
            (duration, #"{"@type":"type.googleapis.com/google.protobuf.Duration","value":"2s"}"#),
            (
                nested,
                #"{"@type":"type.googleapis.com/google.protobuf.Any","value":"#
                    + #"{"@type":"type.googleapis.com/codec.test.v1.Inner","inner":{"number":5}}}"#
            ),
        ]
        for (any, json) in forms {
            #expect(try any.jsonString(options: encoding) == json)
            #expect(try Google_Protobuf_Any(jsonString: json, options: decoding) == any)
        }
        // The type may come last.
        let last = #"{"inner":{"number":5},"@type":"type.googleapis.com/codec.test.v1.Inner"}"#
        #expect(try Google_Protobuf_Any(jsonString: last, options: decoding) == inner)
        let bad: [String] = [
            #"{"@type":"x/codec.test.v1.Inner","@type":"x/codec.test.v1.Inner"}"#,
            #"{"@type":"x/codec.test.v1.Inner","inner":{"@type":"x"}}"#,
            #"{"@type":"x/google.protobuf.Duration"}"#,
            #"{"@type":"x/google.protobuf.Duration","value":"1s","value":"1s"}"#,
            #"{"@type":"x/google.protobuf.Duration","value":"1s","other":1}"#,
            #"{"@type":"codec.test.v1.Inner"}"#,
            #"{"@type":5}"#,
        ]
        for json in bad {
            #expect(throws: JSONDecodingError.self) { try Google_Protobuf_Any(jsonString: json, options: decoding) }
        }
    }

    @Test("An Any in an Any without end is refused, not followed")
    func anyDepth() throws {
        var any = Google_Protobuf_Any()
        for _ in 0..<2000 { any = try Google_Protobuf_Any(message: any) }
        #expect(throws: JSONEncodingError.self) { try any.jsonString() }
        let open = #"{"@type":"x/google.protobuf.Any","value":"#
        let json = String(repeating: open, count: 2000) + "{}" + String(repeating: "}", count: 2000)
        #expect(throws: JSONDecodingError.self) { try Google_Protobuf_Any(jsonString: json) }
    }
}
