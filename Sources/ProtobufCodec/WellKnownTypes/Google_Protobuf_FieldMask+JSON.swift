extension Google_Protobuf_FieldMask {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        let start = reader.nextPosition()
        for path in try reader.string().split(separator: ",") {
            guard let path = Self.snakeCase(path) else {
                throw reader.error(.wrongValue(expected: "field paths in camel case"), at: start)
            }
            paths.append(path)
        }
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        var texts: [String] = []
        for path in paths {
            let text = Self.camelCase(path)
            guard Self.snakeCase(text[...]) == path else { throw .fieldMaskConversion }
            texts.append(text)
        }
        writer.string(texts.joined(separator: ","))
    }

    private static func camelCase(_ path: String) -> String {
        var text = ""
        var isAfterUnderscore = false
        for scalar in path.unicodeScalars {
            if scalar == "_" && !isAfterUnderscore {
                isAfterUnderscore = true
            } else {
                text += isAfterUnderscore ? scalar.properties.uppercaseMapping : String(Character(scalar))
                isAfterUnderscore = false
            }
        }
        return text
    }

    /// Nil when the text has a character that no path in camel case has.
    private static func snakeCase(_ text: Substring) -> String? {
        var path = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "A"..."Z":
                path += "_" + scalar.properties.lowercaseMapping
            case "a"..."z", "0"..."9", ".":
                path.unicodeScalars.append(scalar)
            default:
                return nil
            }
        }
        return path
    }
}
