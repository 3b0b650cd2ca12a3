// The JSON form of a wrapper is that of its value.

extension Google_Protobuf_DoubleValue {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}

extension Google_Protobuf_FloatValue {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}

extension Google_Protobuf_Int64Value {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}

extension Google_Protobuf_UInt64Value {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}

extension Google_Protobuf_Int32Value {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}

extension Google_Protobuf_UInt32Value {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}

extension Google_Protobuf_BoolValue {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}

extension Google_Protobuf_StringValue {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}

extension Google_Protobuf_BytesValue {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        try reader.read(&value)
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        value.writeJSON(to: &writer)
    }
}
