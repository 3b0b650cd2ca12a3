import CommandLineTools
import Foundation
import Testing

@Suite struct JSONParserTests {
    static let accepted: [(String, JSONValue)] = [
        ("null", nil), ("true", true), (" false ", false), ("0", 0), ("-0", 0), ("-7", -7), ("1.5", 1.5),
        ("1e2", 100.0),
        ("1E+2", 100.0), ("25e-1", 2.5), ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", 9_223_372_036_854_775_808.0), ("\"\"", ""), ("\"a\"", "a"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00""#, "😀"), ("\"é😀\"", "é😀"), (#""\u0000""#, "\0"), ("[]", []), ("[ 1 , [2] ]", [1, [2]]),
        ("{}", [:]), ("{\"a\":{\"b\":[null]},\"c\":1}", ["a": ["b": [nil]], "c": 1]), ("\u{9}\r\n1\n", 1),
        ("{\"\":1}", ["": 1]),
    ]

    @Test(arguments: accepted)
    func readsJSON(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(text).value == value)
        #expect(try JSONParser.parse(text, dialect: .comments).value == value)
    }

    static let onlyWithComments: [(String, JSONValue)] = [
        ("// a\n1", 1), ("1 // a", 1), ("/* a\n * b */ 1 /**/", 1), ("[1, 2,]", [1, 2]), ("{\"a\": 1,}", ["a": 1]),
        ("{ // x\n \"a\" /*y*/ : /*z*/ 1 }", ["a": 1]), ("[ /* none */ ]", []), ("\"//a\" //b", "//a"), ("/***/1", 1),
    ]

    @Test(arguments: onlyWithComments)
    func commentsAndTrailingCommasAreForConfigurationFilesOnly(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(text, dialect: .comments).value == value)
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    static let refused: [(String, String)] = [
        ("", "1:1: the text ends where a value should be"), ("  \n ", "2:2: the text ends where a value should be"),
        ("tru", "1:1: a value is expected"), ("True", "1:1: a value is expected"), ("nul", "1:1: a value is expected"),
        ("NaN", "1:1: a value is expected"), ("+1", "1:1: a value is expected"), (".5", "1:1: a value is expected"),
        ("'a'", "1:1: a value is expected"), ("01", "1:1: this is no JSON number"),
        ("-", "1:1: this is no JSON number"),
        ("1.", "1:1: this is no JSON number"), ("1e", "1:1: this is no JSON number"),
        ("1e+", "1:1: this is no JSON number"),
        ("-01", "1:1: this is no JSON number"), ("1e999", "1:1: the number is too large"),
        ("1 2", "1:3: text after the end of the value"), ("1x", "1:2: text after the end of the value"),
        ("[1 2]", "1:4: ',' or ']' is expected"), ("[1", "1:3: ',' or ']' is expected"),
        ("[", "1:2: the text ends where a value should be"), ("[,1]", "1:2: a value is expected"),
        ("[1,,2]", "1:4: a value is expected"), ("{", "1:2: a member's name in double quotes is expected"),
        ("{a:1}", "1:2: a member's name in double quotes is expected"),
        ("{\"a\" 1}", "1:6: ':' is expected after the member's name"),
        ("{\"a\":}", "1:6: a value is expected"), ("{\"a\":1 \"b\":2}", "1:8: ',' or '}' is expected"),
        ("{\"a\":1}}", "1:8: text after the end of the value"), ("]", "1:1: a value is expected"),
        ("{\"a\":1,\n  \"a\":2}", "2:3: 'a' is there twice"), ("{\"a\":1,\"\\u0061\":2}", "1:8: 'a' is there twice"),
        ("\"a", "1:1: the string that begins here does not end"),
        ("[\"é\", \"", "1:7: the string that begins here does not end"),
        ("\"a\nb\"", "1:3: a control character in a string must be escaped"),
        ("\"a\tb\"", "1:3: a control character in a string must be escaped"),
        ("\"\\x\"", "1:2: there is no such escape"),
        ("\"\\", "1:2: the string does not end"), ("\"\\u12\"", "1:2: \\u needs four hexadecimal digits"),
        ("\"\\u12G4\"", "1:2: \\u needs four hexadecimal digits"),
        ("\"\\u+123\"", "1:2: \\u needs four hexadecimal digits"),
        ("\"\\ud83d\"", "1:2: half of a surrogate pair"), ("\"\\ud83dx\"", "1:2: half of a surrogate pair"),
        ("\"\\ude00\"", "1:2: half of a surrogate pair"), ("\"\\ud83d\\u0041\"", "1:2: half of a surrogate pair"),
        ("\"\\ud83d\\ud83d\"", "1:2: half of a surrogate pair"), ("\u{FEFF}1", "1:1: a value is expected"),
        ("\n\n  [1,\n   }", "4:4: a value is expected"),
    ]

    @Test(arguments: refused)
    func refusalsNameThePlace(text: String, message: String) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ("/", "1:1: a value is expected"), ("1 /", "1:3: a value is expected"),
        ("/* a", "1:1: the comment that begins here does not end"),
        ("/*/", "1:1: the comment that begins here does not end"), ("[1,,]", "1:4: a value is expected"),
        ("[,]", "1:2: a value is expected"), ("1 // \n 2", "2:2: text after the end of the value"),
    ])
    func refusalsWithComments(text: String, message: String) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text, dialect: .comments) }
        #expect(error?.description == message)
    }

    @Test func depthIsBounded() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        let limit = JSONParser.depthLimit
        #expect(throws: Never.self) { try JSONParser.parse(nested(limit + 1)) }
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(nested(limit + 2)) }
        #expect(error?.description == "1:66: nested deeper than 64 levels")
        // A hostile text ends in an error and not in an overflown stack.
        #expect(throws: JSONError.self) { try JSONParser.parse(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(String(repeating: "{\"a\":", count: 1_000_000)) }
    }

    @Test func lengthIsBounded() {
        let text = String(repeating: " ", count: JSONParser.byteLimit)
        #expect(throws: JSONError.self) { try JSONParser.parse(text + "1") }
    }

    @Test func nodesKnowTheirPlaces() throws {
        let node = try JSONParser.parse("{\n  \"é\": [1,\n 22]\n}")
        #expect(node.position == JSONPosition(line: 1, column: 1))
        guard case .object(let members) = node.content, case .array(let elements) = members[0].value.content else {
            Issue.record("another shape")
            return
        }
        #expect(members[0].position == JSONPosition(line: 2, column: 3))
        #expect(members[0].value.position == JSONPosition(line: 2, column: 8))
        #expect(elements.map(\.position) == [JSONPosition(line: 2, column: 9), JSONPosition(line: 3, column: 2)])
    }

    @Test func whatIsWrittenReadsBack() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let value = JSONValue.random(depth: 4, using: &random)
            #expect(try JSONParser.parse(value.text(.compact)).value == value)
            #expect(try JSONParser.parse(value.text(.pretty)).value == value)
        }
    }

    @Test func anotherReaderReadsTheSame() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<300 {
            let value = JSONValue.random(depth: 3, using: &random)
            let options: JSONSerialization.ReadingOptions = [.fragmentsAllowed]
            let ours = try JSONSerialization.jsonObject(with: Data(value.text().utf8), options: options) as? NSObject
            let theirs =
                try JSONSerialization.jsonObject(with: Data(value.text(.pretty).utf8), options: options) as? NSObject
            #expect(ours == theirs)
            // And its text, which is laid out otherwise, is the same value to us, but for the order of members.
            let written = try JSONSerialization.data(
                withJSONObject: [ours ?? NSNull()], options: [.sortedKeys])
            let read = try JSONParser.parse(String(decoding: written, as: UTF8.self)).value
            #expect(read[0]?.sorted == value.sorted)
        }
    }

    @Test func damagedTextNeverCrashes() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<5000 {
            var bytes = Array(JSONValue.random(depth: 3, using: &random).text().utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: index)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let value = try? JSONParser.parse(text).value {
                #expect(try JSONParser.parse(value.text()).value == value)
            }
        }
    }
}

extension JSONValue {
    static func random(depth: Int, using random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(Int64(bitPattern: random.next()) >> Int64.random(in: 0..<64, using: &random))
        case 3: return .number(Double.random(in: -1e6...1e6, using: &random) + 0.5e-3)
        case 4, 5: return .string(randomText(using: &random))
        case 6:
            return .array(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in .random(depth: depth - 1, using: &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                object[randomText(using: &random)] = .random(depth: depth - 1, using: &random)
            }
            return .object(object)
        }
    }

    private static func randomText(using random: inout SeededGenerator) -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "b", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1f}", "\u{7f}", "é", "€", "😀", "\u{2028}", "\u{202e}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0..<8, using: &random) {
            text.unicodeScalars.append(alphabet[Int.random(in: alphabet.indices, using: &random)])
        }
        return text
    }

    /// With the members of every object in the order of their names.
    var sorted: JSONValue {
        switch self {
        case .null, .bool, .integer, .number, .string: return self
        case .array(let elements): return .array(elements.map(\.sorted))
        case .object(let object):
            var result = JSONObject()
            for member in object.members.sorted(by: { $0.name < $1.name }) { result[member.name] = member.value.sorted }
            return .object(result)
        }
    }
}
