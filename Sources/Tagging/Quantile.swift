/// Type-7 quantiles of whole numbers, exact: times five, the quintiles of whole numbers are whole.
///
/// Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, definition 7.
enum Quantile {
    /// Returns five times the k-th quintile (k of 1 to 4) of a rising list that is not empty.
    static func quintileTimesFive(_ k: Int, ofRising values: [Int64]) throws(CalibrationError) -> Int64 {
        let (place, rest) = ((values.count - 1) * k).quotientAndRemainder(dividingBy: 5)
        let low = values[place]
        guard rest > 0 else { return try product(low, 5) }
        // The gap between neighbours may be wider than either; so weigh the two, which is the same and fits more.
        return try sum(product(low, Int64(5 - rest)), product(values[place + 1], Int64(rest)))
    }

    static func product(_ left: Int64, _ right: Int64) throws(CalibrationError) -> Int64 {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        guard !overflow else { throw .overflow }
        return value
    }

    static func sum(_ left: Int64, _ right: Int64) throws(CalibrationError) -> Int64 {
        let (value, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw .overflow }
        return value
    }
}
