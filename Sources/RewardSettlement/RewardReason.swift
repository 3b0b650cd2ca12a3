/// Why a reward was refused, voided or taken back by `settlement.rewards`, as published in `RewardEvent.reason`.
///
/// The first six are checked in this order, and the first that holds is told.
public enum RewardReason: String, CaseIterable, Sendable {
    /// The order is in another currency than the campaign.
    case currency
    /// The order is worth less than the campaign's minimum.
    case belowMinimum = "below_minimum"
    /// Refunds have left less than the minimum, or nothing.
    case orderRefunded = "order_refunded"
    /// The campaign's rules give neither side anything for this order.
    case noReward = "no_reward"
    case fraudDecline = "fraud_decline"
    case fraudBlock = "fraud_block"
    /// Evidence that came after the approval: a person looks before it is paid.
    case fraudReview = "fraud_review"
    /// A refund in the hold, or after it.
    case refund
    /// Nobody reviewed in time: a held reward is never paid by itself.
    case reviewDeadline = "review_deadline"
}
