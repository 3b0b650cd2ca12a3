public import Schemas

/// The state of `settlement.rewards`: the worker keeps it in its task's tables, tests in dictionaries.
///
/// Keys are opaque. A failure of the store is thrown through and stops the task.
public protocol RewardBook {
    /// The last good definition; nil for an unknown campaign.
    func campaign(_ id: CampaignID) throws -> Campaign?
    func reward(_ key: String) throws -> RewardProgress?
    /// Keeps the reward; `timer` replaces the entry's timer, nil takes it away.
    mutating func put(_ reward: RewardProgress, _ key: String, timer: Int64?) throws
    func order(_ key: String) throws -> OrderProgress?
    mutating func put(_ order: OrderProgress, _ key: String) throws
    func tiers(of customer: CustomerID) throws -> CustomerTier?
    mutating func put(_ tiers: CustomerTier, of customer: CustomerID) throws
    mutating func deleteTiers(of customer: CustomerID) throws
}
