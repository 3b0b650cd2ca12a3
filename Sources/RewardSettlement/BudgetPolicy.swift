/// What an operator may set of `settlement.budgets`.
public struct BudgetPolicy: Hashable, Sendable {
    /// Percent of a line's funding: used beyond it, an alert is told once (S12).
    public var alertPercent: UInt32 = 80

    public init() {}

    /// Told once when a line is used up.
    static let exhaustedPercent: UInt32 = 100
    /// One part in ten of each budget is reserve (S11).
    static let reserveDivisor: Int64 = 10
}
