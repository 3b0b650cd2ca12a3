public import KafkaProtocol

/// A client's connection, by a number that the shell gives; never used twice.
public struct ConnectionID: Hashable, Comparable, Sendable {
    public var value: UInt64

    public init(_ value: UInt64) { self.value = value }

    public static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.value < right.value }
}

/// One request as it came.
///
/// A connection has at most one request under way: as Kafka does, the shell holds the next one back until this one is
/// answered, so that answers and effects keep the order of requests.
public struct Request: Sendable {
    public var connection: ConnectionID
    public var header: RequestHeader
    /// The client's address as text, for descriptions of groups.
    public var clientHost: String
    public var body: RequestBody

    public init(connection: ConnectionID, header: RequestHeader, clientHost: String = "/127.0.0.1", body: RequestBody) {
        self.connection = connection
        self.header = header
        self.clientHost = clientHost
        self.body = body
    }

    public var version: Int16 { header.version }
}
