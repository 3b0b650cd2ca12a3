extension Int32: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Int32? {
        try reader.integer(Int32.self)
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.literal(String(self)) }

    public var isJSONDefault: Bool { self == 0 }
}

extension UInt32: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> UInt32? {
        try reader.integer(UInt32.self)
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.literal(String(self)) }

    public var isJSONDefault: Bool { self == 0 }
}

extension Int64: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Int64? {
        try reader.integer(Int64.self)
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.integer64(String(self)) }

    public var isJSONDefault: Bool { self == 0 }
}

extension UInt64: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> UInt64? {
        try reader.integer(UInt64.self)
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.integer64(String(self)) }

    public var isJSONDefault: Bool { self == 0 }
}

extension Float: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Float? {
        try reader.floatingPoint(Float.self)
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.floatingPoint(self) }

    // By bits: a negative zero is written.
    public var isJSONDefault: Bool { bitPattern == 0 }
}

extension Double: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Double? {
        try reader.floatingPoint(Double.self)
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.floatingPoint(self) }

    // By bits: a negative zero is written.
    public var isJSONDefault: Bool { bitPattern == 0 }
}

extension Bool: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> Bool? {
        try reader.bool()
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.literal(self ? "true" : "false") }

    public var isJSONDefault: Bool { !self }
}

extension String: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> String? {
        try reader.string()
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.string(self) }

    public var isJSONDefault: Bool { isEmpty }
}

extension [UInt8]: JSONFieldValue {
    public static func readJSON(from reader: inout JSONReader) throws(JSONDecodingError) -> [UInt8]? {
        let start = reader.nextPosition()
        guard let bytes = Base64.decode(try reader.string().utf8) else {
            throw reader.error(.wrongValue(expected: "base64"), at: start)
        }
        return bytes
    }

    public func writeJSON(to writer: inout JSONWriter) { writer.base64(self) }

    public var isJSONDefault: Bool { isEmpty }
}
