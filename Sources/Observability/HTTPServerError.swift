/// Why a server does not start.
public enum HTTPServerError: Error, Equatable, CustomStringConvertible {
    /// The address cannot be listened on; the text is the system's.
    case cannotListen(host: String, port: UInt16, reason: String)
    /// The library refuses to start: out of threads, memory or descriptors.
    case cannotStart

    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
        case .cannotStart: "the HTTP server cannot start: out of threads, memory or file descriptors"
        }
    }
}
