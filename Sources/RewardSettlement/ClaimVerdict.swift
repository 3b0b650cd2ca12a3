public import Schemas

/// A fraud decision that can be settled by: checked at the door, with ids and times as types.
public struct ClaimVerdict: Hashable, Sendable {
    /// What fraud-worker or a person said, in rising severity.
    public enum Word: Hashable, Sendable {
        case approve
        case review
        case blockAndReview
        case decline
    }

    public let decisionID: String
    public let word: Word
    /// Rises with each decision on a claim; one that does not rise is a repeat.
    public let revision: UInt32
    /// Whether a person decided.
    public let isByPerson: Bool
    public let decidedAt: Int64
    public let claimID: ClaimID
    public let campaignID: CampaignID
    public let friendID: CustomerID
    public let referrerID: CustomerID
    public let claimedAt: Int64
    public let orderID: OrderID
    public let orderedAt: Int64
    public let orderAmount: Money

    /// Passes a decision with a whole claim; refuses any other with [validation].
    public init(_ decision: RiskDecision) throws(Rejection) {
        try Validation.identifier(decision.decisionID, "decision_id")
        try Validation.identifier(decision.claimID, "claim_id")
        try Validation.identifier(decision.friendID, "friend_id")
        decidedAt = try Validation.time(decision.decidedAt, isPresent: decision.hasDecidedAt, "decided_at")
        // Loyalty rewards stand beside claims in one table.
        guard !decision.claimID.utf8.starts(with: RewardID.loyaltyPrefix.utf8) else {
            throw Rejection(.validation, "claim_id begins as an order's reward does")
        }
        guard decision.hasClaim else { throw Rejection(.validation, "claim is absent") }
        let claim = decision.claim
        guard claim.claimID == decision.claimID, claim.friendID == decision.friendID else {
            throw Rejection(.validation, "claim is of another claim_id or friend_id than the decision")
        }
        try Validation.identifier(claim.campaignID, "campaign_id")
        try Validation.identifier(claim.referrerID, "referrer_id")
        try Validation.identifier(claim.qualifyingOrderID, "qualifying_order_id")
        claimedAt = try Validation.time(claim.claimedAt, isPresent: claim.hasClaimedAt, "claimed_at")
        orderedAt = try Validation.time(
            claim.qualifyingOrderAt, isPresent: claim.hasQualifyingOrderAt, "qualifying_order_at")
        try Validation.money(
            claim.qualifyingOrderAmount, isPresent: claim.hasQualifyingOrderAmount, "qualifying_order_amount")
        switch decision.decision {
        case .approve: word = .approve
        case .review: word = .review
        case .blockAndReview: word = .blockAndReview
        case .decline: word = .decline
        case .unspecified, .UNRECOGNIZED: throw Rejection(.validation, "decision is none of the four")
        }
        decisionID = decision.decisionID
        revision = decision.revision
        isByPerson = !decision.reviewer.isEmpty
        claimID = ClaimID(rawValue: claim.claimID)
        campaignID = CampaignID(rawValue: claim.campaignID)
        friendID = CustomerID(rawValue: claim.friendID)
        referrerID = CustomerID(rawValue: claim.referrerID)
        orderID = OrderID(rawValue: claim.qualifyingOrderID)
        orderAmount = claim.qualifyingOrderAmount
    }

    var rewardID: RewardID { RewardID(claimID) }
}
