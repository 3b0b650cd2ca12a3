import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A signal that asks the process to end or to do something; see signal(7).
public struct Signal: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// SIGTERM: what systemd, Kubernetes and `kill` send.
    public static let terminate = Signal(rawValue: SIGTERM)
    /// SIGINT: Ctrl-C.
    public static let interrupt = Signal(rawValue: SIGINT)
    /// SIGHUP.
    public static let hangUp = Signal(rawValue: SIGHUP)
    /// SIGWINCH: the terminal's size changed.
    public static let windowChanged = Signal(rawValue: SIGWINCH)

    /// The exit code of a process that ends because of it: 128 and its number.
    public var exitCode: ExitCode { ExitCode(rawValue: 128 + rawValue) }
}

/// Turns signals into calls of a closure on a queue of its own, outside of signal context.
///
/// While it lives, the signals have no other effect. `cancel()` gives them back their default effect.
// Safe to share: the sources are never replaced after init, and Dispatch takes calls to them from any thread.
public final class SignalHandling: @unchecked Sendable {
    /// One signal that arrived.
    public struct Arrival: Sendable, Equatable {
        public let signal: Signal
        /// 1 for the first signal of any of the kinds listened to; a second one means "now".
        public let ordinal: Int

        public var isRepeated: Bool { ordinal > 1 }
    }

    private let sources: [any DispatchSourceSignal]
    private let signals: [Signal]
    private let count = Mutex(0)

    /// Listens until cancelled or released; the handler runs on one serial queue, one arrival after the other.
    public init(
        _ signals: [Signal] = [.terminate, .interrupt], handler: @escaping @Sendable (Arrival) -> Void
    ) {
        let queue = DispatchQueue(label: "growth.signals")
        self.signals = signals
        sources = signals.map { signal in
            // The source only watches: without this the default effect would end the process first.
            _ = Glibc.signal(signal.rawValue, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: signal.rawValue, queue: queue)
        }
        for (source, signal) in zip(sources, signals) {
            source.setEventHandler { [weak self] in
                self?.deliver(signal, times: source.data, to: handler)
            }
            source.resume()
        }
    }

    deinit {
        cancel()
    }

    /// Gives the signals back their default effect.
    public func cancel() {
        for source in sources { source.cancel() }
        for signal in signals { _ = Glibc.signal(signal.rawValue, SIG_DFL) }
    }

    /// Makes writes to a closed pipe or socket fail instead of ending the process; for servers.
    public static func ignoreBrokenPipes() {
        _ = Glibc.signal(SIGPIPE, SIG_IGN)
    }

    /// More arrivals than this in one delivery are not told apart from each other.
    private static let arrivalLimit: UInt = 3

    private func deliver(_ signal: Signal, times: UInt, to handler: @Sendable (Arrival) -> Void) {
        for _ in 0..<min(max(times, 1), Self.arrivalLimit) {
            let ordinal = count.withLock { count in
                count &+= 1
                return count
            }
            handler(Arrival(signal: signal, ordinal: ordinal))
        }
    }
}
