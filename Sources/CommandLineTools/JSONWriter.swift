/// How JSON text is laid out.
public enum JSONLayout: Sendable {
    /// One line, no spaces: JSON lines.
    case compact
    /// Two spaces a level, one member a line.
    case pretty
}

extension JSONValue {
    /// The value as JSON text without a final line break; equal values give equal text.
    ///
    /// Numbers that JSON cannot say (NaN, infinity) are written as null. Control characters, and those that would
    /// reorder or break a line on a terminal, are escaped.
    public func text(_ layout: JSONLayout = .compact) -> String {
        var writer = JSONWriter(layout: layout)
        writer.write(self, level: 0)
        return writer.text
    }
}

struct JSONWriter {
    let layout: JSONLayout
    private(set) var text = ""

    init(layout: JSONLayout) {
        self.layout = layout
    }

    mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += JSONWriter.literal(value)
        case .string(let value): JSONWriter.append(string: value, to: &text)
        case .array(let elements):
            writeList("[", "]", elements, level: level) { writer, element in
                writer.write(element, level: level + 1)
            }
        case .object(let object):
            writeList("{", "}", object.members, level: level) { writer, member in
                JSONWriter.append(string: member.name, to: &writer.text)
                writer.text += writer.layout == .pretty ? ": " : ":"
                writer.write(member.value, level: level + 1)
            }
        }
    }

    private mutating func writeList<Item>(
        _ open: String, _ close: String, _ items: [Item], level: Int, _ write: (inout JSONWriter, Item) -> Void
    ) {
        text += open
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            breakLine(level + 1)
            write(&self, item)
        }
        if !items.isEmpty { breakLine(level) }
        text += close
    }

    private mutating func breakLine(_ level: Int) {
        guard layout == .pretty else { return }
        text += "\n" + String(repeating: "  ", count: level)
    }

    static func literal(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        // A whole number reads as one: 5, not 5.0. Beyond 2^53 the shortest form stays.
        if value == value.rounded(), abs(value) < 0x1p53 { return String(Int64(value)) }
        return String(value)
    }

    static func append(string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if ControlCharacters.isControl(scalar) {
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
