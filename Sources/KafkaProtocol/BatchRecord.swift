/// One record inside a batch; offset and time are relative to the batch's header.
public struct BatchRecord: Equatable, Sendable {
    public var offsetDelta: Int32
    public var timestampDelta: Int64
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [Header]

    public struct Header: Equatable, Sendable {
        public var name: String
        public var value: [UInt8]?

        public init(name: String, value: [UInt8]?) {
            self.name = name
            self.value = value
        }
    }

    public init(
        offsetDelta: Int32 = 0, timestampDelta: Int64 = 0, key: [UInt8]?, value: [UInt8]?, headers: [Header] = []
    ) {
        self.offsetDelta = offsetDelta
        self.timestampDelta = timestampDelta
        self.key = key
        self.value = value
        self.headers = headers
    }

    init(from reader: inout ProtocolReader) throws(ProtocolError) {
        let length = Int(try reader.signedVarint())
        guard length >= 0 else { throw .invalidLength(length) }
        guard length <= reader.remaining else { throw .truncated }
        let end = reader.position + length
        _ = try reader.int8()
        timestampDelta = try reader.signedVarlong()
        offsetDelta = try reader.signedVarint()
        key = try Self.field(&reader)
        value = try Self.field(&reader)
        let count = Int(try reader.signedVarint())
        guard count >= 0 else { throw .invalidLength(count) }
        guard count <= reader.remaining else { throw .truncated }
        headers = []
        for _ in 0..<count {
            guard let name = try Self.field(&reader) else { throw .unexpectedNull }
            headers.append(Header(name: String(decoding: name, as: UTF8.self), value: try Self.field(&reader)))
        }
        guard reader.position == end else { throw .invalidLength(length) }
    }

    private static func field(_ reader: inout ProtocolReader) throws(ProtocolError) -> [UInt8]? {
        let length = Int(try reader.signedVarint())
        if length == -1 { return nil }
        return try reader.raw(length)
    }

    func write(to writer: inout ProtocolWriter) {
        var body = ProtocolWriter(reserving: 32 + (key?.count ?? 0) + (value?.count ?? 0))
        body.int8(0)
        body.signedVarlong(timestampDelta)
        body.signedVarint(offsetDelta)
        Self.write(key, to: &body)
        Self.write(value, to: &body)
        body.signedVarint(Int32(truncatingIfNeeded: headers.count))
        for header in headers {
            Self.write(Array(header.name.utf8), to: &body)
            Self.write(header.value, to: &body)
        }
        writer.signedVarint(Int32(truncatingIfNeeded: body.bytes.count))
        writer.raw(body.bytes)
    }

    private static func write(_ field: [UInt8]?, to writer: inout ProtocolWriter) {
        guard let field else { return writer.signedVarint(-1) }
        writer.signedVarint(Int32(truncatingIfNeeded: field.count))
        writer.raw(field)
    }
}
