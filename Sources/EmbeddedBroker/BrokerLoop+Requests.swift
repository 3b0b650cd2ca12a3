import BrokerCore
import KafkaProtocol
import Synchronization

extension BrokerLoop {
    /// Reads one frame and hands its request to the core, unless a fault has it otherwise.
    func take(frame: [UInt8], _ connection: ClientConnection) {
        do throws(ProtocolError) {
            let request = try IncomingRequest(frame)
            switch request {
            case .request(let header, let body):
                let request = Request(
                    connection: connection.id, header: header, clientHost: "/" + connection.host, body: body)
                handle(request, connection)
            case .unsupportedVersions(let header):
                send(IncomingRequest.unsupportedVersionsAnswer, header, connection)
            }
        } catch {
            close(connection, .warning, "no request: \(error)")
        }
    }

    private func handle(_ request: Request, _ connection: ClientConnection) {
        shared.requestCount.add(1, ordering: .relaxed)
        let fault = shared.fault(for: request) { [broker] in broker.topicName(of: $0) }
        guard let fault else { return apply(request, connection, .send) }
        log(.debug, "fault at \(request.header.api) of connection \(connection.id.value)")
        switch fault {
        case .action(.answer(let error)): refuse(request, request.body.refusal(error), connection)
        case .action(.delay(let milliseconds)): apply(request, connection, .delay(milliseconds: milliseconds))
        case .action(.closeBefore): close(connection, .info, "fault: before \(request.header.api) is applied")
        case .action(.closeAfter): apply(request, connection, .close)
        case .action(.loseAnswer): apply(request, connection, .lose)
        case .action(.hold): connection.isSilenced = true
        case .split(let split):
            if let rest = split.rest {
                var request = request
                request.body = rest
                apply(request, connection, .join(split))
            } else {
                refuse(request, split.joined(with: nil), connection)
            }
        }
    }

    /// As in Kafka, an error is told to a producer that wants no answer by the end of its connection.
    private func refuse(_ request: Request, _ answer: ResponseBody, _ connection: ClientConnection) {
        if case .produce(let produce) = request.body, produce.acks == 0 {
            close(connection, .info, "fault: refused where no answer is wanted")
        } else {
            send(answer, request.header, connection)
        }
    }

    private func apply(_ request: Request, _ connection: ClientConnection, _ fate: ClientConnection.Fate) {
        connection.pending = ClientConnection.Pending(header: request.header, fate: fate)
        perform(broker.handle(request, at: now))
    }

    /// Notes what has changed for the journal, then does what the core wants done; sending waits for the round's end.
    func perform(_ effects: [Effect]) {
        journal?.append(broker.takeChanges())
        for effect in effects {
            switch effect {
            case .reply(let id, let body):
                if id == BrokerLoop.ownConnection {
                    ownAnswer = body
                } else if let connection = connections[id.value] {
                    answered(connection, body)
                }
            case .done(let id):
                guard let connection = connections[id.value] else { continue }
                if case .close? = connection.pending?.fate {
                    closeWhenSent(connection, "fault: after the request is applied")
                } else {
                    connection.pending = nil
                    more(connection)
                }
            case .close(let id, let reason):
                guard let connection = connections[id.value] else { continue }
                closeWhenSent(connection, reason)
            }
        }
    }

    private func answered(_ connection: ClientConnection, _ body: ResponseBody) {
        guard let pending = connection.pending else { return }
        switch pending.fate {
        case .send: finish(connection, pending.header, body)
        case .join(let split): finish(connection, pending.header, split.joined(with: body))
        case .delay(let milliseconds):
            delayed.append(DelayedAnswer(due: now &+ milliseconds, connection: connection.id, body: body))
        case .close: closeWhenSent(connection, "fault: the answer is lost")
        case .lose:
            connection.isSilenced = true
            markDirty(connection)
        }
    }

    func sendDelayed(_ answer: DelayedAnswer) {
        guard let connection = connections[answer.connection.value], let pending = connection.pending else { return }
        finish(connection, pending.header, answer.body)
    }

    private func finish(_ connection: ClientConnection, _ header: RequestHeader, _ body: ResponseBody) {
        connection.pending = nil
        send(body, header, connection)
        more(connection)
    }

    /// Looks for a request that came while another was under way.
    private func more(_ connection: ClientConnection) {
        markDirty(connection)
        if connection.hasRequest(limit: settings.requestMaxBytes) { markReady(connection) }
    }

    /// Earlier answers are still sent, the request under way is not answered.
    private func closeWhenSent(_ connection: ClientConnection, _ reason: String) {
        connection.pending = nil
        connection.closing = reason
        markDirty(connection)
    }

    private func send(_ body: ResponseBody, _ header: RequestHeader, _ connection: ClientConnection) {
        let frame = AnswerFrame.bytes(body, header)
        guard connection.output.isEmpty || connection.output.byteCount + frame.count <= settings.outputMaxBytes else {
            return close(connection, .warning, "more than \(settings.outputMaxBytes) bytes wait to be read")
        }
        connection.output.append(frame)
        markDirty(connection)
        if frame.count > ClientConnection.pipelinedBytes { boundOutput(besides: connection) }
    }

    /// Closes the slowest readers while answers take more memory than they may.
    private func boundOutput(besides current: ClientConnection) {
        var total = connections.values.reduce(0) { $0 + $1.output.byteCount }
        while total > settings.bufferMaxBytes {
            // Small answers may only wait for the end of this round.
            let waiting = connections.values.filter {
                $0 !== current && $0.output.byteCount > ClientConnection.pipelinedBytes
            }
            guard let slowest = waiting.min(by: { $0.lastActive < $1.lastActive }) else { return }
            total -= slowest.output.byteCount
            close(slowest, .warning, "answers that wait to be read take more than \(settings.bufferMaxBytes) bytes")
        }
    }
}
