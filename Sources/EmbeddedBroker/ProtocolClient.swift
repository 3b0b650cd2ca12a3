public import KafkaProtocol

/// A small client that speaks the protocol over one connection and waits for each answer.
///
/// For tests, fuzzing and checks by hand; programs use librdkafka. One thread at a time uses it.
public final class ProtocolClient {
    /// Says why there is no answer.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        case connection(String)
        /// The broker has closed the connection.
        case closed
        /// Nothing came within the time-out.
        case timedOut
        /// The answer is none to the request that was sent.
        case malformed(String)

        public var description: String {
            switch self {
            case .connection(let reason): reason
            case .closed: "the broker has closed the connection"
            case .timedOut: "the broker has not answered in time"
            case .malformed(let reason): "the answer cannot be read: \(reason)"
            }
        }
    }

    /// Answers larger than this are refused.
    private static let answerBytes = 1 << 30

    private let socket: Descriptor
    private let clientID: String?
    private var correlation: Int32 = 0
    private var sent: [RequestHeader] = []
    private var input = FrameBuffer()
    private var scratch = [UInt8](repeating: 0, count: 256 << 10)

    /// Connects to `HOST:PORT`; a time-out ends each wait.
    public init(
        _ bootstrap: String, clientID: String? = "protocol-client", timeoutMs: Int = 30_000
    ) throws(Failure) {
        let parts = bootstrap.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else {
            throw .connection("\(bootstrap) is not HOST:PORT")
        }
        do throws(Socket.Failure) {
            socket = try Socket.connect(host: String(parts[0]), port: port, timeoutMs: timeoutMs)
        } catch {
            throw .connection("\(error)")
        }
        self.clientID = clientID
    }

    /// Sends a request, in the newest version unless told otherwise, and waits for its answer.
    public func send(_ body: RequestBody, version: Int16? = nil) throws(Failure) -> ResponseBody {
        try sendWithoutWaiting(body, version: version)
        return try receive()
    }

    /// Sends a request; its answer, if it has one, is the next that `receive` gives.
    public func sendWithoutWaiting(
        _ body: RequestBody, version: Int16? = nil, isAnswered: Bool = true
    ) throws(Failure) {
        correlation &+= 1
        let header = RequestHeader(
            api: body.api, version: version ?? body.api.validVersions.upperBound, correlationID: correlation,
            clientID: clientID)
        try send(bytes: RequestFrame.bytes(body, header))
        if isAnswered { sent.append(header) }
    }

    /// The answer to the earliest request that has none yet.
    public func receive() throws(Failure) -> ResponseBody {
        guard !sent.isEmpty else { throw .malformed("nothing was asked") }
        let header = sent.removeFirst()
        var reader = ProtocolReader(try receiveFrame())
        do throws(ProtocolError) {
            let correlation = try header.readResponseHeader(from: &reader)
            guard correlation == header.correlationID else {
                throw ProtocolError.invalidLength(Int(correlation))
            }
            let body = try ResponseBody.read(header.api, version: header.version, from: &reader)
            try reader.expectEnd()
            return body
        } catch {
            throw .malformed("\(header.api) version \(header.version): \(error)")
        }
    }

    // MARK: Bytes

    /// Sends bytes as they are.
    public func send(bytes: [UInt8]) throws(Failure) {
        var written = 0
        while written < bytes.count {
            switch socket.send(bytes, from: written) {
            case .bytes(let count): written += count
            case .wouldBlock: throw .timedOut
            case .end, .failed: throw .closed
            }
        }
    }

    /// One frame as it came, without its length.
    public func receiveFrame() throws(Failure) -> [UInt8] {
        while true {
            do throws(FrameBuffer.Fault) {
                if let frame = try input.next(limit: Self.answerBytes) { return frame }
            } catch {
                throw .malformed("\(error)")
            }
            switch socket.read(into: &scratch) {
            case .bytes(let count): input.append(scratch[0..<count])
            case .wouldBlock: throw .timedOut
            case .end, .failed: throw .closed
            }
        }
    }

    /// Ends this side; answers can still be read.
    public func endSending() { Socket.endWriting(socket) }
}
