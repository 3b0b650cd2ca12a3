import Synchronization

/// Counts of observations in fixed buckets, and their sum. Updates are atomic and allocate nothing.
public final class Histogram: Sendable {
    /// The most bucket bounds of one histogram.
    public static let bucketLimit = 31

    /// Seconds; the bounds that OpenTelemetry's messaging conventions advise for `messaging.process.duration`.
    public static let messagingSeconds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]

    /// Ascending; an observation counts in the first bucket whose bound is not below it.
    public let bounds: [Double]
    // A fixed array inside the object: one less load per update than an array of counters.
    private let counts: InlineArray<32, Atomic<UInt64>>
    private let sumBits = Atomic<UInt64>(0)

    init(bounds: [Double]) {
        precondition(Self.areBounds(bounds), "bucket bounds must be finite, ascending and at most \(Self.bucketLimit)")
        self.bounds = bounds
        counts = InlineArray { _ in Atomic(0) }
    }

    static func areBounds(_ bounds: [Double]) -> Bool {
        bounds.count <= bucketLimit && bounds.allSatisfy(\.isFinite) && zip(bounds, bounds.dropFirst()).allSatisfy(<)
    }

    /// Counts one observation; one that is not a number is passed over.
    public func record(_ value: Double) {
        guard !value.isNaN else { return }
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index].wrappingAdd(1, ordering: .relaxed)
        AtomicDouble.add(value, to: sumBits)
    }

    /// Counts one observation in seconds.
    public func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    /// What was counted at one moment; the total is the sum of the buckets, so that it never contradicts them.
    struct Reading {
        /// Per bucket, not cumulative; the last is what lies above all bounds.
        let counts: [UInt64]
        let sum: Double

        var total: UInt64 { counts.reduce(0, &+) }
    }

    var reading: Reading {
        var read: [UInt64] = []
        for index in 0...bounds.count { read.append(counts[index].load(ordering: .relaxed)) }
        return Reading(counts: read, sum: Double(bitPattern: sumBits.load(ordering: .relaxed)))
    }

    /// How many observations there were.
    public var count: UInt64 { reading.total }
}
