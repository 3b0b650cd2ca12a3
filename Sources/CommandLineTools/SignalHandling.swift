import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Turns signals into calls of a closure on a queue, outside of signal context.
///
/// From the end of `init` on, the signals have no other effect; `cancel()` and release give them back their default.
/// Dispatch's own signal sources are not used: they take a signal over some time after they are made, and once per
/// process only, so that one that comes early, or after a second source is made, is lost.
public final class SignalHandling: Sendable {
    /// One signal that arrived.
    public struct Arrival: Sendable, Equatable {
        /// Which one.
        public let signal: Signal
        /// 1 for the first signal of any of the kinds listened to; a second one means "now".
        public let ordinal: Int

        /// An arrival, for tests of what handles it.
        public init(signal: Signal, ordinal: Int) {
            self.signal = signal
            self.ordinal = ordinal
        }

        /// Whether another signal came before.
        public var isRepeated: Bool { ordinal > 1 }
    }

    private let listener: SignalListener

    /// Listens until cancelled or released; the handler runs on one serial queue, one arrival after the other.
    public init(
        _ signals: [Signal] = [.terminate, .interrupt], handler: @escaping @Sendable (Arrival) -> Void
    ) {
        listener = SignalListener(signals: Set(signals), handler: handler)
        SignalInbox.add(listener)
    }

    deinit {
        cancel()
    }

    /// Ends the calls and gives the signals back their default effect; a second call does nothing.
    public func cancel() {
        SignalInbox.remove(listener)
    }

    /// Makes writes to a closed pipe or socket fail instead of ending the process; for servers.
    public static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }
}

/// Who wants to know of which signals.
final class SignalListener: Sendable {
    let signals: Set<Signal>
    private let handler: @Sendable (SignalHandling.Arrival) -> Void
    private let count = Mutex(0)

    init(signals: Set<Signal>, handler: @escaping @Sendable (SignalHandling.Arrival) -> Void) {
        self.signals = signals
        self.handler = handler
    }

    func deliver(_ signal: Signal) {
        let ordinal = count.withLock { count in
            count &+= 1
            return count
        }
        handler(SignalHandling.Arrival(signal: signal, ordinal: ordinal))
    }
}
