import Foundation
import KafkaProtocol

/// A connection to a broker that speaks the protocol request by request, for what librdkafka cannot ask.
final class Peer {
    /// The broker has closed the connection.
    struct Closed: Error {}
    /// No answer within the limit.
    struct Silent: Error {}
    struct Unreachable: Error {}
    /// The answer belongs to another request than the oldest that waits.
    struct OutOfOrder: Error {}

    private let descriptor: Int32
    private var lastCorrelationID: Int32 = 0
    private var waiting: [RequestHeader] = []
    private let clientID: String

    /// Connects; an answer is waited for at most `limit` seconds.
    init(_ bootstrap: String, clientID: String = "peer", limit: Int = 40) throws {
        self.clientID = clientID
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let parts = bootstrap.split(separator: ":")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = (UInt16(parts.last ?? "") ?? 0).bigEndian
        address.sin_addr.s_addr = unsafe inet_addr(String(parts.first ?? ""))
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, length) }
        }
        guard connected == 0 else { throw Unreachable() }
        var time = timeval(tv_sec: limit, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    // MARK: Requests

    /// Sends a request and waits for its answer; the newest version unless another is named.
    func ask<Request: Asked>(
        _ request: Request.Type = Request.self, _ version: Int16? = nil, _ build: (inout Request) -> Void = { _ in }
    ) throws -> Request.Answer {
        try post(request, version, build)
        return try take(request)
    }

    /// Sends a request whose answer is taken later.
    func post<Request: Asked>(
        _: Request.Type = Request.self, _ version: Int16? = nil, _ build: (inout Request) -> Void = { _ in }
    ) throws {
        var request = Request()
        build(&request)
        let header = nextHeader(Request.api, version ?? Request.validVersions.upperBound)
        try send(frame: Self.bytes(header, request))
        waiting.append(header)
    }

    /// Sends a request that is not answered.
    func tell<Request: Asked>(_: Request.Type, _ version: Int16, _ build: (inout Request) -> Void) throws {
        var request = Request()
        build(&request)
        try send(frame: Self.bytes(nextHeader(Request.api, version), request))
    }

    /// The answer to the oldest request that waits.
    func take<Request: Asked>(_: Request.Type = Request.self) throws -> Request.Answer {
        let header = waiting.removeFirst()
        var reader = ProtocolReader(try receiveFrame())
        guard try header.readResponseHeader(from: &reader) == header.correlationID else { throw OutOfOrder() }
        let answer = try Request.Answer(from: &reader, version: header.version)
        try reader.expectEnd()
        return answer
    }

    private func nextHeader(_ api: ApiKey, _ version: Int16) -> RequestHeader {
        lastCorrelationID += 1
        return RequestHeader(api: api, version: version, correlationID: lastCorrelationID, clientID: clientID)
    }

    private static func bytes(_ header: RequestHeader, _ request: some ProtocolMessage) -> [UInt8] {
        var writer = ProtocolWriter()
        header.write(to: &writer)
        request.write(to: &writer, version: header.version)
        return writer.bytes
    }

    // MARK: Bytes

    /// Sends bytes with their length before them.
    func send(frame: [UInt8]) throws {
        var writer = ProtocolWriter(reserving: frame.count + 4)
        writer.int32(Int32(frame.count))
        writer.raw(frame)
        try send(writer.bytes)
    }

    /// Sends bytes as they are.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Closed() }
            sent += count
        }
    }

    /// The next frame, without its length.
    func receiveFrame() throws -> [UInt8] {
        var reader = ProtocolReader(try receive(4))
        return try receive(Int(try reader.int32()))
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe recv(descriptor, buffer.baseAddress?.advanced(by: received), count - received, 0)
            }
            if read < 0, errno == EAGAIN { throw Silent() }
            guard read > 0 else { throw Closed() }
            received += read
        }
        return bytes
    }

    /// What the broker does next: `closes`, or `answers` with so many bytes.
    func fate() -> String {
        do {
            return "answers \(try receiveFrame().count) bytes"
        } catch is Closed {
            return "closes"
        } catch {
            return "\(type(of: error))"
        }
    }
}
