import ProtobufCodec
import Testing

/// The canonical JSON form: what is written, and what else is read.
@Suite struct JSONFormTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let message: Everything
        let json: String

        var testDescription: String { json }

        init(_ json: String, _ populate: (inout Everything) -> Void) {
            self.json = json
            message = Everything.with(populate)
        }
    }

    static let rows: [Row] = [
        Row("{}") { _ in },
        Row(#"{"singleInt32":-2147483648}"#) { $0.singleInt32 = .min },
        Row(#"{"singleInt64":"-9223372036854775808"}"#) { $0.singleInt64 = .min },
        Row(#"{"singleUint32":4294967295}"#) { $0.singleUint32 = .max },
        Row(#"{"singleUint64":"18446744073709551615"}"#) { $0.singleUint64 = .max },
        Row(#"{"singleFixed64":"1"}"#) { $0.singleFixed64 = 1 },
        Row(#"{"singleSfixed64":"-1"}"#) { $0.singleSfixed64 = -1 },
        Row(#"{"singleSint64":"5"}"#) { $0.singleSint64 = 5 },
        Row(#"{"singleDouble":1.5}"#) { $0.singleDouble = 1.5 },
        Row(#"{"singleDouble":100}"#) { $0.singleDouble = 100 },
        Row(#"{"singleDouble":-0.0}"#) { $0.singleDouble = -0.0 },
        Row(#"{"singleDouble":1e+300}"#) { $0.singleDouble = 1e300 },
        Row(#"{"singleDouble":5e-324}"#) { $0.singleDouble = .leastNonzeroMagnitude },
        Row(#"{"singleDouble":0.1}"#) { $0.singleDouble = 0.1 },
        Row(#"{"singleDouble":"Infinity"}"#) { $0.singleDouble = .infinity },
        Row(#"{"singleDouble":"-Infinity"}"#) { $0.singleDouble = -.infinity },
        Row(#"{"singleFloat":0.1}"#) { $0.singleFloat = 0.1 },
        Row(#"{"singleFloat":3.4028235e+38}"#) { $0.singleFloat = .greatestFiniteMagnitude },
        Row(#"{"singleBool":true}"#) { $0.singleBool = true },
        Row(#"{"singleString":"\"\\/\b\f\n\r\t\u0001\#u{7F}é😀"}"#) {
            $0.singleString = "\"\\/\u{8}\u{C}\n\r\t\u{1}\u{7F}é😀"
        },
        Row(#"{"singleBytes":"AP/+"}"#) { $0.singleBytes = [0, 255, 254] },
        Row(#"{"singleBytes":"AP8="}"#) { $0.singleBytes = [0, 255] },
        Row(#"{"singleBytes":"AA=="}"#) { $0.singleBytes = [0] },
        Row(#"{"singleColor":"COLOR_DARK_BLUE"}"#) { $0.singleColor = .darkBlue },
        Row(#"{"singleColor":-7}"#) { $0.singleColor = .UNRECOGNIZED(-7) },
        Row(#"{"singleInner":{"number":1,"inner":{}}}"#) {
            $0.singleInner.number = 1
            $0.singleInner.inner = Inner()
        },
        Row(#"{"optionalInt32":0,"optionalString":"","optionalColor":"COLOR_UNSPECIFIED"}"#) {
            $0.optionalInt32 = 0
            $0.optionalString = ""
            $0.optionalColor = .unspecified
        },
        Row(#"{"repeatedInt64":["1","2"],"repeatedBytes":["","AA=="]}"#) {
            $0.repeatedInt64 = [1, 2]
            $0.repeatedBytes = [[], [0]]
        },
        Row(#"{"choiceBool":false}"#) { $0.choiceBool = false },
        Row(#"{"splitFirst":"a","between":1}"#) {
            $0.splitFirst = "a"
            $0.between = 1
        },
        Row(#"{"byInt64":{"-5":1,"7":0}}"#) { $0.byInt64 = [7: 0, -5: 1] },
        Row(#"{"byBool":{"false":"1","true":"2"}}"#) { $0.byBool = [true: 2, false: 1] },
        Row(#"{"mapInner":{"":{},"a":{"number":1}}}"#) {
            $0.mapInner = ["a": Inner.with { $0.number = 1 }, "": Inner()]
        },
        Row(#"{"child":{"child":{}}}"#) { $0.child.child = Everything() },
        Row(#"{"another-name":"x"}"#) { $0.renamed = "x" },
    ]

    @Test(arguments: rows)
    func writesAndReads(_ row: Row) throws {
        #expect(try row.message.jsonString() == row.json)
        #expect(try Everything(jsonString: row.json) == row.message)
    }

    @Test("A NaN is written as text")
    func nan() throws {
        let json = #"{"singleDouble":"NaN","repeatedFloat":["NaN"]}"#
        let message = Everything.with {
            $0.singleDouble = .nan
            $0.repeatedFloat = [.nan]
        }
        #expect(try message.jsonString() == json)
        #expect(try Everything(jsonString: json).singleDouble.isNaN)
    }

    /// Read as the second, which is how it is written.
    static let lenient: [(String, String)] = [
        (" { \n\t\r } ", "{}"),
        (#"{"single_int32":1}"#, #"{"singleInt32":1}"#),
        (#"{"renamed":"x"}"#, #"{"another-name":"x"}"#),
        (#"{"single\u0049nt32":1}"#, #"{"singleInt32":1}"#),
        (#"{"singleInt32":"1"}"#, #"{"singleInt32":1}"#),
        (#"{"singleInt64":1}"#, #"{"singleInt64":"1"}"#),
        (#"{"singleInt32":1e2}"#, #"{"singleInt32":100}"#),
        (#"{"singleInt32":"1E+2"}"#, #"{"singleInt32":100}"#),
        (#"{"singleInt32":1.0}"#, #"{"singleInt32":1}"#),
        (#"{"singleInt32":12.50e1}"#, #"{"singleInt32":125}"#),
        (#"{"singleInt32":100e-2}"#, #"{"singleInt32":1}"#),
        (#"{"singleInt32":-0}"#, "{}"),
        (#"{"singleInt32":0e999999999999999999}"#, "{}"),
        (#"{"singleUint64":1.8446744073709551615e19}"#, #"{"singleUint64":"18446744073709551615"}"#),
        (#"{"singleDouble":"1.5"}"#, #"{"singleDouble":1.5}"#),
        (#"{"singleDouble":1e-999}"#, "{}"),
        (#"{"singleDouble":1}"#, #"{"singleDouble":1}"#),
        (#"{"singleFloat":1e-50}"#, "{}"),
        (#"{"singleColor":2}"#, #"{"singleColor":"COLOR_DARK_BLUE"}"#),
        (#"{"singleColor":"-1"}"#.replacing(#""-1""#, with: "-1"), #"{"singleColor":"COLOR_INFRARED"}"#),
        (#"{"singleBytes":"-_8"}"#, #"{"singleBytes":"+/8="}"#),
        (#"{"singleBytes":"AA"}"#, #"{"singleBytes":"AA=="}"#),
        (#"{"singleString":"\/\ud83d\ude00\u00e9\u0000"}"#, #"{"singleString":"/😀é\u0000"}"#),
        (#"{"singleInt32":null,"singleString":null,"singleInner":null,"repeatedInt32":null,"mapInt32":null}"#, "{}"),
        (#"{"choiceBool":null,"choiceInt32":1}"#, #"{"choiceInt32":1}"#),
        (#"{"optionalInt32":null}"#, "{}"),
        (#"{"timestamp":null,"structure":null}"#.replacing("structure", with: "struct"), "{}"),
        (#"{"value":null}"#, #"{"value":null}"#),
        (#"{"values":[null]}"#, #"{"values":[null]}"#),
        (#"{"repeatedInt32":[]}"#, "{}"),
        (#"{"mapInt32":{"\u0061":1}}"#, #"{"mapInt32":{"a":1}}"#),
    ]

    @Test(arguments: lenient)
    func readsOtherForms(json: String, canonical: String) throws {
        #expect(try Everything(jsonString: json).jsonString() == canonical)
    }

    @Test("Options of the writer")
    func encodingOptions() throws {
        let message = Everything.with {
            $0.singleInt64 = 5
            $0.singleColor = .red
            $0.renamed = "x"
            $0.singleInner.number = 1
            $0.mapInt64 = ["a": 1]
        }
        var options = JSONEncodingOptions()
        options.alwaysPrintInt64sAsNumbers = true
        options.alwaysPrintEnumsAsInts = true
        options.preserveProtoFieldNames = true
        let json = #"{"single_int64":5,"single_color":1,"single_inner":{"number":1},"map_int64":{"a":1},"renamed":"x"}"#
        #expect(try message.jsonString(options: options) == json)
        #expect(try Everything(jsonString: json) == message)
    }

    @Test("Unknown members and enum names are passed over on demand")
    func ignoresUnknownFields() throws {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        let json = """
            {"x":{"a":[1,"\\u0061",{"b":null}],"c":true},"singleInt32":1,\
            "singleColor":"NO","repeatedColor":["NO","COLOR_RED"],\
            "mapColor":{"a":"NO","b":"COLOR_RED"},"choiceColor":"NO","choiceInt32":2,"x":1}
            """
        let message = try Everything(jsonString: json, options: options)
        let expected = Everything.with {
            $0.singleInt32 = 1
            $0.repeatedColor = [.red]
            $0.mapColor = ["b": .red]
            $0.choiceInt32 = 2
        }
        #expect(message == expected)
    }

    @Test("Unknown binary fields have no JSON")
    func unknownFields() throws {
        #expect(try Nothing(serializedBytes: [0x08, 0x01]).jsonString() == "{}")
    }
}
