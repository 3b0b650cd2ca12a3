/// Counts of values with a fixed relative precision over a wide range, bucketed as HdrHistogram does.
///
/// Values from 1 to the highest are told apart to the stated number of significant decimal digits: values in one
/// bucket differ by at most one part in 10^digits. Recording is O(1) and allocates nothing. A value type; one thread
/// records, or each thread has its own and they are merged.
public struct LatencyHistogram: Sendable, Equatable {
    /// The largest value that is told apart; larger ones count as this and in `clampedCount`.
    public let highest: Int64
    /// How many decimal digits of a value are kept.
    public let significantDigits: Int
    /// How many values there are, clamped ones included.
    public private(set) var count: UInt64 = 0
    /// Values above `highest`, or below zero, that were counted as the nearest in range.
    public private(set) var clampedCount: UInt64 = 0
    private var smallest = Int64.max
    private var largest: Int64 = 0
    private var counts: [UInt64]
    // A bucket of HdrHistogram covers one power of two; its sub-buckets split it evenly.
    private let subBucketHalfMagnitude: Int
    private let subBucketCount: Int64
    private let subBucketMask: Int64

    /// The highest value is at least 2 and at most 2^62; digits are 1 to 5. An hour in microseconds at three digits
    /// takes 184 KiB.
    public init(highest: Int64 = 3_600_000_000, significantDigits: Int = 3) {
        precondition((2...(1 << 62)).contains(highest) && (1...5).contains(significantDigits))
        self.highest = highest
        self.significantDigits = significantDigits
        // The largest value up to which single units are told apart.
        var unitRange: Int64 = 2
        for _ in 0..<significantDigits { unitRange *= 10 }
        let magnitude = 64 - (unitRange - 1).leadingZeroBitCount
        subBucketHalfMagnitude = magnitude - 1
        subBucketCount = 1 << Int64(magnitude)
        subBucketMask = subBucketCount - 1
        var bucketCount = 1
        var covered = subBucketCount
        while covered <= highest {
            bucketCount += 1
            let (doubled, overflows) = covered.multipliedReportingOverflow(by: 2)
            if overflows { break }
            covered = doubled
        }
        counts = [UInt64](repeating: 0, count: (bucketCount + 1) * Int(subBucketCount / 2))
    }

    /// Counts a value, so many times.
    public mutating func record(_ value: Int64, times: UInt64 = 1) {
        guard times > 0 else { return }
        let clamped = min(max(value, 0), highest)
        if clamped != value { clampedCount &+= times }
        counts[index(of: clamped)] &+= times
        count &+= times
        smallest = min(smallest, clamped)
        largest = max(largest, clamped)
    }

    /// Counts a value, and those that a caller stalled by it would have measured at its usual interval: HdrHistogram's
    /// correction for coordinated omission.
    public mutating func record(_ value: Int64, expectedInterval: Int64) {
        record(value)
        guard expectedInterval > 0 else { return }
        var missing = min(value, highest) - expectedInterval
        while missing >= expectedInterval {
            record(missing)
            missing -= expectedInterval
        }
    }

    /// Adds the other's counts; where the other has another range or precision, each bucket counts as its middle.
    public mutating func merge(_ other: LatencyHistogram) {
        if counts.count == other.counts.count, highest == other.highest, significantDigits == other.significantDigits {
            for index in counts.indices { counts[index] &+= other.counts[index] }
            count &+= other.count
            smallest = min(smallest, other.smallest)
            largest = max(largest, other.largest)
        } else {
            for (index, times) in other.counts.enumerated() where times > 0 {
                record(other.middle(of: index), times: times)
            }
        }
        clampedCount &+= other.clampedCount
    }

    /// The value that so many percent of all values are not above, as the highest value of its bucket; 0 when empty.
    public func percentile(_ percent: Double) -> Int64 {
        guard count > 0, !percent.isNaN else { return 0 }
        // Divided last: 99.9 / 100 * 1000 is a rounding error above 999, and would count as 1000.
        let wanted = max(1, UInt64((min(max(percent, 0), 100) * Double(count) / 100).rounded(.up)))
        var seen: UInt64 = 0
        for (index, times) in counts.enumerated() {
            seen &+= times
            if seen >= min(wanted, count) { return min(lowest(of: index) + size(of: index) - 1, largest) }
        }
        return largest
    }

    /// The least value, exact; 0 when empty.
    public var minimum: Int64 { count == 0 ? 0 : smallest }
    /// The greatest value, exact up to `highest`; 0 when empty.
    public var maximum: Int64 { largest }

    /// The mean of the buckets' middles; 0 when empty.
    public var mean: Double {
        guard count > 0 else { return 0 }
        var sum = 0.0
        for (index, times) in counts.enumerated() where times > 0 { sum += Double(middle(of: index)) * Double(times) }
        return sum / Double(count)
    }

    /// Forgets all values.
    public mutating func reset() {
        self = LatencyHistogram(highest: highest, significantDigits: significantDigits)
    }

    // MARK: Buckets

    private func index(of value: Int64) -> Int {
        let bucket = 64 - (value | subBucketMask).leadingZeroBitCount - (subBucketHalfMagnitude + 1)
        let subBucket = Int(value >> Int64(bucket))
        return ((bucket + 1) << subBucketHalfMagnitude) + subBucket - (1 << subBucketHalfMagnitude)
    }

    /// Bucket and sub-bucket of an index; the lower half of every bucket but the first is the bucket below.
    private func place(of index: Int) -> (bucket: Int, subBucket: Int64) {
        let bucket = (index >> subBucketHalfMagnitude) - 1
        let half = 1 << subBucketHalfMagnitude
        let subBucket = (index & (half - 1)) + half
        return bucket < 0 ? (0, Int64(subBucket - half)) : (bucket, Int64(subBucket))
    }

    private func lowest(of index: Int) -> Int64 {
        let (bucket, subBucket) = place(of: index)
        return subBucket << Int64(bucket)
    }

    private func size(of index: Int) -> Int64 { 1 << Int64(place(of: index).bucket) }

    private func middle(of index: Int) -> Int64 { lowest(of: index) + size(of: index) / 2 }
}
