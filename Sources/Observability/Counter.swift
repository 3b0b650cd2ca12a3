import Synchronization

/// A count that only grows. Updates are one atomic addition and allocate nothing.
public final class Counter: Sendable {
    private let total = Atomic<UInt64>(0)

    init() {}

    /// Counts one.
    public func increment() {
        total.wrappingAdd(1, ordering: .relaxed)
    }

    /// Wraps at 2^64, which Prometheus takes for a restart.
    public func increment(by amount: UInt64) {
        total.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The count now.
    public var value: UInt64 { total.load(ordering: .relaxed) }
}
