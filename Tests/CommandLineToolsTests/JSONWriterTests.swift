import CommandLineTools
import Testing

@Suite struct JSONWriterTests {
    static let rows: [(JSONValue, String)] = [
        (nil, "null"), (true, "true"), (5, "5"), (5.0, "5"), (0.1, "0.1"), (1e21, "1e+21"), (-2.5, "-2.5"),
        (.number(.nan), "null"), (.number(.infinity), "null"), (.number(-.infinity), "null"),
        (.integer(.min), "-9223372036854775808"), ("a", "\"a\""), ([], "[]"), ([:], "{}"),
        ([1, "a", nil], "[1,\"a\",null]"),
        (["b": 1, "a": [:]], "{\"b\":1,\"a\":{}}"), (.int64String(Int64.max), "\"9223372036854775807\""),
        (.int64String(Int64?.none), "null"), (.optional(String?.none), "null"), (.optional("x"), "\"x\""),
        (.optional(1.5), "1.5"), (.optional(Double.nan), "null"), (.optional(3), "3"),
    ]

    @Test(arguments: rows)
    func compact(value: JSONValue, text: String) {
        #expect(value.text() == text)
    }

    @Test func everyControlCharacterIsEscaped() {
        for code in Array(0...0x1F) + Array(0x7F...0x9F) + [0x2028, 0x2029, 0x202E, 0x2066] as [UInt32] {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let text = JSONValue.string("a\(scalar)b").text()
            #expect(!text.unicodeScalars.contains(scalar))
            #expect((try? JSONParser.parse(text).value) == .string("a\(scalar)b"))
        }
        #expect(JSONValue.string("\u{1b}[2J\u{202e}").text() == #""\u001b[2J\u202e""#)
    }

    @Test func pretty() {
        let value: JSONValue = ["items": [["a": 1, "b": []], [2, [:]]], "warnings": []]
        #expect(
            value.text(.pretty) == """
                {
                  "items": [
                    {
                      "a": 1,
                      "b": []
                    },
                    [
                      2,
                      {}
                    ]
                  ],
                  "warnings": []
                }
                """)
    }

    @Test func yaml() {
        let value: JSONValue = [
            "kind": "LagReport", "generatedAt": "2026-03-01T12:00:00.000Z", "empty": [], "none": nil,
            "items": [
                [
                    "group": "fraud.claims", "lag": "12",
                    "partitions": [["partition": 0, "owner": "no"], ["partition": 1]],
                ],
                "plain", ["nested", ["deeper"]], [:], "two\nlines", 5, "yes", "- x", "",
            ],
        ]
        #expect(
            value.yaml == """
                kind: LagReport
                generatedAt: "2026-03-01T12:00:00.000Z"
                empty: []
                none: null
                items:
                  - group: fraud.claims
                    lag: "12"
                    partitions:
                      - partition: 0
                        owner: "no"
                      - partition: 1
                  - plain
                  -
                    - nested
                    -
                      - deeper
                  - {}
                  - "two\\nlines"
                  - 5
                  - "yes"
                  - "- x"
                  - ""

                """)
        #expect(JSONValue.string("x").yaml == "x\n")
    }

    @Test func theEnvelopeIsTheContract() {
        let envelope = OutputEnvelope(
            kind: "LagReport", items: [["offset": .int64String(Int64(1) << 60), "ageSeconds": nil]], warnings: ["w"])
        #expect(
            envelope.document(generatedAt: Timestamp(millisecondsSince1970: 0)).text()
                == #"{"apiVersion":"growth/v1","kind":"LagReport","generatedAt":"1970-01-01T00:00:00.000Z","#
                + #""items":[{"offset":"1152921504606846976","ageSeconds":null}],"warnings":["w"]}"#)
    }

    @Test func membersKeepTheirOrder() {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["b"] = 4
        #expect(object.map(\.name) == ["b", "a", "c"])
        #expect(object["b"] == 4)
        object["a"] = nil
        #expect(object.map(\.name) == ["b", "c"])
        object["zz"] = nil
        #expect(object.count == 2)
    }

    @Test func valuesAreReachedByTheirKind() {
        let value: JSONValue = ["s": "t", "i": 1, "n": 1.5, "b": true, "a": [1], "o": [:], "z": nil]
        #expect(value["s"]?.stringValue == "t")
        #expect(value["i"]?.integerValue == 1)
        #expect(value["i"]?.doubleValue == 1)
        #expect(value["n"]?.doubleValue == 1.5)
        #expect(value["n"]?.integerValue == nil)
        #expect(value["b"]?.boolValue == true)
        #expect(value["a"]?.arrayValue == [1])
        #expect(value["a"]?[0] == 1)
        #expect(value["a"]?[1] == nil)
        #expect(value["o"]?.objectValue == [:])
        #expect(value["z"]?.isNull == true)
        #expect(value["none"] == nil)
        #expect(value[0] == nil)
    }
}
