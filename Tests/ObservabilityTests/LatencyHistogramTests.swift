import Observability
import Testing

@Suite struct LatencyHistogramTests {
    /// The widths of HdrHistogram's buckets at three digits: value, the highest that counts as the same.
    @Test(arguments: [
        (1, 1), (2047, 2047), (2048, 2049), (2500, 2501), (8191, 8191), (8190, 8191), (8192, 8199), (10_000, 10_007),
        (1_000_000, 1_000_447),
    ])
    func bucketsAreHdrHistograms(value: Int64, highest: Int64) {
        var histogram = LatencyHistogram(highest: 3_600_000_000, significantDigits: 3)
        histogram.record(value)
        histogram.record(3_000_000_000)
        #expect(histogram.percentile(50) == highest)
    }

    @Test func anEmptyHistogramIsAllZero() {
        let histogram = LatencyHistogram()
        #expect(histogram.count == 0)
        #expect(histogram.percentile(50) == 0)
        #expect(histogram.percentile(100) == 0)
        #expect(histogram.minimum == 0)
        #expect(histogram.maximum == 0)
        #expect(histogram.mean == 0)
    }

    @Test func percentilesOfAThousand() {
        var histogram = LatencyHistogram(highest: 10_000)
        for value in 1...1000 { histogram.record(Int64(value)) }
        let expected: [(Double, Int64)] = [
            (-1, 1), (0, 1), (0.1, 1), (0.11, 2), (50, 500), (50.01, 501), (99, 990), (99.9, 999), (99.99, 1000),
            (100, 1000), (200, 1000), (.nan, 0),
        ]
        for (percent, value) in expected { #expect(histogram.percentile(percent) == value, "\(percent)") }
        #expect(histogram.mean == 500.5)
        #expect(histogram.minimum == 1)
        #expect(histogram.maximum == 1000)
    }

    @Test(arguments: 1...4)
    func percentilesAreWithinThePrecision(digits: Int) {
        var random = SeededGenerator(seed: UInt64(digits))
        var tenth = 1.0
        for _ in 0..<digits { tenth /= 10 }
        var histogram = LatencyHistogram(highest: 1 << 30, significantDigits: digits)
        var values: [Int64] = []
        for _ in 0..<5000 {
            let value = Int64(random.next() >> 1) >> Int64.random(in: 33...62, using: &random)
            values.append(value)
            histogram.record(value)
        }
        values.sort()
        for percent in [0, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100] {
            let rank = max(1, Int((percent * 5000 / 100 - 1e-6).rounded(.up)))
            let exact = values[rank - 1]
            let told = histogram.percentile(percent)
            #expect(told >= exact)
            #expect(Double(told - exact) <= Double(exact) * tenth, "\(percent) %: \(told) for \(exact)")
        }
        #expect(histogram.minimum == values.first)
        #expect(histogram.maximum == values.last)
        #expect(histogram.count == 5000)
        let mean = values.reduce(0.0) { $0 + Double($1) } / 5000
        #expect(abs(histogram.mean - mean) <= mean * tenth)
    }

    @Test func valuesOutOfRangeAreCountedAtItsEnd() {
        var histogram = LatencyHistogram(highest: 1000)
        histogram.record(1001)
        histogram.record(.max)
        histogram.record(-1)
        histogram.record(.min, times: 2)
        histogram.record(1000)
        histogram.record(0, times: 0)
        #expect(histogram.count == 6)
        #expect(histogram.clampedCount == 5)
        #expect(histogram.maximum == 1000)
        #expect(histogram.minimum == 0)
        #expect(histogram.percentile(100) == 1000)
        #expect(histogram.percentile(50) == 0)
    }

    @Test(arguments: [2, 3, 2047, 2048, 2049, 4095, 4096, 1 << 30, 1 << 62] as [Int64], [1, 2, 3])
    func everyRangeHoldsItsEnds(highest: Int64, digits: Int) {
        var histogram = LatencyHistogram(highest: highest, significantDigits: digits)
        for value in [0, 1, highest / 2, highest - 1, highest] { histogram.record(value) }
        #expect(histogram.count == 5)
        #expect(histogram.clampedCount == 0)
        #expect(histogram.percentile(100) == highest)
    }

    @Test func mergingIsRecordingBoth() {
        var random = SeededGenerator(seed: 9)
        var (one, two, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for number in 0..<2000 {
            let value = Int64.random(in: -5...4_000_000_000, using: &random)
            if number % 3 == 0 { one.record(value) } else { two.record(value) }
            both.record(value)
        }
        one.merge(two)
        #expect(one == both)
        one.merge(LatencyHistogram())
        #expect(one == both)
    }

    @Test func mergingKeepsTheExtremesOfBoth() {
        var (low, high) = (LatencyHistogram(), LatencyHistogram())
        low.record(5)
        high.record(1000)
        let copy = low
        low.merge(high)
        #expect((low.minimum, low.maximum) == (5, 1000))
        high.merge(copy)
        #expect((high.minimum, high.maximum) == (5, 1000))
    }

    @Test func mergingAnotherPrecisionKeepsTheCounts() {
        var coarse = LatencyHistogram(highest: 1_000_000, significantDigits: 1)
        for value in 1...1000 { coarse.record(Int64(value) * 100) }
        var fine = LatencyHistogram()
        fine.merge(coarse)
        #expect(fine.count == 1000)
        #expect(abs(Double(fine.percentile(50)) - 50_000) <= 5000)
    }

    @Test func aStallIsCorrectedForTheRequestsThatWaited() {
        var histogram = LatencyHistogram(highest: 1_000_000)
        for _ in 0..<100 { histogram.record(10, expectedInterval: 10) }
        #expect(histogram.count == 100)
        histogram.record(1000, expectedInterval: 10)
        // 1000, 990, …, 10.
        #expect(histogram.count == 200)
        #expect(histogram.percentile(50) == 10)
        #expect(histogram.percentile(75) == 500)
        histogram.record(1000, expectedInterval: 0)
        #expect(histogram.count == 201)
    }

    @Test func resetForgets() {
        var histogram = LatencyHistogram()
        histogram.record(5)
        histogram.reset()
        #expect(histogram == LatencyHistogram())
    }
}
