extension Google_Protobuf_Struct {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.enter()
        try reader.read(&fields)
        reader.leave()
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        try writer.object(fields)
    }
}

extension Google_Protobuf_ListValue {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.enter()
        try reader.read(&values)
        reader.leave()
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        try writer.list(values)
    }
}

extension Google_Protobuf_Value {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        switch try reader.nextKind() {
        case .object:
            var object = Google_Protobuf_Struct()
            try object.decodeJSON(from: &reader)
            kind = .structValue(object)
        case .array:
            var list = Google_Protobuf_ListValue()
            try list.decodeJSON(from: &reader)
            kind = .listValue(list)
        case .string: kind = .stringValue(try reader.string())
        case .number: kind = .numberValue(try reader.floatingPoint(Double.self))
        case .bool: kind = .boolValue(try reader.bool())
        case .null:
            guard reader.takeNull() else { throw reader.error(.malformed) }
            kind = .nullValue(.nullValue)
        }
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        switch kind {
        case .nullValue?: writer.literal("null")
        case .numberValue(let number)?:
            guard number.isFinite else { throw .valueNotRepresentable }
            writer.floatingPoint(number)
        case .stringValue(let text)?: writer.string(text)
        case .boolValue(let truth)?: truth.writeJSON(to: &writer)
        case .structValue(let object)?: try object.encodeJSON(into: &writer)
        case .listValue(let list)?: try list.encodeJSON(into: &writer)
        case nil: throw .valueNotRepresentable
        }
    }
}

// Not the form of other enums: the value is JSON's null.
extension Google_Protobuf_NullValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Google_Protobuf_NullValue? {
        if reader.takeNull() { return .nullValue }
        if try reader.nextIsString() {
            guard try reader.string() == "NULL_VALUE" else { throw reader.error(.wrongValue(expected: "null")) }
            return .nullValue
        }
        return Google_Protobuf_NullValue(rawValue: Int(try reader.integer(Int32.self)))
    }

    public func writeJSON(to writer: inout JSONWriter) {
        writer.literal("null")
    }
}
