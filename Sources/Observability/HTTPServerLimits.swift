/// The bounds of an `HTTPServer`.
public struct HTTPServerLimits: Sendable, Equatable {
    /// The most open connections; beyond it the one that is idle for longest is closed for the next.
    public var connections: Int
    /// The longest request body, in bytes; a longer one is answered 413.
    public var bodyBytes: Int
    /// Memory of one connection for the request's line and headers, in bytes; a longer head is answered 431 or 414.
    public var headBytes: Int
    /// A connection without traffic is closed after so many seconds.
    public var idleSeconds: Int
    /// Threads that run the handler.
    public var threads: Int

    /// Limits that fit a metrics and health port.
    public init(
        connections: Int = 64, bodyBytes: Int = 1 << 20, headBytes: Int = 32 << 10, idleSeconds: Int = 15,
        threads: Int = 1
    ) {
        precondition(connections > 0 && bodyBytes >= 0 && headBytes >= 1024 && idleSeconds > 0 && threads > 0)
        self.connections = connections
        self.bodyBytes = bodyBytes
        self.headBytes = headBytes
        self.idleSeconds = idleSeconds
        self.threads = threads
    }
}
