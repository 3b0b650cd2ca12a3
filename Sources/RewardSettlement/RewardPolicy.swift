public import Schemas

/// What an operator may set of `settlement.rewards`.
public struct RewardPolicy: Hashable, Sendable {
    /// The campaign that rewards each paid order with points (S04).
    public var loyaltyCampaign = CampaignID(rawValue: "loyalty")
    /// How long a person may take to review, milliseconds.
    public var reviewMs = 14 * Milliseconds.day

    public init() {}

    /// Refunds of one order; one more is refused, because forgetting an old one would count it twice if it came again.
    public static let refundsPerOrder = 200
    /// Rewards that hang on one order; one more is refused.
    public static let rewardsPerOrder = 64
}
