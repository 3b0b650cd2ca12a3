import ProtobufCodec
import Schemas
import Testing

@testable import Tagging

/// T01, T16: the borders, by the semantics of the R package `rfm`.
struct CalibrationTests {
    static let cutOff = Story.start + 100 * day

    /// A customer as figures: days since the last order, orders in the window, net amount, first order's day.
    static func customer(_ number: Int, days: Int64, frequency: Int, net: Int64, extraSpan: Int64 = 0)
        -> CustomerProfile
    {
        .with { profile in
            profile.customerID = "c\(number)"
            let last = cutOff - days * day
            profile.orders = (0..<frequency).map { index in
                .with {
                    $0.orderID = "o\(index)"
                    $0.paidMs = last - Int64(index)
                    $0.amountMinor = 1
                }
            }.reversed()
            profile.orderCount = UInt32(frequency)
            profile.lastPaidMs = last
            profile.firstPaidMs = last - Int64(frequency - 1) - extraSpan
            profile.netPaidMinor = net
        }
    }

    /// Worked by hand. n = 6: places (n − 1)·p = 1, 2, 3, 4, so the quantiles are values 2 to 5 of the sorted six.
    @Test func sixByHand() throws {
        let days: [Int64] = [5, 1, 3, 8, 2, 13]  // sorted 1 2 3 5 8 13
        let nets: [Int64] = [100, 100, 100, 700, 900, 900]
        let customers = days.indices.map {
            Self.customer($0, days: days[$0], frequency: $0 + 1, net: nets[$0])
        }
        let version = try RFMCalibration.compute(customers, cutOff: Self.cutOff, frequencyWindowDays: 90)
        #expect(version.recencyEdgesFifths == [15, 20, 30, 45])  // (2, 3, 5, 8) + 1
        #expect(version.frequencyEdgesFifths == [15, 20, 25, 30])  // (2, 3, 4, 5) + 1
        #expect(version.monetaryEdgesFifths == [505, 505, 3_505, 4_505])  // (100, 100, 700, 900) + 1
        #expect(version.customerCount == 6 && version.cutOffMs == Self.cutOff)
        #expect(version.frequencyWindowDays == 90 && version.tieRule == "quantile-edge")
        // Spans 0, 1, …, 5 ms over 0, 1, …, 5 repeats; the first customer has neither.
        #expect(version.intervalSpanSumMs == 15 && version.intervalCount == 15)
    }

    /// Worked by hand. n = 4: places 0.6, 1.2, 1.8, 2.4 of 10 20 40 80.
    /// 10 + 0.6·10 = 16; 20 + 0.2·20 = 24; 20 + 0.8·20 = 36; 40 + 0.4·40 = 56.
    @Test func betweenValues() throws {
        #expect(try Self.quintiles([10, 20, 40, 80]) == [80, 120, 180, 280])
        // n = 3: places 0.4, 0.8, 1.2, 1.6 of 1 2 4: 1.4, 1.8, 2.4, 3.2.
        #expect(try Self.quintiles([1, 2, 4]) == [7, 9, 12, 16])
        #expect(try Self.quintiles([-3]) == [-15, -15, -15, -15])
    }

    private static func quintiles(_ rising: [Int64]) throws -> [Int64] {
        var values: [Int64] = []
        for quintile in 1...4 { values.append(try Quantile.quintileTimesFive(quintile, ofRising: rising)) }
        return values
    }

    /// Against the textbook formula in floating point: place h = (n − 1)·p, value x⌊h⌋ + (h − ⌊h⌋)(x⌊h⌋₊₁ − x⌊h⌋).
    @Test func textbookFormula() throws {
        var random = SplitMix(seed: 11)
        for _ in 0..<300 {
            let values = (0..<random.below(40) + 1).map { _ in Int64(random.below(1_000)) - 200 }.sorted()
            for quintile in 1...4 {
                let place = Double(values.count - 1) * Double(quintile) / 5
                let low = Int(place + 1e-9)
                let high = min(low + 1, values.count - 1)
                let expected =
                    Double(values[low]) + (place - Double(low)) * Double(values[high] - values[low])
                let exact = try Quantile.quintileTimesFive(quintile, ofRising: values)
                #expect(abs(Double(exact) / 5 - expected) < 1e-6)
            }
        }
    }

    /// Scores with the computed edges fall where the package's intervals [low, high) put them.
    @Test func scoresOfThePopulation() throws {
        let customers = (0..<10).map { Self.customer($0, days: Int64($0), frequency: 1, net: Int64($0) * 10) }
        let version = try RFMCalibration.compute(customers, cutOff: Self.cutOff, frequencyWindowDays: 30)
        // Days 0…9: quantiles 1.8, 3.6, 5.4, 7.2; edges 2.8, 4.6, 6.4, 8.2.
        #expect(version.recencyEdgesFifths == [14, 23, 32, 41])
        let scale = try #require(RFMScale(version))
        let scores = (0..<10).map { RFMScore(recencyDays: Int64($0), frequency: 1, monetary: Int64($0) * 10, scale) }
        #expect(scores.map(\.recency) == [5, 5, 5, 4, 4, 3, 3, 2, 2, 1])
        // Money 0…90: quantiles 18, 36, 54, 72; edges 19, 37, 55, 73.
        #expect(scores.map(\.monetary) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
        // All frequencies equal: 1 < edge 2, so all get the lowest score.
        #expect(scores.map(\.frequency) == Array(repeating: 1, count: 10))
    }

    /// 23 customers; edges and scores computed by Python: `statistics.quantiles(n: 5, method: "inclusive")`, which is type 7,
    /// over fractions, plus 1, and the intervals [low, high) searched one by one.
    @Test func agreesWithPython() throws {
        let days: [Int64] = [
            3, 3, 3, 7, 12, 12, 18, 25, 31, 31, 31, 44, 58, 60, 61, 77, 90, 91, 120, 150, 151, 200, 333,
        ]
        let counts = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 9, 12, 20, 31]
        let nets: [Int64] = [
            0, 99, 990, 1_990, 1_990, 2_500, 3_990, 4_200, 5_000, 5_001, 7_350, 8_888, 10_000, 12_345, 15_000, 19_999,
            20_000, 23_456, 50_000, 77_777, 100_000, 250_000, 999_999,
        ]
        // The window is measured from the cut-off, so the customer with the oldest order has to have it in a year.
        let customers = days.indices.map {
            Self.customer($0, days: days[$0], frequency: counts[$0], net: nets[$0])
        }
        let version = try RFMCalibration.compute(customers, cutOff: Self.cutOff, frequencyWindowDays: 365)
        #expect(version.recencyEdgesFifths == [65, 160, 306, 547])
        #expect(version.frequencyEdgesFifths == [10, 15, 21, 38])
        #expect(version.monetaryEdgesFifths == [10_975, 25_009, 64_385, 196_917])
        let scale = try #require(RFMScale(version))
        #expect(
            days.map { 6 - RFMScore(recencyDays: $0, frequency: 0, monetary: 0, scale).recency } == [
                1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5,
            ])
        #expect(
            counts.map { RFMScore(recencyDays: 0, frequency: Int64($0), monetary: 0, scale).frequency } == [
                1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5,
            ])
        #expect(
            nets.map { RFMScore(recencyDays: 0, frequency: 0, monetary: $0, scale).monetary } == [
                1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5,
            ])
    }

    @Test func whoCounts() throws {
        var customers = [Self.customer(0, days: 1, frequency: 1, net: 5)]
        var refunded = Self.customer(1, days: 1, frequency: 1, net: 0)
        refunded.orderCount = 0
        var withdrawn = Self.customer(2, days: 1, frequency: 1, net: 5)
        withdrawn.consents["profiling"] = .with { $0.status = 2 }
        var lapsed = Self.customer(3, days: 1, frequency: 1, net: 5)
        lapsed.consents["profiling"] = .with {
            $0.status = 1; $0.revokeMs = Self.cutOff
        }
        var lasting = Self.customer(4, days: 1, frequency: 1, net: 5)
        lasting.consents["profiling"] = .with {
            $0.status = 1; $0.revokeMs = Self.cutOff + 1
        }
        customers += [refunded, withdrawn, lapsed, lasting]
        let version = try RFMCalibration.compute(customers, cutOff: Self.cutOff, frequencyWindowDays: 30)
        #expect(version.customerCount == 2)
    }

    @Test func refusals() {
        let one = [Self.customer(0, days: -1, frequency: 1, net: 5)]
        #expect(throws: CalibrationError.orderAfterCutOff(customerID: "c0")) {
            try RFMCalibration.compute(one, cutOff: Self.cutOff, frequencyWindowDays: 30)
        }
        #expect(throws: CalibrationError.noCustomers) {
            try RFMCalibration.compute([], cutOff: Self.cutOff, frequencyWindowDays: 30)
        }
        for days in [UInt32(0), 366] {
            #expect(throws: CalibrationError.frequencyWindow(days: days)) {
                try RFMCalibration.compute(one, cutOff: Self.cutOff, frequencyWindowDays: days)
            }
        }
        #expect(throws: CalibrationError.overflow) {
            try RFMCalibration.compute(
                [Self.customer(0, days: 0, frequency: 1, net: .max)], cutOff: Self.cutOff, frequencyWindowDays: 30)
        }
    }

    /// A log's population is what the stage knows of the same log, late events, duplicates and refusals included.
    @Test(arguments: [UInt64(1), 2, 3])
    func populationAgreesWithTheStage(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var population = RFMPopulation(cutOff: Self.cutOff)
        var stage: [String: (profile: CustomerProfile?, due: Int64?)] = [:]
        var refused = 0
        for event in RandomEvents.log(customers: 30, events: 3_000, days: 120, &random) {
            population.add(event)
            let time = event.occurredAt.milliseconds ?? 0
            guard time <= Self.cutOff else { continue }
            var entry = stage[event.customerID] ?? (nil, nil)
            if let due = entry.due, due <= time {
                entry.due =
                    Tagging.advance(
                        due: due, to: time, profile: &entry.profile, calibration: nil, rules: TaggingRules()
                    ).nextDue
            }
            do throws(Rejection) {
                let decision = try Tagging.decide(
                    event, at: time, profile: &entry.profile, calibration: nil, rules: TaggingRules())
                if !decision.isUnchanged { entry.due = decision.nextDue }
            } catch {
                refused += 1
            }
            stage[event.customerID] = entry
        }
        let expected = try RFMCalibration.compute(
            stage.values.compactMap(\.profile), cutOff: Self.cutOff, frequencyWindowDays: 30)
        #expect(try population.calibration(frequencyWindowDays: 30) == expected)
        #expect(population.refusedCount == refused && refused > 0)
        #expect(expected.customerCount > 10)
        var record = Calibration.with { $0.name = "rfm" }
        record.versions = [expected]
        try CalibrationCheck.check(record)
    }
}
