public import Schemas

/// The state of `settlement.budgets`: the worker keeps it in its task's tables, tests in dictionaries.
///
/// A failure of the store is thrown through and stops the task.
public protocol BudgetBook {
    /// The last good definition; nil for an unknown campaign.
    func campaign(_ id: CampaignID) throws -> Campaign?
    func ledger(of campaign: CampaignID) throws -> CampaignLedger?
    mutating func put(_ ledger: CampaignLedger, of campaign: CampaignID) throws
    func account(_ id: AccountID) throws -> BudgetAccount?
    mutating func put(_ account: BudgetAccount, _ id: AccountID) throws
    func transfer(_ id: TransferID) throws -> TransferRecord?
    mutating func put(_ record: TransferRecord, _ id: TransferID) throws
    /// By an opaque key.
    func referrerCount(_ key: String) throws -> ReferrerCount?
    mutating func put(_ count: ReferrerCount, _ key: String) throws
}
