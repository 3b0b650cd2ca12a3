import Schemas

/// Bounds on a campaign's definition, so that one record can neither stall a stage nor overflow its figures.
public enum CampaignLimits {
    public static let versions = 1_000
    public static let linesPerBudget = 100
    public static let drawingsPerVersion = 1_000
    /// A hundred years, for holds and the life of points.
    public static let days: UInt32 = 36_500
    public static let tierPercent: UInt32 = 100_000
    /// Of a budget, a drawing, a fixed or greatest reward, in the unit.
    public static let amount = Validation.amountLimit
}
