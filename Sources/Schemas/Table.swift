public import ProtobufCodec

/// One table of a stage's keyed state: a number inside the stage, a name for people, a message type.
public struct Table<Value: Message>: Sendable {
    public let declaration: TableDeclaration
    public var id: UInt8 { declaration.id }

    package init(_ id: UInt8, _ name: String) {
        self.declaration = TableDeclaration(id: id, name: name, messageName: Value.protoMessageName)
    }
}

/// Describes a table without its type. `id` is unique in its stage, 1...239, and part of every stored key.
public struct TableDeclaration: Hashable, Sendable {
    public let id: UInt8
    public let name: String
    public let messageName: String
}

/// Every table of every stage.
public enum Tables {
    public static let profiles = Table<CustomerProfile>(1, "profiles")

    public static let friendClaims = Table<FriendClaims>(1, "friend-claims")
    public static let entityHistories = Table<EntityHistory>(1, "entity-histories")
    public static let pendingVerdicts = Table<PendingVerdict>(1, "pending-verdicts")

    public static let rewardProgress = Table<RewardProgress>(1, "rewards")
    public static let orderProgress = Table<OrderProgress>(2, "orders")
    public static let customerTiers = Table<CustomerTier>(3, "tiers")

    public static let campaignLedgers = Table<CampaignLedger>(1, "campaigns")
    public static let budgetAccounts = Table<BudgetAccount>(2, "budget-accounts")
    public static let transferRecords = Table<TransferRecord>(3, "transfers")
    public static let referrerCounts = Table<ReferrerCount>(4, "referrer-counts")

    public static let accounts = Table<Account>(1, "accounts")
    public static let accountTransferRecords = Table<AccountTransferRecord>(2, "account-transfers")

    public static let recipients = Table<Recipient>(1, "recipients")
    public static let audienceShares = Table<AudienceShare>(2, "audience-shares")

    public static let deliveryAttempts = Table<DeliveryAttempts>(1, "delivery-attempts")
}
