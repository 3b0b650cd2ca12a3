extension Google_Protobuf_Any {
    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        throw reader.error(.unknownType(""))
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        throw .anyNotRepresentable(typeURL: typeURL)
    }
}
