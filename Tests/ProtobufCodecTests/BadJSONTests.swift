import ProtobufCodec
import Testing

/// JSON that is no message, why, and where.
@Suite struct BadJSONTests {
    typealias Reason = JSONDecodingError.Reason

    struct Row: Sendable, CustomTestStringConvertible {
        let json: String
        let reason: Reason
        let column: Int

        var testDescription: String { json }

        init(_ json: String, _ reason: Reason, _ column: Int) {
            self.json = json
            self.reason = reason
            self.column = column
        }
    }

    private static let number = Reason.wrongValue(expected: "a number")
    private static let integer = Reason.wrongValue(expected: "an integer")
    private static let text = Reason.wrongValue(expected: "a string")

    static let rows: [Row] = [
        Row("", .truncated, 1),
        Row("  ", .truncated, 3),
        Row("{", .truncated, 2),
        Row(#"{"singleInt32""#, .truncated, 15),
        Row(#"{"singleInt32":"#, .truncated, 16),
        Row(#"{"singleInt32":1"#, .truncated, 17),
        Row(#"{"singleInt32":1,"#, .truncated, 18),
        Row(#"{"singleInt32":1,}"#, .malformed, 18),
        Row(#"{,"singleInt32":1}"#, .malformed, 2),
        Row(#"{"singleInt32" 1}"#, .malformed, 16),
        Row(#"{singleInt32:1}"#, .malformed, 2),
        Row(#"{'singleInt32':1}"#, .malformed, 2),
        Row(#"{"singleInt32":1 "singleBool":true}"#, .malformed, 18),
        Row("[]", .wrongValue(expected: "an object"), 1),
        Row("1", .wrongValue(expected: "an object"), 1),
        Row("null", .wrongValue(expected: "an object"), 1),
        Row("{}}", .trailingGarbage, 3),
        Row("{} x", .trailingGarbage, 4),
        Row("{}\u{0}", .trailingGarbage, 3),
        Row("/**/{}", .malformed, 1),
        Row("\u{FEFF}{}", .malformed, 1),
        // Names.
        Row(#"{"x":1}"#, .unknownField("x"), 2),
        Row(#"{"SingleInt32":1}"#, .unknownField("SingleInt32"), 2),
        Row(#"{"singleInt32":1,"singleInt32":1}"#, .duplicate("singleInt32"), 18),
        Row(#"{"singleInt32":1,"single_int32":1}"#, .duplicate("single_int32"), 18),
        Row(#"{"singleInt32":null,"singleInt32":1}"#, .duplicate("singleInt32"), 21),
        Row(#"{"greatest":1,"greatest":1}"#, .duplicate("greatest"), 15),
        Row(#"{"choiceInt32":1,"choiceBool":true}"#, .duplicate("oneof"), 31),
        // Numbers.
        Row(#"{"singleInt32":2147483648}"#, .outOfRange, 16),
        Row(#"{"singleInt32":-2147483649}"#, .outOfRange, 16),
        Row(#"{"singleInt32":1.5}"#, .outOfRange, 16),
        Row(#"{"singleInt32":1e10}"#, .outOfRange, 16),
        Row(#"{"singleInt32":1e999999999999999999}"#, .outOfRange, 16),
        Row(#"{"singleInt32":1e-1}"#, .outOfRange, 16),
        Row(#"{"singleUint32":-1}"#, .outOfRange, 17),
        Row(#"{"singleUint64":"18446744073709551616"}"#, .outOfRange, 17),
        Row(#"{"singleUint64":"-1"}"#, .outOfRange, 17),
        Row(#"{"singleInt64":"9223372036854775808"}"#, .outOfRange, 16),
        Row(#"{"singleInt64":"-9223372036854775809"}"#, .outOfRange, 16),
        Row(#"{"singleInt32":""}"#, integer, 16),
        Row(#"{"singleInt32":" 1"}"#, integer, 16),
        Row(#"{"singleInt32":"1 "}"#, integer, 16),
        Row(#"{"singleInt32":"0x1"}"#, integer, 16),
        Row(#"{"singleInt32":"+1"}"#, integer, 16),
        Row(#"{"singleInt32":true}"#, integer, 16),
        Row(#"{"singleInt32":{}}"#, integer, 16),
        Row(#"{"singleInt32":01}"#, integer, 16),
        Row(#"{"singleInt32":-}"#, integer, 16),
        Row(#"{"singleInt32":1.}"#, integer, 16),
        Row(#"{"singleInt32":.5}"#, integer, 16),
        Row(#"{"singleInt32":1e}"#, integer, 16),
        Row(#"{"singleInt32":"NaN"}"#, integer, 16),
        Row(#"{"singleDouble":1e309}"#, .outOfRange, 17),
        Row(#"{"singleDouble":"1e309"}"#, .outOfRange, 17),
        Row(#"{"singleFloat":3.5e38}"#, .outOfRange, 16),
        Row(#"{"singleDouble":NaN}"#, number, 17),
        Row(#"{"singleDouble":Infinity}"#, number, 17),
        Row(#"{"singleDouble":"nan"}"#, number, 17),
        Row(#"{"singleDouble":"inf"}"#, number, 17),
        Row(#"{"singleDouble":"0x1p3"}"#, number, 17),
        Row(#"{"singleBool":"true"}"#, .wrongValue(expected: "true or false"), 15),
        Row(#"{"singleBool":1}"#, .wrongValue(expected: "true or false"), 15),
        Row(#"{"singleBool":truth}"#, .wrongValue(expected: "true or false"), 15),
        Row(#"{"singleBool":truest}"#, .malformed, 19),
        // Texts.
        Row(#"{"singleString":1}"#, text, 17),
        Row(#"{"singleString":"a"#, .truncated, 19),
        Row(#"{"singleString":"\"#, .truncated, 19),
        Row("{\"singleString\":\"\n\"}", .malformedString, 18),
        Row(#"{"singleString":"\x"}"#, .malformedString, 20),
        Row(#"{"singleString":"\u12"}"#, .malformedString, 20),
        Row(#"{"singleString":"\u12"#, .truncated, 20),
        Row(#"{"singleString":"\ud83d"}"#, .malformedString, 24),
        Row(#"{"singleString":"\ud83dx"}"#, .malformedString, 24),
        Row(#"{"singleString":"\ud83d\n"}"#, .malformedString, 24),
        Row(#"{"singleString":"\ud83d\ud83d"}"#, .malformedString, 30),
        Row(#"{"singleString":"\ude00"}"#, .malformedString, 24),
        Row(#"{"singleString":"\ude00\ude00"}"#, .malformedString, 24),
        Row(#"{"singleBytes":"A"}"#, .wrongValue(expected: "base64"), 16),
        Row(#"{"singleBytes":"AA="}"#, .wrongValue(expected: "base64"), 16),
        Row(#"{"singleBytes":"AAA=="}"#, .wrongValue(expected: "base64"), 16),
        Row(#"{"singleBytes":"===="}"#, .wrongValue(expected: "base64"), 16),
        Row(#"{"singleBytes":"A A="}"#, .wrongValue(expected: "base64"), 16),
        Row(#"{"singleBytes":"A=A="}"#, .wrongValue(expected: "base64"), 16),
        // Enums.
        Row(#"{"singleColor":"NO"}"#, .unknownEnumValue("NO"), 20),
        Row(#"{"singleColor":"color_red"}"#, .unknownEnumValue("color_red"), 27),
        Row(#"{"singleColor":2147483648}"#, .outOfRange, 16),
        Row(#"{"singleColor":1.5}"#, .outOfRange, 16),
        // Lists and maps.
        Row(#"{"repeatedInt32":1}"#, .wrongValue(expected: "a list"), 18),
        Row(#"{"repeatedInt32":{}}"#, .wrongValue(expected: "a list"), 18),
        Row(#"{"repeatedInt32":[1,]}"#, integer, 21),
        Row(#"{"repeatedInt32":[1 2]}"#, .malformed, 21),
        Row(#"{"repeatedInt32":[1"#, .truncated, 20),
        Row(#"{"repeatedInt32":[null]}"#, integer, 19),
        Row(#"{"repeatedInner":[null]}"#, .wrongValue(expected: "an object"), 19),
        Row(#"{"mapInt32":[]}"#, .wrongValue(expected: "an object"), 13),
        Row(#"{"mapInt32":{"a":1,"a":1}}"#, .duplicate("a"), 20),
        Row(#"{"mapInt32":{"a":null}}"#, integer, 18),
        Row(#"{"mapInt32":{1:1}}"#, .malformed, 14),
        Row(#"{"byInt64":{"1":1,"1e0":1}}"#, .duplicate("1e0"), 19),
        Row(#"{"byInt64":{"x":1}}"#, .wrongValue(expected: "Int64"), 13),
        Row(#"{"byBool":{"1":"1"}}"#, .wrongValue(expected: "Bool"), 12),
        Row(#"{"singleInner":[]}"#, .wrongValue(expected: "an object"), 16),
        Row(#"{"singleInner":{"x":1}}"#, .unknownField("x"), 17),
        // Well-known types.
        Row(#"{"timestamp":1}"#, text, 14),
        Row(#"{"timestamp":"2024"}"#, .wrongValue(expected: "an RFC 3339 time"), 14),
        Row(#"{"timestamp":"0001-01-01T00:00:00+00:01"}"#, .outOfRange, 14),
        Row(#"{"duration":"1"}"#, .wrongValue(expected: "a number of seconds and 's'"), 13),
        Row(#"{"duration":"315576000001s"}"#, .outOfRange, 13),
        Row(#"{"fieldMask":"a_b"}"#, .wrongValue(expected: "field paths in camel case"), 14),
        Row(#"{"struct":{"a":1,"a":2}}"#, .duplicate("a"), 18),
        Row(#"{"value":1e999}"#, .outOfRange, 10),
        Row(#"{"value":nul}"#, .malformed, 10),
        Row(#"{"nullValue":1.5}"#, .outOfRange, 14),
        Row(#"{"int64Value":"x"}"#, integer, 15),
        Row(#"{"any":{"@type":"x/no.Such","a":1}}"#, .unknownType("x/no.Such"), 8),
        Row(#"{"any":{"a":1}}"#, .wrongValue(expected: "an object with an @type"), 8),
    ]

    @Test(arguments: rows)
    func refuses(_ row: Row) throws {
        let error = #expect(throws: JSONDecodingError.self) { try Everything(jsonString: row.json) }
        #expect(error?.reason == row.reason)
        #expect(error?.line == 1)
        #expect(error?.column == row.column)
    }

    @Test("The place is a line and a column")
    func place() {
        let error = #expect(throws: JSONDecodingError.self) {
            try Everything(jsonString: "{\n  \"singleInt32\": 1,\n  \"singleBool\": 2\n}")
        }
        #expect(error?.description == "line 3, column 17: wrongValue(expected: \"true or false\")")
    }

    @Test("Bytes that are not UTF-8")
    func invalidUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]] {
            let json = Array(#"{"singleString":""#.utf8) + bytes + Array(#""}"#.utf8)
            let error = #expect(throws: JSONDecodingError.self) { try Everything(jsonUTF8Bytes: json) }
            #expect(error?.reason == .malformedString)
        }
    }

    private func nested(_ open: String, _ close: String, _ depth: Int) -> String {
        String(repeating: open, count: depth) + "{}" + String(repeating: close, count: depth)
    }

    @Test("Messages nest as deep as the limit and no deeper, values and skipped members too")
    func depth() throws {
        #expect(try Inner(jsonString: nested(#"{"inner":"#, "}", 99)).hasInner)
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        let wrap = { (value: String) in "{\"value\":\(value)}" }
        let skip = { (value: String) in "{\"x\":\(value)}" }
        for json in [
            nested(#"{"inner":"#, "}", 100), nested(#"{"inner":"#, "}", 100_000),
            skip(nested("[", "]", 100_000)), skip(nested(#"{"a":"#, "}", 100_000)),
        ] {
            let error = #expect(throws: JSONDecodingError.self) { try Inner(jsonString: json, options: options) }
            #expect(error?.reason == .messageDepthLimit)
        }
        for json in [wrap(nested("[", "]", 100_000)), wrap(nested(#"{"a":"#, "}", 100_000))] {
            let error = #expect(throws: JSONDecodingError.self) { try Everything(jsonString: json) }
            #expect(error?.reason == .messageDepthLimit)
        }
        #expect(try Everything(jsonString: wrap(nested("[", "]", 90))).hasValue)
    }
}
