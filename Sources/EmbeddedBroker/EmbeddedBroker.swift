public import BrokerCore
import Dispatch
import Foundation
import Synchronization

/// A Kafka broker in this process, for one machine: development, demonstrations and tests.
///
/// It serves on a thread of its own until `stop()`; what it forgets then, and what it keeps, the settings say.
public final class EmbeddedBroker: Sendable {
    /// Says why a broker did not start.
    public enum StartFailure: Error, CustomStringConvertible {
        /// The address or the control socket cannot be used.
        case socket(String)
        /// The data folder is in use, foreign, of a newer version, corrupt, or cannot be written.
        case journal(JournalError)

        public var description: String {
            switch self {
            case .socket(let reason): reason
            case .journal(let error): error.description
            }
        }
    }

    /// `HOST:PORT`, as clients are told.
    public let bootstrapServers: String
    /// The port that is listened on.
    public let port: UInt16
    private let shared: BrokerShared
    private let ended = DispatchGroup()
    private let outcome: Outcome

    private final class Outcome: Sendable {
        let failure = Mutex<String?>(nil)
    }

    /// The loop needs few levels of calls, a deep request of many batches some more.
    private static let stackBytes = 8 << 20

    /// Starts a broker; it takes connections when this returns.
    public static func start(
        _ settings: EmbeddedBrokerSettings = EmbeddedBrokerSettings()
    ) throws(StartFailure) -> EmbeddedBroker {
        let listener: Descriptor
        let port: UInt16
        let control: Descriptor?
        let wakeUp: (reader: Descriptor, writer: Descriptor)
        do {
            (listener, port) = try Socket.listen(host: settings.host, port: settings.port)
            control = try settings.controlPath.map { path throws(Socket.Failure) in try Socket.listen(path: path) }
            wakeUp = try Descriptor.pair()
        } catch {
            throw .socket("\(error)")
        }
        var configuration = settings.configuration
        configuration.host = settings.advertisedHost ?? (settings.host == "localhost" ? "127.0.0.1" : settings.host)
        configuration.port = Int32(settings.advertisedPort ?? port)
        configuration.seed = settings.seed ?? .random(in: .min ... .max)
        configuration.recordsChanges = settings.dataFolder != nil
        let broker = Broker(configuration)
        let journal: Journal?
        do throws(JournalError) {
            journal = try settings.dataFolder.map { folder throws(JournalError) in
                try Journal.open(folder, settings) { broker.apply($0) }
            }
            // What was under way goes on, and that may change something by itself.
            broker.resume(at: WallClock.milliseconds)
            journal?.append(broker.takeChanges())
            try journal?.commit()
        } catch {
            throw .journal(error)
        }
        let shared = BrokerShared(wakeUp: wakeUp.writer)
        let loop = BrokerLoop(
            settings: settings, broker: broker, journal: journal, listener: listener, control: control,
            wakeUp: wakeUp.reader, shared: shared)
        return EmbeddedBroker(
            loop, shared, bootstrap: "\(configuration.host):\(configuration.port)", port: port)
    }

    private init(_ loop: BrokerLoop, _ shared: BrokerShared, bootstrap: String, port: UInt16) {
        self.shared = shared
        self.port = port
        bootstrapServers = bootstrap
        let outcome = Outcome()
        self.outcome = outcome
        // Safe: only the new thread uses the loop from here on.
        nonisolated(unsafe) var running: BrokerLoop? = loop
        let ended = ended
        ended.enter()
        let thread = Thread {
            unsafe running?.run()
            outcome.failure.withLock { $0 = unsafe running?.failure }
            // Sockets and folder are free before the end is told, so that another broker can take them.
            unsafe running = nil
            ended.leave()
        }
        thread.name = "growth-broker"
        thread.stackSize = Self.stackBytes
        thread.start()
    }

    deinit { shared.stop() }

    /// Ends service: answers that are ready are sent, the journal is closed. Returns when all is done; a second call
    /// does nothing.
    public func stop() {
        shared.stop()
        ended.wait()
    }

    /// Waits for the end of service; gives the reason where the broker ended by itself.
    public func waitUntilStopped() -> String? {
        ended.wait()
        return outcome.failure.withLock { $0 }
    }

    /// Connections of clients that are open now.
    public var connectionCount: Int { shared.connectionCount.load(ordering: .relaxed) }

    /// Requests that were handed to the core so far.
    public var requestCount: Int { shared.requestCount.load(ordering: .relaxed) }

    // MARK: Faults

    /// Puts a rule in force for the requests that come from now on; false if there are too many.
    @discardableResult
    public func inject(_ rule: FaultRule) -> Bool { shared.withFaults { $0.add(rule) } }

    /// Runs a script; gives the lines of its answer, or throws at the first instruction that fails.
    @discardableResult
    public func inject(_ script: FaultScript) throws(FaultClient.Failure) -> [String] {
        var lines: [String] = []
        for instruction in script.instructions {
            switch shared.run(instruction) {
            case .lines(let answer): lines += answer
            case .failed(let reason): throw FaultClient.Failure(message: "\(instruction): \(reason)")
            }
        }
        return lines
    }

    /// Takes back all rules.
    public func clearFaults() { shared.withFaults { $0.removeAll() } }

    /// The rules in force and how many requests each has met.
    public var faults: [FaultInjector.ActiveRule] { shared.withFaults { $0.rules } }
}
