// The form is the object of the message inside with one more member, "@type"; or, where that message has a form of its
// own, an object of "@type" and "value".
extension Google_Protobuf_Any {
    static let typeMember = "@type"
    private static let valueMember = "value"
    private static let depthLimit = 16

    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        let start = reader.nextPosition()
        guard let typeURL = try Self.typeURL(of: reader) else {
            // Without a type only the empty object is an Any.
            try reader.enter()
            try reader.expect("{")
            var isFirst = true
            guard try reader.nextName(isFirst: &isFirst) == nil else {
                throw reader.error(.wrongValue(expected: "an object with an @type"), at: start)
            }
            return reader.leave()
        }
        self.typeURL = typeURL
        guard let name = messageName, let type = reader.options.typeRegistry.type(named: name) else {
            throw reader.error(.unknownType(typeURL), at: start)
        }
        var message = type.init()
        if message is any OwnJSONMessage {
            try Self.decodeValueMember(of: &message, from: &reader)
        } else {
            reader.isInsideAny = true
            try message.decodeJSON(from: &reader)
        }
        guard let bytes = try? message.serializedBytes() else { throw reader.error(.outOfRange, at: start) }
        value = bytes
    }

    /// Looks ahead for the type, which can stand anywhere in the object.
    private static func typeURL(of reader: JSONReader) throws(JSONDecodingError) -> String? {
        var ahead = reader
        guard try ahead.nextKind() == .object else { throw ahead.error(.wrongValue(expected: "an object")) }
        try ahead.enter()
        try ahead.expect("{")
        var isFirst = true
        while let name = try ahead.nextName(isFirst: &isFirst) {
            if name == typeMember { return try ahead.string() }
            try ahead.skipValue()
        }
        return nil
    }

    private static func decodeValueMember(
        of message: inout any Message, from reader: inout JSONReader
    ) throws(JSONDecodingError) {
        try reader.enter()
        try reader.expect("{")
        var isFirst = true
        var seen: Set<String> = []
        while let name = try reader.nextName(isFirst: &isFirst) {
            guard seen.insert(name).inserted else { throw reader.error(.duplicate(name), at: reader.namePosition) }
            if name == valueMember {
                try message.decodeJSON(from: &reader)
            } else if name == typeMember || reader.options.ignoreUnknownFields {
                try reader.skipValue()
            } else {
                throw reader.error(.unknownField(name), at: reader.namePosition)
            }
        }
        reader.leave()
        guard seen.contains(valueMember) else { throw reader.error(.wrongValue(expected: "a member \"value\"")) }
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        if typeURL.isEmpty && value.isEmpty { return writer.literal("{}") }
        // The bytes inside are decoded afresh, so their own depth limit does not bound an Any in an Any in an Any.
        guard writer.anyDepth < Self.depthLimit,
            let name = messageName, let type = writer.options.typeRegistry.type(named: name),
            let message = try? type.init(serializedBytes: value)
        else { throw .anyNotRepresentable(typeURL: typeURL) }
        writer.anyDepth += 1
        defer { writer.anyDepth -= 1 }
        guard message is any OwnJSONMessage else {
            writer.typeURL = typeURL
            return try message.encodeJSON(into: &writer)
        }
        writer.begin("{")
        writer.name(Self.typeMember)
        writer.string(typeURL)
        writer.name(Self.valueMember)
        try message.encodeJSON(into: &writer)
        writer.end("}")
    }
}
