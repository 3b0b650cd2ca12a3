/// A type that one value of a field can have, with its canonical JSON form.
public protocol JSONFieldValue {
    /// Reads a value; nil when it is to be passed over (an unknown enum name under `ignoreUnknownFields`).
    static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Self?

    /// Writes the value.
    func writeJSON(to writer: inout JSONWriter) throws(JSONEncodingError)

    /// True when a field without presence is left out for having this value.
    var isJSONDefault: Bool { get }
}

extension Message {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Self? {
        var message = Self()
        try message.decodeJSON(from: &reader)
        return message
    }

    public func writeJSON(to writer: inout JSONWriter) throws(JSONEncodingError) {
        try encodeJSON(into: &writer)
    }

    // Message fields always have presence.
    public var isJSONDefault: Bool { false }
}

extension Enum {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Self? {
        guard try reader.nextIsString() else {
            return Self(rawValue: Int(try reader.integer(Int32.self)))
        }
        let name = try reader.string()
        if let number = valueNames.number(of: name) { return Self(rawValue: number) }
        if reader.options.ignoreUnknownFields { return nil }
        throw reader.error(.unknownEnumValue(name))
    }

    public func writeJSON(to writer: inout JSONWriter) {
        if !writer.options.alwaysPrintEnumsAsInts, let name = Self.valueNames.name(of: rawValue) {
            writer.string(name)
        } else {
            writer.literal(String(rawValue))
        }
    }

    public var isJSONDefault: Bool { rawValue == 0 }
}
