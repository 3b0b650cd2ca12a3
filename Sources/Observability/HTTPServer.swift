internal import CMicrohttpd
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A small HTTP/1.1 server for metrics, health and the console, over libmicrohttpd on threads of its own.
///
/// It serves GET, HEAD and POST with a bounded body, and bounded connections of which an idle one makes room for the
/// next, so that clients that only hold connections open do not shut out a probe. No TLS: it listens where only the
/// orchestrator and Prometheus reach it, or behind a proxy.
@safe public final class HTTPServer: Sendable {
    /// Answers a request; called on the server's threads, one request at a time per thread.
    public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    /// The port that is listened on.
    public let port: UInt16
    private let core: HTTPServerCore
    private let daemon: Mutex<DaemonReference?>

    /// Listens and serves until `stop()`.
    ///
    /// The host is a name or a numeric address, `""` every address; port 0 lets the system pick one. The library's own
    /// complaints (clients that break off) are logged at debug.
    public init(
        host: String, port: UInt16, limits: HTTPServerLimits = HTTPServerLimits(),
        logger: Logger = Logger(label: "http"), handler: @escaping Handler
    ) throws(HTTPServerError) {
        var problem: UnsafePointer<CChar>?
        var bound: UInt16 = 0
        let socket = unsafe cmicrohttpd_listen(host, port, 128, &bound, &problem)
        guard socket >= 0 else {
            let reason = unsafe problem.map { unsafe String(cString: $0) } ?? "unknown"
            throw .cannotListen(host: host, port: port, reason: reason)
        }
        let core = HTTPServerCore(limits: limits, logger: logger, handler: handler)
        guard let started = unsafe core.start(socket) else {
            close(socket)
            throw .cannotStart
        }
        self.core = core
        self.port = bound
        unsafe daemon = Mutex(DaemonReference(pointer: started))
    }

    deinit {
        stop()
    }

    /// Stops listening, closes every connection and waits for a handler that is running; a second call does nothing.
    ///
    /// Must not be called from the handler, which it would wait for.
    public func stop() {
        // The reference is taken out first, so that of two callers one stops and the other finds nothing.
        let reference = unsafe daemon.withLock { daemon in
            defer { unsafe daemon = nil }
            return unsafe daemon
        }
        if let reference = unsafe reference { unsafe MHD_stop_daemon(reference.pointer) }
    }
}

/// Safe to send: libmicrohttpd's daemon is used by its own threads, and by us only to stop it, once.
@unsafe private struct DaemonReference: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// What the library's callbacks reach through their context pointer; it lives as long as the daemon.
@safe private final class HTTPServerCore: Sendable {
    private let limits: HTTPServerLimits
    private let logger: Logger
    private let handler: HTTPServer.Handler
    private let connections = ConnectionTable()
    // Written by the start of the daemon before it has threads, then only read, and freed after they have ended.
    nonisolated(unsafe) private let logTarget: UnsafeMutablePointer<cmicrohttpd_log_target>

    init(limits: HTTPServerLimits, logger: Logger, handler: @escaping HTTPServer.Handler) {
        self.limits = limits
        self.logger = logger
        self.handler = handler
        unsafe logTarget = .allocate(capacity: 1)
    }

    deinit {
        unsafe logTarget.deallocate()
    }

    /// The daemon holds no reference: its owner keeps the core until the daemon has stopped.
    func start(_ socket: Int32) -> OpaquePointer? {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        // Connections of which one is about to be closed for the next need room beside those that may stay.
        let limits = cmicrohttpd_limits(
            threads: UInt32(limits.threads), connection_limit: UInt32(limits.connections + 8 * limits.threads),
            idle_timeout_seconds: UInt32(limits.idleSeconds), connection_memory: limits.headBytes)
        let callbacks = unsafe cmicrohttpd_callbacks(
            respond: { unsafe HTTPServerCore.respond($0, $1, $2, $3, $4, $5, $6, $7) },
            completed: { unsafe HTTPServerCore.completed($0, $1, $2, $3) },
            connection: { unsafe HTTPServerCore.connectionChanged($0, $1, $2, $3) },
            log: { unsafe HTTPServerCore.log($0, $1) })
        return unsafe cmicrohttpd_start(socket, limits, callbacks, logTarget, context)
    }

    // MARK: Callbacks

    private static func core(_ context: UnsafeMutableRawPointer?) -> HTTPServerCore? {
        unsafe context.map { unsafe Unmanaged<HTTPServerCore>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Called once when the head is there, once for each piece of the body, and once when all is there.
    private static func respond(
        _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
        _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ upload: UnsafePointer<CChar>?,
        _ uploadSize: UnsafeMutablePointer<Int>?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> MHD_Result {
        guard let core = unsafe core(context), let connection = unsafe connection, let uploadSize = unsafe uploadSize,
            let slot = unsafe slot
        else { return .NO }
        guard let held = unsafe slot.pointee else {
            let pending = PendingRequest()
            unsafe slot.pointee = unsafe Unmanaged.passRetained(pending).toOpaque()
            return unsafe core.begin(connection, method: text(method))
        }
        let pending = unsafe Unmanaged<PendingRequest>.fromOpaque(held).takeUnretainedValue()
        if unsafe uploadSize.pointee > 0 {
            let piece = unsafe UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
            unsafe uploadSize.pointee = 0
            return unsafe pending.take(piece, limit: core.limits.bodyBytes) ? .YES : .NO
        }
        return unsafe core.finish(connection, pending, method: text(method), path: text(url))
    }

    private static func completed(
        _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
        _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ reason: MHD_RequestTerminationCode
    ) {
        if let held = unsafe slot?.pointee {
            unsafe Unmanaged<PendingRequest>.fromOpaque(held).release()
            unsafe slot?.pointee = nil
        }
        if let core = unsafe core(context), let connection = unsafe connection {
            core.connections.rested(UInt(bitPattern: connection))
        }
    }

    private static func connectionChanged(
        _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
        _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
    ) {
        guard let core = unsafe core(context), let connection = unsafe connection else { return }
        let key = UInt(bitPattern: connection)
        if change == .CONNECTION_NOTIFY_STARTED {
            let socket = unsafe cmicrohttpd_connection_socket(connection)
            core.connections.opened(key, socket: socket, limit: core.limits.connections)
        } else {
            core.connections.closed(key)
        }
    }

    private static func log(_ context: UnsafeMutableRawPointer?, _ line: UnsafePointer<CChar>?) {
        guard let core = unsafe core(context) else { return }
        let line = unsafe text(line)
        core.logger.debug("\(line)")
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }

    // MARK: Requests

    /// So much of a body that is too long is read and dropped, so that the client gets to read why; a longer one is
    /// answered at once, and the connection closed.
    private static let dropLimit = 1 << 20

    private func begin(_ connection: OpaquePointer, method: String) -> MHD_Result {
        guard HTTPRequest.Method(rawValue: method) != nil else {
            return unsafe send(.methodNotAllowed("GET, HEAD, POST"), to: connection)
        }
        let announced = unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length")
        if let length = unsafe Int(Self.text(announced)), length > limits.bodyBytes, length > Self.dropLimit {
            return unsafe send(.text("the body is longer than \(limits.bodyBytes) bytes", status: 413), to: connection)
        }
        return .YES
    }

    private func finish(
        _ connection: OpaquePointer, _ pending: PendingRequest, method: String, path: String
    ) -> MHD_Result {
        guard let method = HTTPRequest.Method(rawValue: method) else { return .NO }
        guard !pending.isTooLong else {
            return unsafe send(.text("the body is longer than \(limits.bodyBytes) bytes", status: 413), to: connection)
        }
        let request = unsafe HTTPRequest(
            method: method, path: path, query: fields(connection, .GET_ARGUMENT_KIND, lowercased: false),
            headers: fields(connection, .HEADER_KIND, lowercased: true), body: pending.body)
        return unsafe send(handler(request), to: connection)
    }

    private func fields(_ connection: OpaquePointer, _ kind: MHD_ValueKind, lowercased: Bool) -> [HTTPRequest.Field] {
        let list = FieldList(lowercased: lowercased)
        let context = unsafe Unmanaged.passUnretained(list).toOpaque()
        _ = unsafe MHD_get_connection_values(
            connection, kind,
            { context, _, name, value in
                guard let context = unsafe context else { return .NO }
                let list = unsafe Unmanaged<FieldList>.fromOpaque(context).takeUnretainedValue()
                unsafe list.append(HTTPServerCore.text(name), HTTPServerCore.text(value))
                return .YES
            }, context)
        return list.fields
    }

    private func send(_ response: HTTPResponse, to connection: OpaquePointer) -> MHD_Result {
        let created = unsafe response.body.withUnsafeBytes { bytes in
            // The library copies: the bytes do not outlive this call.
            unsafe MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let created = unsafe created else { return .NO }
        defer { unsafe MHD_destroy_response(created) }
        for field in response.headers {
            // A name or value with a line break in it is refused by the library, and so never sent.
            _ = unsafe MHD_add_response_header(created, field.name, field.value)
        }
        return unsafe MHD_queue_response(connection, UInt32(response.status), created)
    }
}

/// A request whose body is still coming in. Used by the one thread that serves its connection.
private final class PendingRequest {
    private(set) var body: [UInt8] = []
    private(set) var isTooLong = false
    private var dropped = 0

    /// Keeps a piece within the limit; false when the client sends on and on.
    func take(_ piece: UnsafeRawBufferPointer, limit: Int) -> Bool {
        if !isTooLong, body.count + piece.count <= limit {
            unsafe body.append(contentsOf: piece)
            return true
        }
        isTooLong = true
        body = []
        dropped += piece.count
        return dropped <= limit + (1 << 20)
    }
}

private final class FieldList {
    private(set) var fields: [HTTPRequest.Field] = []
    private let lowercased: Bool

    init(lowercased: Bool) {
        self.lowercased = lowercased
    }

    func append(_ name: String, _ value: String) {
        fields.append(HTTPRequest.Field(name: lowercased ? name.lowercased() : name, value: value))
    }
}

/// The open connections and since when each has been idle.
private final class ConnectionTable: Sendable {
    private struct Connection {
        let socket: Int32
        var idleSince: ContinuousClock.Instant
    }

    private let open = Mutex<[UInt: Connection]>([:])

    /// Closes the one that has gone longest without completing a request when there are more than the limit.
    func opened(_ key: UInt, socket: Int32, limit: Int) {
        open.withLock { open in
            if open.count >= limit, let oldest = open.min(by: { $0.value.idleSince < $1.value.idleSince }) {
                // The library tells us before it closes a socket, and waits for this lock to tell: what is in the
                // table is open. Its thread sees the end of the stream and closes the connection.
                _ = shutdown(oldest.value.socket, Int32(SHUT_RDWR))
                open[oldest.key] = nil
            }
            open[key] = Connection(socket: socket, idleSince: .now)
        }
    }

    func rested(_ key: UInt) {
        open.withLock { $0[key]?.idleSince = .now }
    }

    func closed(_ key: UInt) {
        open.withLock { $0[key] = nil }
    }
}
