extension JSONValue {
    /// The value as YAML 1.2 text in block style, with its final line break; every text that could be read as anything
    /// else is in double quotes.
    public var yaml: String {
        switch self {
        case .array(let elements) where !elements.isEmpty: YAMLWriter.block(elements, level: 0)
        case .object(let object) where !object.isEmpty: YAMLWriter.block(object, level: 0)
        case .null, .bool, .integer, .number, .string, .array, .object: YAMLWriter.scalar(self) + "\n"
        }
    }
}

enum YAMLWriter {
    static func block(_ elements: [JSONValue], level: Int) -> String {
        let margin = String(repeating: "  ", count: level)
        return elements.map { element in
            switch element {
            case .object(let object) where !object.isEmpty:
                // The first member stands on the dash's line, in place of its own margin.
                margin + "- " + block(object, level: level + 1).dropFirst(margin.utf8.count + 2)
            case .array(let inner) where !inner.isEmpty:
                margin + "-\n" + block(inner, level: level + 1)
            case .null, .bool, .integer, .number, .string, .array, .object:
                margin + "- " + scalar(element) + "\n"
            }
        }.joined()
    }

    static func block(_ object: JSONObject, level: Int) -> String {
        let margin = String(repeating: "  ", count: level)
        return object.map { member in
            let name = margin + text(member.name) + ":"
            return switch member.value {
            case .object(let inner) where !inner.isEmpty: name + "\n" + block(inner, level: level + 1)
            case .array(let inner) where !inner.isEmpty: name + "\n" + block(inner, level: level + 1)
            case .null, .bool, .integer, .number, .string, .array, .object: name + " " + scalar(member.value) + "\n"
            }
        }.joined()
    }

    static func scalar(_ value: JSONValue) -> String {
        if case .string(let string) = value { return text(string) }
        // What is left - numbers, truth values, null, empty brackets - reads the same in JSON and in YAML.
        return value.text()
    }

    /// Plain where it is a word that no YAML reader takes for something else, else quoted as JSON, which is YAML too.
    private static func text(_ string: String) -> String {
        let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            string.utf8.first.map(isLetter) ?? false
            && string.utf8.allSatisfy { isLetter($0) || "0123456789._-/".utf8.contains($0) }
            && !words.contains(string.lowercased())
        return isPlain ? string : JSONValue.string(string).text()
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
