public import Schemas

/// A reward's id: its claim's, or `order:<order id>` for the points of an order.
public struct RewardID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public init(_ claim: ClaimID) { self.rawValue = claim.rawValue }

    /// The points that an order earns (S04).
    public static func loyalty(_ order: OrderID) -> RewardID {
        RewardID(rawValue: "\(loyaltyPrefix)\(order)")
    }

    static let loyaltyPrefix = "order:"
}
