extension Message {
    /// Decodes a message from its canonical JSON form.
    public init(
        jsonString: String, options: JSONDecodingOptions = JSONDecodingOptions()
    ) throws(JSONDecodingError) {
        try self.init(jsonUTF8Bytes: Array(jsonString.utf8), options: options)
    }

    /// Decodes a message from its canonical JSON form in UTF-8.
    public init(
        jsonUTF8Bytes bytes: [UInt8], options: JSONDecodingOptions = JSONDecodingOptions()
    ) throws(JSONDecodingError) {
        self.init()
        var reader = JSONReader(bytes, options: options)
        try decodeJSON(from: &reader)
        try reader.expectEnd()
    }

    /// Returns the canonical JSON form. Unknown fields have none and are left out.
    public func jsonString(
        options: JSONEncodingOptions = JSONEncodingOptions()
    ) throws(JSONEncodingError) -> String {
        String(decoding: try jsonUTF8Bytes(options: options), as: UTF8.self)
    }

    /// Returns the canonical JSON form in UTF-8. Unknown fields have none and are left out.
    public func jsonUTF8Bytes(
        options: JSONEncodingOptions = JSONEncodingOptions()
    ) throws(JSONEncodingError) -> [UInt8] {
        var writer = JSONWriter(options: options)
        try encodeJSON(into: &writer)
        return writer.text
    }
}
