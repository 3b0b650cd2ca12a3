/// Reads JSON (RFC 8259), on request with comments and trailing commas; every refusal names its line and column.
///
/// Duplicate member names are refused, since readers disagree on which one counts. Depth and length are bounded.
public struct JSONParser {
    /// What is read beyond RFC 8259.
    public enum Dialect: Sendable {
        case strict
        /// `// to the end of the line`, `/* between */` and a comma after the last element.
        case comments
    }

    /// The most levels of arrays and objects.
    public static let depthLimit = 64
    /// The longest text read, in bytes.
    public static let byteLimit = 16 << 20

    private let bytes: [UInt8]
    private let dialect: Dialect
    private var index = 0
    private var counted = (offset: 0, line: 1, column: 1)

    private init(_ bytes: [UInt8], dialect: Dialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    /// Reads one value and nothing after it.
    public static func parse(_ text: String, dialect: Dialect = .strict) throws(JSONError) -> JSONNode {
        var parser = JSONParser(Array(text.utf8), dialect: dialect)
        guard parser.bytes.count <= byteLimit else { throw parser.error("longer than \(byteLimit) bytes") }
        try parser.skipSpace()
        let node = try parser.parseValue(depth: 0)
        try parser.skipSpace()
        guard parser.index == parser.bytes.count else { throw parser.error("text after the end of the value") }
        return node
    }

    // MARK: Values

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSONNode {
        guard depth <= JSONParser.depthLimit else { throw error("nested deeper than \(JSONParser.depthLimit) levels") }
        guard let byte = peek() else { throw error("the text ends where a value should be") }
        let start = position(of: index)
        let content: JSONNode.Content
        switch byte {
        case UInt8(ascii: "{"): content = .object(try parseObject(depth: depth))
        case UInt8(ascii: "["): content = .array(try parseArray(depth: depth))
        case UInt8(ascii: "\""): content = .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = try parseNumber()
        default: content = try parseWord()
        }
        return JSONNode(position: start, content: content)
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> [JSONNode.Member] {
        var members: [JSONNode.Member] = []
        var names: Set<String> = []
        index += 1
        try skipSpace()
        while !take("}") {
            let start = index
            let namePosition = position(of: start)
            guard peek() == UInt8(ascii: "\"") else { throw error("a member's name in double quotes is expected") }
            let name = try parseString()
            guard names.insert(name).inserted else {
                throw error("\(Quoted.text(name)) is there twice", at: start)
            }
            try skipSpace()
            guard take(":") else { throw error("':' is expected after the member's name") }
            try skipSpace()
            let value = try parseValue(depth: depth + 1)
            members.append(JSONNode.Member(name: name, position: namePosition, value: value))
            guard try moreFollows(before: "}") else { return members }
        }
        return members
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> [JSONNode] {
        var nodes: [JSONNode] = []
        index += 1
        try skipSpace()
        while !take("]") {
            nodes.append(try parseValue(depth: depth + 1))
            guard try moreFollows(before: "]") else { return nodes }
        }
        return nodes
    }

    /// Takes the comma or the closing bracket; after a comma the caller's loop looks for a closing bracket again,
    /// which only the dialect with comments lets through.
    private mutating func moreFollows(before close: Unicode.Scalar) throws(JSONError) -> Bool {
        try skipSpace()
        if take(close) { return false }
        guard take(",") else { throw error("',' or '\(close)' is expected") }
        try skipSpace()
        if dialect == .strict, peek() == UInt8(ascii: close) { throw error("nothing follows the comma") }
        return true
    }

    private mutating func parseWord() throws(JSONError) -> JSONNode.Content {
        let start = index
        while let byte = peek(), JSONParser.isLetter(byte) { index += 1 }
        switch String(decoding: bytes[start..<index], as: UTF8.self) {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: throw error("a value is expected", at: start)
        }
    }

    private mutating func parseNumber() throws(JSONError) -> JSONNode.Content {
        let start = index
        var isInteger = true
        _ = take("-")
        let wholeStart = index
        let whole = skipDigits()
        guard whole == 1 || (whole > 1 && bytes[wholeStart] != UInt8(ascii: "0")) else {
            throw error("this is no JSON number", at: start)
        }
        if take(".") {
            isInteger = false
            guard skipDigits() > 0 else { throw error("this is no JSON number", at: start) }
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            guard skipDigits() > 0 else { throw error("this is no JSON number", at: start) }
        }
        let literal = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let value = Int64(literal) { return .integer(value) }
        guard let value = Double(literal), value.isFinite else { throw error("the number is too large", at: start) }
        return .number(value)
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        return index - start
    }

    // MARK: Strings

    private mutating func parseString() throws(JSONError) -> String {
        let start = index
        var decoded: [UInt8] = []
        index += 1
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: decoded, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try parseEscape(into: &decoded)
            case 0..<0x20:
                throw error("a control character in a string must be escaped")
            default:
                decoded.append(byte)
                index += 1
            }
        }
        throw error("the string that begins here does not end", at: start)
    }

    private mutating func parseEscape(into decoded: inout [UInt8]) throws(JSONError) {
        let start = index
        index += 1
        guard let byte = peek() else { throw error("the string does not end", at: start) }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded.append(contentsOf: String(try parseScalar(from: start)).utf8)
        default: throw error("there is no such escape", at: start)
        }
    }

    private mutating func parseScalar(from start: Int) throws(JSONError) -> Character {
        let first = try parseHex(from: start)
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        // What is no scalar is a surrogate: only a high one followed by a low one means something.
        guard first < 0xDC00, take("\\"), take("u") else { throw error("half of a surrogate pair", at: start) }
        let second = try parseHex(from: start)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw error("half of a surrogate pair", at: start) }
        return Character(scalar)
    }

    private mutating func parseHex(from start: Int) throws(JSONError) -> UInt32 {
        let end = index + 4
        guard end <= bytes.count, bytes[index..<end].allSatisfy(JSONParser.isHexDigit),
            let value = UInt32(String(decoding: bytes[index..<end], as: UTF8.self), radix: 16)
        else { throw error("\\u needs four hexadecimal digits", at: start) }
        index = end
        return value
    }

    // MARK: Bytes

    private func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: scalar) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() throws(JSONError) {
        while let byte = peek() {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            case UInt8(ascii: "/") where dialect == .comments: try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(JSONError) {
        let start = index
        index += 1
        if take("/") {
            while let byte = peek(), byte != 0x0A { index += 1 }
        } else if take("*") {
            while index + 1 < bytes.count {
                if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") {
                    index += 2
                    return
                }
                index += 1
            }
            throw error("the comment that begins here does not end", at: start)
        } else {
            throw error("a value is expected", at: start)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private mutating func error(_ message: String, at offset: Int? = nil) -> JSONError {
        JSONError(message: message, position: position(of: offset ?? index))
    }

    /// Nodes ask in the order of the text, so that counting goes on where it stopped; only an error goes back.
    private mutating func position(of offset: Int) -> JSONPosition {
        if offset < counted.offset { counted = (0, 1, 1) }
        while counted.offset < offset {
            let byte = bytes[counted.offset]
            if byte == 0x0A {
                counted.line += 1
                counted.column = 1
            } else if byte & 0xC0 != 0x80 {
                counted.column += 1
            }
            counted.offset += 1
        }
        return JSONPosition(line: counted.line, column: counted.column)
    }
}
