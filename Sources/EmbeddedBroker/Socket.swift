import Glibc

/// Opens sockets: listeners and connections, IPv4 and local.
enum Socket {
    /// Connections that wait to be accepted.
    private static let backlog: CInt = 1_024

    /// Says which address could not be used, and why.
    struct Failure: Error, CustomStringConvertible {
        var action: String
        var reason: String

        var description: String { "\(action): \(reason)" }
    }

    /// A listener on an IPv4 address; port 0 picks a free one, which is told.
    static func listen(host: String, port: UInt16) throws(Failure) -> (listener: Descriptor, port: UInt16) {
        let action = "listen on \(host):\(port)"
        let socket = try open(AF_INET, action)
        socket.setNonBlocking()
        set(socket, SOL_SOCKET, SO_REUSEADDR)
        var address = try internetAddress(host, port, action)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(socket.number, $0, size) }
        }
        guard bound == 0, Glibc.listen(socket.number, backlog) == 0 else { throw failure(action) }
        var length = size
        let named = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket.number, $0, &length)
            }
        }
        guard named == 0 else { throw failure(action) }
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    /// A listener on a path, readable by its owner alone; a socket that an ended process left there is replaced.
    static func listen(path: String) throws(Failure) -> Descriptor {
        let action = "listen on \(path)"
        if isSocket(path) {
            // Somebody answers: the path is in use.
            if (try? connect(path: path)) != nil { throw Failure(action: action, reason: "it is in use") }
            remove(path: path)
        }
        let socket = try open(AF_UNIX, action)
        socket.setNonBlocking()
        let mask = umask(0o077)
        let bound = try unsafe withLocalAddress(path, action) { unsafe bind(socket.number, $0, $1) }
        _ = umask(mask)
        guard bound == 0, Glibc.listen(socket.number, backlog) == 0 else { throw failure(action) }
        return socket
    }

    /// A connection; it blocks, and no read or write takes longer than the time-out.
    static func connect(host: String, port: UInt16, timeoutMs: Int = 30_000) throws(Failure) -> Descriptor {
        let action = "connect to \(host):\(port)"
        let socket = try open(AF_INET, action)
        socket.setCloseOnExec()
        var address = try internetAddress(host, port, action)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket.number, $0, size)
            }
        }
        guard connected == 0 else { throw failure(action) }
        setNoDelay(socket)
        setTimeouts(socket, timeoutMs)
        return socket
    }

    static func connect(path: String, timeoutMs: Int = 30_000) throws(Failure) -> Descriptor {
        let action = "connect to \(path)"
        let socket = try open(AF_UNIX, action)
        socket.setCloseOnExec()
        let connected = try unsafe withLocalAddress(path, action) { unsafe Glibc.connect(socket.number, $0, $1) }
        guard connected == 0 else { throw failure(action) }
        setTimeouts(socket, timeoutMs)
        return socket
    }

    /// What a listener had for us.
    enum Accepted {
        /// A connection that does not block, and the client's address as text.
        case connection(Descriptor, host: String)
        case none
        /// No connection can be taken now, by this process's limits or the client's doing.
        case failed(SystemError)
    }

    static func accept(_ listener: Descriptor) -> Accepted {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.accept(listener.number, $0, &length)
            }
        }
        guard number >= 0 else {
            return errno == EAGAIN || errno == EWOULDBLOCK ? .none : .failed(SystemError(errno))
        }
        let socket = Descriptor(number)
        socket.setNonBlocking()
        guard address.sin_family == sa_family_t(AF_INET) else { return .connection(socket, host: "local") }
        setNoDelay(socket)
        let bytes = UInt32(bigEndian: address.sin_addr.s_addr)
        let host = [24, 16, 8, 0].map { String(bytes >> UInt32($0) & 0xff) }.joined(separator: ".")
        return .connection(socket, host: host)
    }

    static func remove(path: String) { _ = unsafe unlink(path) }

    /// Ends a listener, also where a child process that has not yet begun its own program has it, too.
    static func endListening(_ listener: Descriptor) { _ = shutdown(listener.number, CInt(SHUT_RDWR)) }

    /// Ends our half: the other side reads the rest, then the end.
    static func endWriting(_ socket: Descriptor) { _ = shutdown(socket.number, CInt(SHUT_WR)) }

    // MARK: Pieces

    private static func open(_ family: CInt, _ action: String) throws(Failure) -> Descriptor {
        let number = socket(family, CInt(SOCK_STREAM.rawValue), 0)
        guard number >= 0 else { throw failure(action) }
        return Descriptor(number)
    }

    private static func failure(_ action: String) -> Failure {
        Failure(action: action, reason: SystemError(errno).description)
    }

    private static func internetAddress(
        _ host: String, _ port: UInt16, _ action: String
    ) throws(Failure) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let number = host == "localhost" ? "127.0.0.1" : host
        guard unsafe inet_pton(AF_INET, number, &address.sin_addr) == 1 else {
            throw Failure(action: action, reason: "\(host) is no IPv4 address")
        }
        return address
    }

    private static func withLocalAddress(
        _ path: String, _ action: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(Failure) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < room else {
            throw Failure(action: action, reason: "a socket's path has 1 to \(room - 1) bytes")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    private static func setNoDelay(_ socket: Descriptor) { set(socket, CInt(IPPROTO_TCP), TCP_NODELAY) }

    private static func set(_ socket: Descriptor, _ level: CInt, _ option: CInt) {
        var on: CInt = 1
        _ = unsafe setsockopt(socket.number, level, option, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    private static func setTimeouts(_ socket: Descriptor, _ milliseconds: Int) {
        var time = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            _ = unsafe setsockopt(socket.number, SOL_SOCKET, option, &time, size)
        }
    }
}
