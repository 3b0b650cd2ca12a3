/// Reads the values of a message from a JSON text. Generated code calls it; an application has no need to.
public struct JSONReader {
    let options: JSONDecodingOptions
    /// How far the text has been read, in bytes.
    private(set) var position = 0
    /// Where the name that was read last begins.
    private(set) var namePosition = 0
    private let text: [UInt8]
    private var depthLeft: Int
    /// True where the next object is that of a message inside an Any, which has a member "@type" too.
    var isInsideAny = false

    init(_ text: [UInt8], options: JSONDecodingOptions) {
        self.text = text
        self.options = options
        depthLeft = options.messageDepthLimit
    }

    // MARK: Errors

    /// An error at the given place, or here.
    func error(_ reason: JSONDecodingError.Reason, at place: Int? = nil) -> JSONDecodingError {
        let before = text[..<min(place ?? position, text.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return JSONDecodingError(reason: reason, line: line, column: before.count - lineStart + 1)
    }

    private func unexpected() -> JSONDecodingError {
        error(position < text.count ? .malformed : .truncated)
    }

    // MARK: Punctuation

    /// The first byte of the next token, or nil at the end.
    private mutating func peek() -> UInt8? {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case let byte: return byte
            }
        }
        return nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(JSONDecodingError) {
        guard take(character) else { throw unexpected() }
    }

    private mutating func takeLiteral(_ literal: StaticString) -> Bool {
        let bytes = Array(literal.description.utf8)
        guard peek() == bytes.first, text[position...].starts(with: bytes) else { return false }
        position += bytes.count
        return true
    }

    /// Where the next token begins.
    mutating func nextPosition() -> Int {
        _ = peek()
        return position
    }

    mutating func expectEnd() throws(JSONDecodingError) {
        if peek() != nil { throw error(.trailingGarbage) }
    }

    mutating func takeNull() -> Bool { takeLiteral("null") }

    mutating func nextIsString() throws(JSONDecodingError) -> Bool {
        guard let byte = peek() else { throw error(.truncated) }
        return byte == UInt8(ascii: "\"")
    }

    /// What kind of value comes next, by its first byte.
    mutating func nextKind() throws(JSONDecodingError) -> JSONKind {
        guard let byte = peek() else { throw error(.truncated) }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw unexpected()
        }
    }

    mutating func enter() throws(JSONDecodingError) {
        guard depthLeft > 0 else { throw error(.messageDepthLimit) }
        depthLeft -= 1
    }

    mutating func leave() {
        depthLeft += 1
    }

    /// Moves to the next element of a list, or past its end.
    mutating func nextElement(isFirst: inout Bool) throws(JSONDecodingError) -> Bool {
        try next(isFirst: &isFirst, closing: "]")
    }

    /// Reads the name of the next member of an object and its colon, or moves past the object's end.
    mutating func nextName(isFirst: inout Bool) throws(JSONDecodingError) -> String? {
        guard try next(isFirst: &isFirst, closing: "}") else { return nil }
        guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
        namePosition = position
        let name = try string()
        try expect(":")
        return name
    }

    private mutating func next(isFirst: inout Bool, closing: Unicode.Scalar) throws(JSONDecodingError) -> Bool {
        if isFirst {
            isFirst = false
            return !take(closing)
        }
        if take(closing) { return false }
        try expect(",")
        return true
    }

    // MARK: Scalars

    mutating func bool() throws(JSONDecodingError) -> Bool {
        if takeLiteral("true") { return true }
        if takeLiteral("false") { return false }
        throw error(.wrongValue(expected: "true or false"))
    }

    mutating func integer<Integer: FixedWidthInteger>(_: Integer.Type) throws(JSONDecodingError) -> Integer {
        let start = nextPosition()
        guard let value = try number(expected: "an integer").integer(Integer.self) else {
            throw error(.outOfRange, at: start)
        }
        return value
    }

    mutating func floatingPoint<Value: LosslessStringConvertible & BinaryFloatingPoint>(
        _: Value.Type
    ) throws(JSONDecodingError) -> Value {
        let start = nextPosition()
        if takeLiteral("\"NaN\"") { return .nan }
        if takeLiteral("\"Infinity\"") { return .infinity }
        if takeLiteral("\"-Infinity\"") { return -.infinity }
        guard let value = try number(expected: "a number").floatingPoint(Value.self) else {
            throw error(.outOfRange, at: start)
        }
        return value
    }

    /// A number, or a string that holds one.
    private mutating func number(expected: String) throws(JSONDecodingError) -> DecimalNumber {
        if try nextIsString() {
            let start = nextPosition()
            guard let number = DecimalNumber(try string()) else {
                throw error(.wrongValue(expected: expected), at: start)
            }
            return number
        }
        var rest = text[position...]
        guard let number = DecimalNumber(prefixOf: &rest) else { throw error(.wrongValue(expected: expected)) }
        position = rest.startIndex
        return number
    }

    mutating func string() throws(JSONDecodingError) -> String {
        guard try nextIsString() else { throw error(.wrongValue(expected: "a string")) }
        let start = position
        position += 1
        var unescaped: [UInt8] = []
        var plainStart = position
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                let plain = text[plainStart..<position]
                position += 1
                let string = Self.validated(unescaped.isEmpty ? plain : (unescaped + plain)[...])
                guard let string else { throw error(.malformedString, at: start) }
                return string
            case UInt8(ascii: "\\"):
                unescaped += text[plainStart..<position]
                position += 1
                unescaped += try escape().utf8
                plainStart = position
            case 0..<0x20:
                throw error(.malformedString)
            default:
                position += 1
            }
        }
        throw error(.truncated)
    }

    private static func validated(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let validated = try? UTF8Span(validating: bytes.span) else { return nil }
        return String(copying: validated)
    }

    private mutating func escape() throws(JSONDecodingError) -> String {
        guard position < text.count else { throw error(.truncated) }
        let letter = text[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return String(Character(try unicodeEscape()))
        default: throw error(.malformedString)
        }
    }

    private mutating func unicodeEscape() throws(JSONDecodingError) -> Unicode.Scalar {
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, text[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
            throw error(.malformedString)
        }
        position += 2
        let low = try fourHexDigits()
        guard 0xDC00...0xDFFF ~= low,
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw error(.malformedString) }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONDecodingError) -> UInt32 {
        guard text.count - position >= 4 else { throw error(.truncated) }
        var value: UInt32 = 0
        for byte in text[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw error(.malformedString) }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    /// Passes over a value of any kind, checking its grammar.
    mutating func skipValue() throws(JSONDecodingError) {
        var isFirst = true
        switch try nextKind() {
        case .object:
            try enter()
            try expect("{")
            while try nextName(isFirst: &isFirst) != nil { try skipValue() }
            leave()
        case .array:
            try enter()
            try expect("[")
            while try nextElement(isFirst: &isFirst) { try skipValue() }
            leave()
        case .string: _ = try string()
        case .bool: _ = try bool()
        case .null: guard takeNull() else { throw unexpected() }
        case .number: _ = try number(expected: "a number")
        }
    }
}
