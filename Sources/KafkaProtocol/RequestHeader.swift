/// What stands before each request's body.
public struct RequestHeader: Equatable, Sendable {
    public var api: ApiKey
    public var version: Int16
    public var correlationID: Int32
    public var clientID: String?

    public init(api: ApiKey, version: Int16, correlationID: Int32, clientID: String? = nil) {
        self.api = api
        self.version = version
        self.correlationID = correlationID
        self.clientID = clientID
    }

    private var isFlexible: Bool { api.firstFlexibleVersion.map { version >= $0 } ?? false }

    /// Reads a header; an api or a version that is not served is an error.
    ///
    /// The correlation id of a request that fails here is at bytes 4 to 7 of the frame.
    public init(from reader: inout ProtocolReader) throws(ProtocolError) {
        let number = try reader.int16()
        version = try reader.int16()
        correlationID = try reader.int32()
        guard let api = ApiKey(rawValue: number) else { throw .unknownApi(number) }
        self.api = api
        guard api.validVersions.contains(version) else { throw .unsupportedVersion(api, version) }
        // Never compact, also in flexible headers, so that a broker can read it before it knows the version.
        clientID = try reader.nullableString(false)
        if isFlexible { try reader.skipTaggedFields() }
    }

    public func write(to writer: inout ProtocolWriter) {
        writer.int16(api.rawValue)
        writer.int16(version)
        writer.int32(correlationID)
        writer.nullableString(clientID, false)
        if isFlexible { writer.noTaggedFields() }
    }

    /// Writes the header of this request's answer.
    public func writeResponseHeader(to writer: inout ProtocolWriter) {
        writer.int32(correlationID)
        // A client that asks for the versions does not know yet what the broker speaks.
        if isFlexible, api != .apiVersions { writer.noTaggedFields() }
    }

    /// Reads the header of this request's answer and gives its correlation id.
    public func readResponseHeader(from reader: inout ProtocolReader) throws(ProtocolError) -> Int32 {
        let correlationID = try reader.int32()
        if isFlexible, api != .apiVersions { try reader.skipTaggedFields() }
        return correlationID
    }
}
