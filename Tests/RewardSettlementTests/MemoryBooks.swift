import RewardSettlement
import Schemas

/// A timer of the runtime: an entry's key and when it is due, in the order they fire.
struct Timer: Hashable, Comparable {
    let due: Int64
    let key: String

    static func < (left: Timer, right: Timer) -> Bool { (left.due, left.key) < (right.due, right.key) }
}

/// The state of the three stages in dictionaries, with the timers that the runtime would keep.
struct MemoryRewardBook: RewardBook, Equatable {
    var campaigns: [CampaignID: Campaign] = [:]
    var rewards: [String: RewardProgress] = [:]
    var timers: [String: Int64] = [:]
    var orders: [String: OrderProgress] = [:]
    var tiers: [CustomerID: CustomerTier] = [:]

    func campaign(_ id: CampaignID) -> Campaign? { campaigns[id] }
    func reward(_ key: String) -> RewardProgress? { rewards[key] }
    mutating func put(_ reward: RewardProgress, _ key: String, timer: Int64?) {
        rewards[key] = reward
        timers[key] = timer
    }
    func order(_ key: String) -> OrderProgress? { orders[key] }
    mutating func put(_ order: OrderProgress, _ key: String) { orders[key] = order }
    func tiers(of customer: CustomerID) -> CustomerTier? { tiers[customer] }
    mutating func put(_ tiers: CustomerTier, of customer: CustomerID) { self.tiers[customer] = tiers }
    mutating func deleteTiers(of customer: CustomerID) { tiers[customer] = nil }
}

struct MemoryBudgetBook: BudgetBook, Equatable {
    var campaigns: [CampaignID: Campaign] = [:]
    var ledgers: [CampaignID: CampaignLedger] = [:]
    var accounts: [AccountID: BudgetAccount] = [:]
    var transfers: [TransferID: TransferRecord] = [:]
    var counts: [String: ReferrerCount] = [:]

    func campaign(_ id: CampaignID) -> Campaign? { campaigns[id] }
    func ledger(of campaign: CampaignID) -> CampaignLedger? { ledgers[campaign] }
    mutating func put(_ ledger: CampaignLedger, of campaign: CampaignID) { ledgers[campaign] = ledger }
    func account(_ id: AccountID) -> BudgetAccount? { accounts[id] }
    mutating func put(_ account: BudgetAccount, _ id: AccountID) { accounts[id] = account }
    func transfer(_ id: TransferID) -> TransferRecord? { transfers[id] }
    mutating func put(_ record: TransferRecord, _ id: TransferID) { transfers[id] = record }
    func referrerCount(_ key: String) -> ReferrerCount? { counts[key] }
    mutating func put(_ count: ReferrerCount, _ key: String) { counts[key] = count }
}

struct MemoryAccountBook: AccountBook, Equatable {
    var accounts: [AccountID: Account] = [:]
    var timers: [String: Int64] = [:]
    var records: [String: AccountTransferRecord] = [:]

    func account(_ id: AccountID) -> Account? { accounts[id] }
    mutating func put(_ account: Account, _ id: AccountID, timer: Int64?) {
        accounts[id] = account
        timers[id.rawValue] = timer
    }
    func record(_ key: String) -> AccountTransferRecord? { records[key] }
    mutating func put(_ record: AccountTransferRecord, _ key: String) { records[key] = record }
}

extension [String: Int64] {
    /// The next timer due at or before the time.
    func nextTimer(through time: Int64) -> Timer? {
        filter { $0.value <= time }.map { Timer(due: $0.value, key: $0.key) }.min()
    }
}
