import Synchronization

/// A value that rises and falls. Updates are atomic and allocate nothing.
public final class Gauge: Sendable {
    // Doubles have no atomic form; their bits do.
    private let bits = Atomic<UInt64>(0)

    init() {}

    /// A NaN shows as no series at all, since alerts never fire on it.
    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Sets a whole number; beyond 2^53 it is rounded.
    public func set(_ value: Int) {
        set(Double(value))
    }

    /// 1 or 0.
    public func set(_ value: Bool) {
        set(value ? 1 : 0)
    }

    /// Adds; a negative amount takes away.
    public func add(_ amount: Double) {
        AtomicDouble.add(amount, to: bits)
    }

    /// Adds one.
    public func increment() { add(1) }

    /// Takes one away.
    public func decrement() { add(-1) }

    /// The value now.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

enum AtomicDouble {
    /// Another thread's success is what makes a try fail, so that some thread gets on at each.
    static func add(_ amount: Double, to bits: borrowing Atomic<UInt64>) {
        var seen = bits.load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: seen) + amount
            let (exchanged, original) = bits.weakCompareExchange(
                expected: seen, desired: sum.bitPattern, ordering: .relaxed)
            if exchanged { return }
            seen = original
        }
    }
}
