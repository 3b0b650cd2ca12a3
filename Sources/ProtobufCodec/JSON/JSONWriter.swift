/// Writes the values of a message as JSON. Generated code calls it; an application has no need to.
public struct JSONWriter {
    let options: JSONEncodingOptions
    private(set) var text: [UInt8] = []
    private var names = FieldNames([])
    /// What the next object is to say its type is, as it is inside an Any.
    var typeURL: String?
    /// How many Anys are being written one inside the other.
    var anyDepth = 0

    init(options: JSONEncodingOptions) {
        self.options = options
    }

    // MARK: Messages

    /// Begins a message; what it returns goes to `endObject`.
    public mutating func beginObject(_ names: FieldNames) -> FieldNames {
        let outer = self.names
        self.names = names
        begin("{")
        if let typeURL {
            self.typeURL = nil
            name(Google_Protobuf_Any.typeMember)
            string(typeURL)
        }
        return outer
    }

    /// Ends a message.
    public mutating func endObject(_ outer: FieldNames) {
        end("}")
        names = outer
    }

    /// Writes a field without presence, unless it has its default.
    public mutating func field(_ number: Int, _ value: some JSONFieldValue) throws(JSONEncodingError) {
        if !value.isJSONDefault { try member(number, value) }
    }

    /// Writes a field with presence, if it is set.
    public mutating func field(_ number: Int, _ value: (some JSONFieldValue)?) throws(JSONEncodingError) {
        if let value { try member(number, value) }
    }

    /// Writes a field whose message type contains itself, if it is set.
    public mutating func field(_ number: Int, _ value: Indirect<some JSONFieldValue>?) throws(JSONEncodingError) {
        if let value { try member(number, value.value) }
    }

    /// Writes a list, unless it is empty.
    public mutating func field(_ number: Int, _ values: [some JSONFieldValue]) throws(JSONEncodingError) {
        if values.isEmpty { return }
        name(of: number)
        try list(values)
    }

    /// Writes a map in the order of its keys, unless it is empty.
    public mutating func field<Key: MapKey>(
        _ number: Int, _ map: [Key: some JSONFieldValue]
    ) throws(JSONEncodingError) {
        if map.isEmpty { return }
        name(of: number)
        try object(map)
    }

    /// Writes a field whatever its value.
    public mutating func member(_ number: Int, _ value: some JSONFieldValue) throws(JSONEncodingError) {
        name(of: number)
        try value.writeJSON(to: &self)
    }

    mutating func list(_ values: [some JSONFieldValue]) throws(JSONEncodingError) {
        begin("[")
        for value in values {
            separate()
            try value.writeJSON(to: &self)
        }
        end("]")
    }

    mutating func object<Key: MapKey>(_ map: [Key: some JSONFieldValue]) throws(JSONEncodingError) {
        begin("{")
        for entry in map.sorted(by: { Key.mapKeyPrecedes($0.key, $1.key) }) {
            name(entry.key.jsonMemberName)
            try entry.value.writeJSON(to: &self)
        }
        end("}")
    }

    private mutating func name(of number: Int) {
        guard let names = names.names(of: number) else { return }
        name(options.preserveProtoFieldNames ? names.proto : names.json)
    }

    // MARK: Punctuation

    mutating func begin(_ bracket: Unicode.Scalar) {
        text.append(UInt8(ascii: bracket))
    }

    mutating func end(_ bracket: Unicode.Scalar) {
        text.append(UInt8(ascii: bracket))
    }

    /// A comma, unless the object or list has just begun.
    mutating func separate() {
        switch text.last {
        case UInt8(ascii: "{"), UInt8(ascii: "["): break
        default: text.append(UInt8(ascii: ","))
        }
    }

    mutating func name(_ name: String) {
        separate()
        string(name)
        text.append(UInt8(ascii: ":"))
    }

    // MARK: Scalars

    mutating func literal(_ value: String) {
        text += value.utf8
    }

    mutating func integer64(_ digits: String) {
        if options.alwaysPrintInt64sAsNumbers { literal(digits) } else { literal("\"\(digits)\"") }
    }

    mutating func floatingPoint<Value: BinaryFloatingPoint & CustomStringConvertible>(_ value: Value) {
        if value.isNaN {
            literal("\"NaN\"")
        } else if value.isInfinite {
            literal(value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        } else {
            // Swift prints the shortest digits that read back as the same value.
            let digits = value.description
            // Other languages read "-0" as an integer, which has no negative zero.
            let isWhole = digits.hasSuffix(".0") && digits != "-0.0"
            literal(isWhole ? String(digits.dropLast(2)) : digits)
        }
    }

    mutating func base64(_ bytes: [UInt8]) {
        text.append(UInt8(ascii: "\""))
        Base64.encode(bytes, onto: &text)
        text.append(UInt8(ascii: "\""))
    }

    mutating func string(_ value: String) {
        text.append(UInt8(ascii: "\""))
        appendEscaped(value)
        text.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ value: String) {
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += value.utf8
            return
        }
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""): literal("\\\"")
            case UInt8(ascii: "\\"): literal("\\\\")
            case 0x08: literal("\\b")
            case 0x09: literal("\\t")
            case 0x0A: literal("\\n")
            case 0x0C: literal("\\f")
            case 0x0D: literal("\\r")
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                literal("\\u00" + (digits.utf8.count == 1 ? "0" : "") + digits)
            default: text.append(byte)
            }
        }
    }
}
