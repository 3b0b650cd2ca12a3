import BrokerCore
import KafkaProtocol

/// One connection of a client: typed requests in order, at most one of them under way in the broker.
///
///     send ─▶ outgoing ─▶ under way ─▶ answers ─▶ completion
///
/// A completion gets nil where the connection was cut and nobody knows whether the request was applied.
final class Channel {
    struct Call {
        var body: RequestBody
        var version: Int16
        var completion: (ResponseBody?) -> Void
    }

    let life: Life
    let clientID: String
    private(set) var id: ConnectionID
    private(set) var outgoing: [Call] = []
    private(set) var underWay: Call?
    private var answers: [(call: Call, body: ResponseBody?)] = []
    /// Nothing is delivered before these times.
    var requestsHeldUntil: Int64 = 0
    var answersHeldUntil: Int64 = 0
    /// Nobody waits for the answers any more; what was sent may still arrive.
    private(set) var isOrphan = false

    private let wires: Wires
    fileprivate var deliverablePlace = -1
    fileprivate var answerablePlace = -1

    init(_ life: Life, clientID: String, id: ConnectionID, wires: Wires) {
        self.life = life
        self.clientID = clientID
        self.id = id
        self.wires = wires
    }

    /// Whether the world has anything to do with it.
    var isOver: Bool { isOrphan && outgoing.isEmpty && underWay == nil }

    func send(_ body: RequestBody, version: Int16, _ completion: @escaping (ResponseBody?) -> Void) {
        guard !isOrphan else { return }
        outgoing.append(Call(body: body, version: version, completion: completion))
        list()
    }

    /// Brings the world's lists up to date.
    private func list() {
        wires.list(self, isDeliverable: underWay == nil && !outgoing.isEmpty, isAnswerable: !answers.isEmpty)
        if isOrphan, isOver { wires.hasOver = true }
    }

    // MARK: The world's side

    func canDeliver(at now: Int64) -> Bool { now >= requestsHeldUntil }

    func canAnswer(at now: Int64) -> Bool { now >= answersHeldUntil && !life.areClientsStalled(at: now) }

    /// The next request, handed to the broker.
    func deliver() -> Request {
        let call = outgoing.removeFirst()
        underWay = call
        list()
        return Request(
            connection: id,
            header: RequestHeader(api: call.body.api, version: call.version, correlationID: 0, clientID: clientID),
            body: call.body)
    }

    func answer(_ body: ResponseBody) {
        guard let call = underWay else { return }
        underWay = nil
        if !isOrphan { answers.append((call, body)) }
        list()
    }

    /// Puts another answer in the place of the newest.
    func replaceAnswer(with body: ResponseBody) {
        if !answers.isEmpty { answers[answers.count - 1].body = body }
    }

    /// Hands the next answer to the client.
    func complete() {
        let (call, body) = answers.removeFirst()
        list()
        call.completion(body)
    }

    /// Loses the connection: what was not answered is unknown, and the client goes on with a new one.
    func cut(newID: ConnectionID) {
        id = newID
        for index in answers.indices { answers[index].body = nil }
        if let call = underWay { answers.append((call, nil)) }
        answers += outgoing.map { ($0, nil) }
        underWay = nil
        outgoing = []
        list()
    }

    /// The client is gone.
    func abandon(keepingRequests: Bool) {
        isOrphan = true
        answers = []
        if !keepingRequests { outgoing = [] }
        list()
    }
}

/// The connections that have something on the wire, so that nobody looks at those that have not.
final class Wires {
    private(set) var deliverable: [Channel] = []
    private(set) var answerable: [Channel] = []
    /// Some connection has come to its end.
    var hasOver = false

    fileprivate func list(_ channel: Channel, isDeliverable: Bool, isAnswerable: Bool) {
        if isDeliverable != (channel.deliverablePlace >= 0) {
            if isDeliverable {
                channel.deliverablePlace = deliverable.count
                deliverable.append(channel)
            } else {
                let last = deliverable.removeLast()
                if last !== channel {
                    deliverable[channel.deliverablePlace] = last
                    last.deliverablePlace = channel.deliverablePlace
                }
                channel.deliverablePlace = -1
            }
        }
        if isAnswerable != (channel.answerablePlace >= 0) {
            if isAnswerable {
                channel.answerablePlace = answerable.count
                answerable.append(channel)
            } else {
                let last = answerable.removeLast()
                if last !== channel {
                    answerable[channel.answerablePlace] = last
                    last.answerablePlace = channel.answerablePlace
                }
                channel.answerablePlace = -1
            }
        }
    }
}
