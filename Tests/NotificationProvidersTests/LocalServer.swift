import Foundation
import Synchronization

/// A small HTTP server on a free port of this machine, which answers as a test tells it.
final class LocalServer: Sendable {
    struct Request: Sendable {
        let line: String
        /// Names in lower case.
        let headers: [String: String]
        let body: [UInt8]
    }

    enum Reply: Sendable {
        case status(Int, headers: [String: String] = [:], body: [UInt8] = [])
        /// The status, then a body that stops before its end and never goes on.
        case unfinished(Int)
        /// The status, then a body without end.
        case endless(Int)
        /// No word until the server stops.
        case silence
        /// The connection ends without a word.
        case hangUp
    }

    private struct State {
        var requests: [Request] = []
        var connections: Set<Int32> = []
        var connectionCount = 0
        var isStopped = false
    }

    let port: UInt16
    /// Signalled when the other side cuts an endless body off.
    let cutOff = DispatchSemaphore(value: 0)
    private let listener: Int32
    private let reply: @Sendable (Request, Int) -> Reply
    private let state = Mutex(State())

    struct SocketFailure: Error { let call: String }

    /// Listens; `reply` gets each request with its number, from 1.
    init(_ reply: @escaping @Sendable (Request, Int) -> Reply) throws {
        self.reply = reply
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw SocketFailure(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard bound else {
            close(listener)
            throw SocketFailure(call: "bind")
        }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    var url: String { "http://127.0.0.1:\(port)/send" }
    var requests: [Request] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connectionCount } }

    /// Ends every connection, and the threads that serve them.
    func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            // The thread that accepts closes it: closed here, its number could be another's before that thread looks.
            shutdown(listener, Int32(SHUT_RDWR))
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        defer { close(listener) }
        while true {
            let connection = Foundation.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            let goesOn = state.withLock { state in
                if !state.isStopped {
                    state.connections.insert(connection)
                    state.connectionCount += 1
                }
                return !state.isStopped
            }
            guard goesOn else {
                close(connection)
                return
            }
            Thread.detachNewThread { [self] in
                serve(connection)
                state.withLock { state in
                    state.connections.remove(connection)
                    close(connection)
                }
            }
        }
    }

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        while let request = read(connection, &buffer) {
            let number = state.withLock { state in
                state.requests.append(request)
                return state.requests.count
            }
            switch reply(request, number) {
            case .status(let status, let headers, let body):
                var head = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.count)\r\n"
                for (name, value) in headers { head += "\(name): \(value)\r\n" }
                guard write(connection, Array((head + "\r\n").utf8) + body) else { return }
            case .unfinished(let status):
                guard write(connection, Array("HTTP/1.1 \(status) S\r\nContent-Length: 100\r\n\r\nhalf".utf8)) else {
                    return
                }
                waitForTheEnd(connection)
                return
            case .endless(let status):
                guard write(connection, Array("HTTP/1.1 \(status) S\r\nContent-Type: text/plain\r\n\r\n".utf8)) else {
                    return
                }
                let piece = [UInt8](repeating: 0x78, count: 65_536)
                while write(connection, piece) {}
                cutOff.signal()
                return
            case .silence:
                waitForTheEnd(connection)
                return
            case .hangUp:
                return
            }
        }
    }

    private func waitForTheEnd(_ connection: Int32) {
        var piece = [UInt8](repeating: 0, count: 4_096)
        while unsafe recv(connection, &piece, piece.count, 0) > 0 {}
    }

    private func read(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let request = Self.take(&buffer) { return request }
            let count = unsafe recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            buffer += piece[..<count]
        }
    }

    /// Takes a whole request off the front of the buffer.
    private static func take(_ buffer: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        guard let start = buffer.indices.first(where: { buffer[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: buffer[..<start], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        let bodyStart = start + end.count
        guard buffer.count >= bodyStart + length else { return nil }
        let body = Array(buffer[bodyStart..<bodyStart + length])
        buffer.removeFirst(bodyStart + length)
        return Request(line: lines.first ?? "", headers: headers, body: body)
    }

    private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let rest = Array(bytes[sent...])
            let count = unsafe Foundation.send(connection, rest, rest.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
