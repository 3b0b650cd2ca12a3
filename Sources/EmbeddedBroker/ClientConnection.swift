import BrokerCore
import KafkaProtocol

/// One client's connection: bytes in, at most one request under way, bytes out.
final class ClientConnection {
    /// A request that the core has, and what is to become of its answer.
    struct Pending {
        var header: RequestHeader
        var fate: Fate
    }

    /// What becomes of an answer.
    enum Fate {
        case send
        case delay(milliseconds: Int64)
        case close
        case lose
        case join(FaultSplit)
    }

    /// No further request is taken while more than this waits to be sent: an answer is large, a reader may be slow.
    static let pipelinedBytes = 256 << 10

    let id: ConnectionID
    let socket: Descriptor
    let host: String
    var input = FrameBuffer()
    var output = OutputQueue()
    var pending: Pending?
    /// The client has ended its half; what it has asked is still answered.
    var inputEnded = false
    /// Closes once the output is sent, for this reason.
    var closing: String?
    var isClosed = false
    /// A lost or held answer keeps it waiting for its client to go.
    var isSilenced = false
    /// Stands in the loop's lists.
    var isReady = false
    var isDirty = false
    /// When bytes last came or went.
    var lastActive: Int64
    /// When the first byte of an unfinished frame came.
    var frameStarted: Int64?

    init(id: ConnectionID, socket: Descriptor, host: String, at time: Int64) {
        self.id = id
        self.socket = socket
        self.host = host
        lastActive = time
    }

    /// Whether the next request may go to the core.
    var takesRequests: Bool {
        !isClosed && closing == nil && pending == nil && !isSilenced && output.byteCount <= Self.pipelinedBytes
    }

    func hasRequest(limit: Int) -> Bool { takesRequests && input.hasNext(limit: limit) }

    /// What to watch the socket for.
    func interest(requestLimit: Int) -> Poller.Interest {
        var interest: Poller.Interest = []
        if !output.isEmpty { interest.insert(.write) }
        if takesRequests, !inputEnded, !input.hasNext(limit: requestLimit) { interest.insert(.read) }
        if isSilenced { interest.insert(.peerEnded) }
        return interest
    }
}
