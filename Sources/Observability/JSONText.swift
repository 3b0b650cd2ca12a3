/// Builds JSON text; no more than log lines need.
struct JSONText: Sendable {
    /// UTF-8.
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() {}

    /// Opens an object or array: `{` or `[`.
    mutating func begin(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    /// Closes an object or array: `}` or `]`.
    mutating func end(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    /// A member's name; its value must follow.
    mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        characters(text, quotesEscaped: true)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    mutating func integer(_ value: Int64) { literal(String(value)) }

    mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    mutating func member(_ name: String, string text: String) {
        self.name(name)
        string(text)
    }

    mutating func member(_ name: String, integer value: Int64) {
        self.name(name)
        integer(value)
    }

    mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: text.description.utf8)
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    /// Control characters, and the line and direction controls that terminals and log viewers obey.
    static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    mutating func characters(_ text: String, quotesEscaped: Bool) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where quotesEscaped: append("\\\"")
            case "\\" where quotesEscaped: append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            default:
                if Self.mustEscape(scalar) {
                    let digits = String(scalar.value, radix: 16)
                    append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
                } else {
                    bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
                }
            }
        }
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
