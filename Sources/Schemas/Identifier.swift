/// An id as a type of its own, so that a customer's cannot stand where an order's belongs.
public protocol Identifier: RawRepresentable<String>, Hashable, Comparable, Sendable, CustomStringConvertible {
    init(rawValue: String)
}

extension Identifier {
    public var description: String { rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

public struct CustomerID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

public struct ClaimID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

public struct CampaignID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A ledger account: `customer:<id>:<unit>`, `campaign:<id>:<unit>:<line>`, `equity:<campaign>:<unit>`, …
public struct AccountID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static func customer(_ id: CustomerID, _ unit: RewardUnit) -> AccountID {
        AccountID(rawValue: "customer:\(id):\(unit.ledgerName)")
    }

    public static func budget(_ campaign: CampaignID, _ unit: RewardUnit, line: String) -> AccountID {
        AccountID(rawValue: "campaign:\(campaign):\(unit.ledgerName):\(line)")
    }

    public static func reserve(_ campaign: CampaignID, _ unit: RewardUnit) -> AccountID {
        AccountID(rawValue: "campaign:\(campaign):\(unit.ledgerName):reserve")
    }

    public static func equity(_ campaign: CampaignID, _ unit: RewardUnit) -> AccountID {
        AccountID(rawValue: "equity:\(campaign):\(unit.ledgerName)")
    }

    public static let redemption = AccountID(rawValue: "redemption:points")
    public static let expired = AccountID(rawValue: "expired:points")
}

extension RewardUnit {
    /// The unit's name in account and transfer ids (S02).
    public var ledgerName: String {
        switch self {
        case .cash: "cash"
        case .coupon: "coupon"
        case .points: "points"
        case .quota: "quota"
        case .unspecified: "none"
        case .UNRECOGNIZED(let number): "unit\(number)"
        }
    }
}

extension RewardSide {
    /// The side's name in transfer ids.
    public var ledgerName: String {
        switch self {
        case .referrer: "referrer"
        case .friend: "friend"
        case .unspecified: "none"
        case .UNRECOGNIZED(let number): "side\(number)"
        }
    }
}
