public import Schemas

/// T01: the borders of the RFM scores of a population, exact to the last unit.
///
/// Same semantics as the R package `rfm`: inner edges are the type-7 quantiles at 20, 40, 60 and 80 % plus 1, a score's
/// interval is [low, high). So equal values get equal scores, and groups may be unequal (tie rule `quantile-edge`).
public enum RFMCalibration {
    /// The name of the tie rule, as every version carries it.
    public static let tieRule = "quantile-edge"

    /// Computes the borders from customers as they were at the cut-off.
    ///
    /// A customer counts with at least one order that was not refunded in full, unless profiling was not consented to at
    /// the cut-off. The mean interval between purchases (T16) is the sum of the spans from first to last order over the
    /// sum of the repeat orders, of the customers for whom both are above zero. The caller sets `version`,
    /// `valid_from_ms` and `author`.
    ///
    /// - Parameters:
    ///   - customers: profiles that have taken in every event up to the cut-off and none after it, as `RFMPopulation`
    ///     makes them.
    ///   - cutOff: milliseconds since the epoch.
    ///   - frequencyWindowDays: 1 to 365; the contract names 30 and 90.
    public static func compute(
        _ customers: some Sequence<CustomerProfile>, cutOff: Int64, frequencyWindowDays: UInt32
    ) throws(CalibrationError) -> CalibrationVersion {
        guard (1...RFMScale.windowDaysLimit).contains(frequencyWindowDays) else {
            throw .frequencyWindow(days: frequencyWindowDays)
        }
        var figures = PopulationFigures(window: Int64(frequencyWindowDays) * Milliseconds.day)
        for customer in customers { try figures.add(customer, cutOff: cutOff) }
        guard !figures.recency.isEmpty else { throw .noCustomers }
        var version = CalibrationVersion()
        version.frequencyWindowDays = frequencyWindowDays
        version.recencyEdgesFifths = try edges(of: figures.recency)
        version.frequencyEdgesFifths = try edges(of: figures.frequency)
        version.monetaryEdgesFifths = try edges(of: figures.monetary)
        version.intervalSpanSumMs = figures.spanSum
        version.intervalCount = figures.repeats
        version.tieRule = tieRule
        version.customerCount = UInt64(figures.recency.count)
        version.cutOffMs = cutOff
        return version
    }

    /// Four edges, times five: so "plus 1" adds five.
    private static func edges(of values: [Int64]) throws(CalibrationError) -> [Int64] {
        let rising = values.sorted()
        var edges: [Int64] = []
        for quintile in 1...ScoreEdges.count {
            edges.append(try Quantile.sum(Quantile.quintileTimesFive(quintile, ofRising: rising), 5))
        }
        return edges
    }
}

/// What a calibration needs of its customers, one entry each.
private struct PopulationFigures {
    let window: Int64
    private(set) var recency: [Int64] = []
    private(set) var frequency: [Int64] = []
    private(set) var monetary: [Int64] = []
    private(set) var spanSum: Int64 = 0
    private(set) var repeats: Int64 = 0

    init(window: Int64) { self.window = window }

    mutating func add(_ customer: CustomerProfile, cutOff: Int64) throws(CalibrationError) {
        guard customer.orderCount >= 1, !ConsentRule.isProfilingWithdrawn(customer, at: cutOff) else { return }
        guard customer.lastPaidMs <= cutOff else { throw .orderAfterCutOff(customerID: customer.customerID) }
        recency.append(RFMScore.recencyDays(customer, at: cutOff))
        frequency.append(OrderHistory.frequency(customer, at: cutOff, window: window).count)
        monetary.append(customer.netPaidMinor)
        let span = customer.lastPaidMs &- customer.firstPaidMs
        guard customer.orderCount > 1, span > 0 else { return }
        spanSum = try Quantile.sum(spanSum, span)
        repeats = try Quantile.sum(repeats, Int64(customer.orderCount) - 1)
    }
}
