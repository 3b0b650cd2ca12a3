import Schemas

/// Keys of state entries that belong to two ids at once.
enum StateKey {
    /// U+001F, the unit separator: no id holds a control character, so two pairs never share a key.
    static let separator = "\u{1F}"

    static func reward(_ reward: RewardID, of customer: CustomerID) -> String {
        joined(customer.rawValue, reward.rawValue)
    }

    static func order(_ order: OrderID, of customer: CustomerID) -> String {
        joined(customer.rawValue, order.rawValue)
    }

    static func referrer(_ referrer: CustomerID, of campaign: CampaignID) -> String {
        joined(campaign.rawValue, referrer.rawValue)
    }

    /// One transfer reaches two accounts, which may live in one store.
    static func transfer(_ transfer: TransferID, to account: AccountID) -> String {
        joined(account.rawValue, transfer.rawValue)
    }

    private static func joined(_ first: String, _ second: String) -> String {
        "\(first)\(separator)\(second)"
    }
}
