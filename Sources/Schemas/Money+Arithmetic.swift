/// Why two amounts could not be computed with.
public enum MoneyError: Error, Equatable, Sendable {
    case overflow
    case currencies(String, String)
}

extension Money {
    public init(minorUnits: Int64, currency: String) {
        self.init()
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Returns the sum; refuses overflow and a second currency.
    public func adding(_ other: Money) throws(MoneyError) -> Money {
        try combining(other) { $0.addingReportingOverflow($1) }
    }

    /// Returns the difference; refuses overflow and a second currency.
    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        try combining(other) { $0.subtractingReportingOverflow($1) }
    }

    /// Splits into parts that sum to the whole: floor each, then one unit at a time from the first (S01).
    public func split(basisPoints: [UInt32]) throws(MoneyError) -> [Money] {
        var parts: [Int64] = []
        var given: Int64 = 0
        for points in basisPoints {
            let part = try Self.share(of: minorUnits, basisPoints: points)
            parts.append(part)
            given += part
        }
        let total = basisPoints.reduce(0) { $0 + UInt64($1) }
        guard total == 10_000 else { return parts.map { Money(minorUnits: $0, currency: currency) } }
        var rest = minorUnits - given
        for index in parts.indices where rest > 0 {
            parts[index] += 1
            rest -= 1
        }
        return parts.map { Money(minorUnits: $0, currency: currency) }
    }

    /// Returns floor(amount · basisPoints / 10,000) for a non-negative amount, exact for all 64 bits.
    public static func share(of amount: Int64, basisPoints: UInt32) throws(MoneyError) -> Int64 {
        guard amount >= 0 else { throw .overflow }
        let product = UInt64(amount).multipliedFullWidth(by: UInt64(basisPoints))
        guard product.high < 10_000 else { throw .overflow }
        guard let share = Int64(exactly: UInt64(10_000).dividingFullWidth(product).quotient) else { throw .overflow }
        return share
    }

    private func combining(
        _ other: Money, _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
    ) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .currencies(currency, other.currency) }
        let (value, overflow) = operation(minorUnits, other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: value, currency: currency)
    }
}
