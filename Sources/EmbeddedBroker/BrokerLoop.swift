import BrokerCore
import KafkaProtocol
import Synchronization

/// The broker's one thread: sockets, the core, the journal.
///
/// A round: wait; read what has come; hand requests to the core; put what they changed into the journal; only then send
/// the answers. So a round's changes share one write, and nothing is acknowledged that is not kept.
final class BrokerLoop {
    /// Tokens of the poller below the first connection's.
    enum Token {
        static let listener: UInt64 = 0
        static let wakeUp: UInt64 = 1
        static let control: UInt64 = 2
        static let firstConnection: UInt64 = 16
    }

    /// What one round does at most.
    private enum Limit {
        static let acceptsPerRound = 256
        static let readsPerConnection = 4
        static let requestsPerConnection = 64
        /// The system has no descriptor for us: try again after so long.
        static let acceptPauseMs: Int64 = 100
        static let idleSweepMs: Int64 = 5_000
    }

    let settings: EmbeddedBrokerSettings
    let broker: Broker
    let shared: BrokerShared
    let log: BrokerLog
    private let listener: Descriptor
    private let controlListener: Descriptor?
    private let wakeUp: Descriptor
    let journal: Journal?

    private var poller = Poller()
    private var events: [Poller.Event] = []
    private var scratch = [UInt8](repeating: 0, count: 256 << 10)
    var connections: [UInt64: ClientConnection] = [:]
    var controls: [UInt64: ControlConnection] = [:]
    private var nextToken = Token.firstConnection
    private var ready: [ClientConnection] = []
    private var dirty: [ClientConnection] = []
    private var dropped: [ConnectionID] = []
    var delayed: [DelayedAnswer] = []
    /// The answer to a request of the loop's own.
    var ownAnswer: ResponseBody?
    private var acceptsAgainAt: Int64?
    private var nextIdleSweep: Int64 = 0
    private var closeLog = LineBudget()
    var now: Int64 = 0
    private(set) var failure: String?

    /// An answer that a fault holds back.
    struct DelayedAnswer {
        var due: Int64
        var connection: ConnectionID
        var body: ResponseBody
    }

    init(
        settings: EmbeddedBrokerSettings, broker: Broker, journal: Journal?, listener: Descriptor,
        control: Descriptor?, wakeUp: Descriptor, shared: BrokerShared
    ) {
        self.settings = settings
        self.broker = broker
        self.journal = journal
        self.listener = listener
        controlListener = control
        self.wakeUp = wakeUp
        self.shared = shared
        log = settings.log
        poller.add(listener, token: Token.listener, .read)
        poller.add(wakeUp, token: Token.wakeUp, .read)
        if let control { poller.add(control, token: Token.control, .read) }
    }

    /// Serves until asked to stop or until the journal fails.
    func run() {
        while !shared.isStopping, failure == nil {
            poller.wait(milliseconds: timeout(), into: &events)
            now = max(now, WallClock.milliseconds)
            for event in events { take(event) }
            runCommands()
            serveReady()
            tick()
            finishRound()
        }
        end()
    }

    private func timeout() -> Int? {
        if !ready.isEmpty { return 0 }
        let deadlines = [
            broker.nextDeadline, delayed.map(\.due).min(), acceptsAgainAt, connections.isEmpty ? nil : nextIdleSweep,
        ]
        guard let next = deadlines.compactMap(\.self).min() else { return nil }
        let (wait, overflow) = next.subtractingReportingOverflow(WallClock.milliseconds)
        return overflow ? Int(CInt.max) : Int(clamping: min(max(0, wait), Int64(CInt.max)))
    }

    // MARK: Events

    private func take(_ event: Poller.Event) {
        switch event.token {
        case Token.listener: acceptClients()
        case Token.control: acceptControls()
        case Token.wakeUp: _ = wakeUp.read(into: &scratch)
        default:
            if let connection = connections[event.token] {
                take(event.seen, connection)
            } else if let control = controls[event.token] {
                take(event.seen, control, event.token)
            }
        }
    }

    private func take(_ seen: Poller.Interest, _ connection: ClientConnection) {
        markDirty(connection)
        if seen.contains(.read) {
            read(connection)
        } else if !seen.isDisjoint(with: .broken) || seen.contains(.peerEnded) && connection.isSilenced {
            close(connection, .debug, "the client has gone")
        }
    }

    private func read(_ connection: ClientConnection) {
        for _ in 0..<Limit.readsPerConnection {
            switch connection.socket.read(into: &scratch) {
            case .bytes(let count):
                connection.lastActive = now
                connection.input.append(scratch[0..<count])
                guard count == scratch.count, !connection.input.hasNext(limit: settings.requestMaxBytes) else {
                    return markReady(connection)
                }
            case .wouldBlock: return markReady(connection)
            case .end:
                connection.inputEnded = true
                return markReady(connection)
            case .failed(let error): return close(connection, .debug, "read: \(error)")
            }
        }
        markReady(connection)
    }

    private func acceptClients() {
        for _ in 0..<Limit.acceptsPerRound {
            switch Socket.accept(listener) {
            case .connection(let socket, let host):
                guard connections.count < settings.connectionLimit else {
                    say(.warning, "connection from \(host) refused: there are \(connections.count)")
                    continue
                }
                let token = takeToken()
                connections[token] = ClientConnection(id: ConnectionID(token), socket: socket, host: host, at: now)
                poller.add(socket, token: token, .read)
                shared.connectionCount.add(1, ordering: .relaxed)
            case .none: return
            case .failed(let error):
                say(.warning, "no connection can be taken: \(error)")
                acceptsAgainAt = now + Limit.acceptPauseMs
                return poller.update(Token.listener, [])
            }
        }
    }

    private func acceptControls() {
        guard let controlListener else { return }
        while controls.count < ControlConnection.countLimit,
            case .connection(let socket, _) = Socket.accept(controlListener)
        {
            let token = takeToken()
            controls[token] = ControlConnection(socket: socket)
            poller.add(socket, token: token, .read)
        }
    }

    private func take(_ seen: Poller.Interest, _ control: ControlConnection, _ token: UInt64) {
        if seen.contains(.read), let lines = control.read(into: &scratch) {
            for line in lines { control.answer(run(line: line)) }
        }
        control.flush()
        if control.isDone || !seen.isDisjoint(with: .broken) && !seen.contains(.read) {
            poller.remove(token)
            controls[token] = nil
        } else {
            poller.update(token, control.interest)
        }
    }

    private func takeToken() -> UInt64 {
        defer { nextToken += 1 }
        return nextToken
    }

    // MARK: Lists

    func markReady(_ connection: ClientConnection) {
        guard !connection.isReady, !connection.isClosed else { return }
        connection.isReady = true
        ready.append(connection)
    }

    func markDirty(_ connection: ClientConnection) {
        guard !connection.isDirty, !connection.isClosed else { return }
        connection.isDirty = true
        dirty.append(connection)
    }

    // MARK: The core

    private func serveReady() {
        let round = ready
        ready.removeAll(keepingCapacity: true)
        for connection in round {
            connection.isReady = false
            serve(connection)
        }
    }

    private func serve(_ connection: ClientConnection) {
        markDirty(connection)
        var served = 0
        while served < Limit.requestsPerConnection, connection.takesRequests {
            served += 1
            do throws(FrameBuffer.Fault) {
                guard let frame = try connection.input.next(limit: settings.requestMaxBytes) else { break }
                connection.frameStarted = nil
                take(frame: frame, connection)
            } catch {
                close(connection, .warning, "\(error)")
            }
        }
        noteUnfinished(connection)
    }

    /// Looks at what a request that is not whole takes of memory and time.
    private func noteUnfinished(_ connection: ClientConnection) {
        let input = connection.input
        guard input.byteCount > 0, !input.hasNext(limit: settings.requestMaxBytes) else { return }
        if connection.frameStarted == nil { connection.frameStarted = now }
        guard input.byteCount > scratch.count else { return }
        let total = connections.values.reduce(0) { $0 + $1.input.byteCount }
        if total > settings.bufferMaxBytes {
            close(connection, .warning, "requests that are not whole take more than \(settings.bufferMaxBytes) bytes")
        }
    }

    private func tick() {
        if let due = acceptsAgainAt, now >= due {
            acceptsAgainAt = nil
            poller.update(Token.listener, .read)
        }
        for answer in delayed where answer.due <= now { sendDelayed(answer) }
        delayed.removeAll { $0.due <= now }
        if let due = broker.nextDeadline, now >= due { perform(broker.tick(at: now)) }
        if now >= nextIdleSweep {
            nextIdleSweep = now + min(Limit.idleSweepMs, max(10, settings.connectionMaxIdleMs / 4))
            sweepIdle()
        }
    }

    private func sweepIdle() {
        for connection in connections.values {
            let idle = now - connection.lastActive > settings.connectionMaxIdleMs
            let unfinished = connection.frameStarted.map { now - $0 > settings.connectionMaxIdleMs } ?? false
            if idle && (connection.pending == nil || connection.isSilenced) {
                close(connection, .info, "idle for more than \(settings.connectionMaxIdleMs) ms")
            } else if unfinished {
                close(connection, .warning, "a request took more than \(settings.connectionMaxIdleMs) ms to arrive")
            }
        }
    }

    // MARK: The end of a round

    /// Keeps what has changed, then sends: in this order, or an acknowledgement could outlive what it says.
    private func finishRound() {
        repeat {
            for id in takeDropped() { perform(broker.disconnected(id, at: now)) }
            guard commit() else { return }
            let round = dirty
            dirty.removeAll(keepingCapacity: true)
            for connection in round {
                connection.isDirty = false
                settle(connection)
            }
        } while !dropped.isEmpty
    }

    private func takeDropped() -> [ConnectionID] {
        defer { dropped.removeAll(keepingCapacity: true) }
        return dropped
    }

    private func commit() -> Bool {
        guard let journal else { return true }
        do throws(JournalError) {
            try journal.commit()
            if journal.wantsSnapshot { journal.rewrite(broker.snapshot()) }
            return true
        } catch {
            failure = "\(error)"
            return false
        }
    }

    private func settle(_ connection: ClientConnection) {
        guard !connection.isClosed else { return }
        if !connection.output.isEmpty {
            switch connection.output.flush(to: connection.socket) {
            case .bytes: connection.lastActive = now
            case .wouldBlock: break
            case .end: return close(connection, .debug, "the client has gone")
            case .failed(let error): return close(connection, .debug, "send: \(error)")
            }
        }
        if connection.output.isEmpty {
            if let reason = connection.closing { return close(connection, .warning, reason) }
            if connection.inputEnded, connection.pending == nil,
                !connection.hasRequest(limit: settings.requestMaxBytes)
            {
                return close(connection, .debug, "the client has ended")
            }
        }
        if connection.hasRequest(limit: settings.requestMaxBytes) { markReady(connection) }
        poller.update(connection.id.value, connection.interest(requestLimit: settings.requestMaxBytes))
    }

    func close(_ connection: ClientConnection, _ level: BrokerLog.Level, _ reason: String) {
        guard !connection.isClosed else { return }
        connection.isClosed = true
        poller.remove(connection.id.value)
        connections[connection.id.value] = nil
        dropped.append(connection.id)
        shared.connectionCount.subtract(1, ordering: .relaxed)
        say(level, "connection \(connection.id.value) from \(connection.host) closed: \(reason)")
    }

    /// Writes a line about a client, unless clients have caused too many in this second.
    func say(_ level: BrokerLog.Level, _ message: @autoclosure () -> String) {
        guard level >= log.level else { return }
        switch closeLog.take(at: now) {
        case .line(let left):
            if left > 0 { log(level, "\(left) lines about clients left out") }
            log(level, message())
        case .none: break
        }
    }

    private func end() {
        if let failure {
            log(.error, "\(failure); nothing more is served, since it could not be kept")
        } else {
            for connection in connections.values { _ = connection.output.flush(to: connection.socket) }
            journal?.close()
        }
        Socket.endListening(listener)
        if let controlListener { Socket.endListening(controlListener) }
        connections.removeAll()
        controls.removeAll()
        if let path = settings.controlPath { Socket.remove(path: path) }
        shared.endCommands()
    }
}

/// So many lines a second, and a count of those left out.
struct LineBudget {
    private static let linesPerSecond = 20

    private var second: Int64 = 0
    private var used = 0
    private var left = 0

    enum Verdict {
        /// Write it; so many were left out before.
        case line(leftOut: Int)
        case none
    }

    mutating func take(at time: Int64) -> Verdict {
        if time / 1_000 != second {
            second = time / 1_000
            used = 0
        }
        guard used < Self.linesPerSecond else {
            left += 1
            return .none
        }
        used += 1
        defer { left = 0 }
        return .line(leftOut: left)
    }
}
