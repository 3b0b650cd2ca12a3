import CommandLineTools
import ProtobufCodec
import RewardSettlement
import Schemas
import WorkerRuntime

/// Rewards claims and orders: each reward a state machine, its hold a timer.
struct RewardsStage: Stage {
    static let declaration = Stages.rewards
    static let settings: [any AnySetting] = [SettlementSettings.loyaltyCampaign, SettlementSettings.reviewDays]
    private let rewards: Rewards

    init(configuration: Configuration) {
        var policy = RewardPolicy()
        policy.loyaltyCampaign = CampaignID(rawValue: configuration[SettlementSettings.loyaltyCampaign])
        policy.reviewMs = Int64(configuration[SettlementSettings.reviewDays]) * Milliseconds.day
        rewards = Rewards(policy: policy)
    }

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        var book = RewardTables(context: context)
        if record.isFrom(Topics.fraudDecisions) {
            let verdict = try ClaimVerdict(try record.decode(Topics.fraudDecisions))
            context.outputTime = context.judgedAt(verdict.decidedAt)
            try context.publish(try rewards.decide(verdict, at: context.outputTime, &book))
        } else if record.isFrom(Topics.customerEvents) {
            guard let event = try OrderEvent.check(try record.decode(Topics.customerEvents)) else { return }
            context.outputTime = context.judgedAt(event.occurredAt)
            try context.publish(try rewards.decide(event, at: context.outputTime, &book))
        } else {
            guard let event = try TierEvent.check(try record.decode(Topics.tags)) else { return }
            try rewards.decide(event, &book)
        }
    }

    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        var book = RewardTables(context: context)
        try context.publish(try rewards.punctuate(key: key, at: context.at, &book))
    }

    static func validateGlobal(_ topic: String, _ value: [UInt8]) throws {
        try Campaign(serializedBytes: value).validate()
    }
}

/// Reserves, pays and takes back against campaigns' budgets.
struct BudgetsStage: Stage {
    static let declaration = Stages.budgets
    static let settings: [any AnySetting] = [SettlementSettings.alertPercent]
    private let budgets: Budgets

    init(configuration: Configuration) {
        var policy = BudgetPolicy()
        policy.alertPercent = UInt32(clamping: configuration[SettlementSettings.alertPercent])
        budgets = Budgets(policy: policy)
    }

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        var book = BudgetTables(context: context)
        let request = try record.decode(Topics.budgetRequests)
        let outcome = try budgets.decide(request, at: context.at, &book)
        if outcome.result != .ok { context.count("budget_\(outcome.result.name)") }
        for transfer in outcome.funding { try context.publish(transfer, to: Topics.accountTransfers) }
        if let event = outcome.event { try context.publish(event, to: Topics.rewards) }
        for transfer in outcome.transfers { try context.publish(transfer, to: Topics.accountTransfers) }
        for alert in outcome.alerts { try context.publish(alert, to: Topics.alerts) }
    }

    static func validateGlobal(_ topic: String, _ value: [UInt8]) throws {
        try Campaign(serializedBytes: value).validate()
    }
}

/// Keeps accounts' balances and the journal, and expires points.
struct AccountsStage: Stage {
    static let declaration = Stages.accounts
    private let accounts = Accounts()

    init(configuration: Configuration) {}

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        var book = AccountTables(context: context)
        let transfer = try record.decode(Topics.accountTransfers)
        try publish(try accounts.decide(transfer, at: context.at, &book), context)
    }

    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        var book = AccountTables(context: context)
        try publish(try accounts.punctuate(key: key, at: context.at, &book), context)
    }

    private func publish(_ outcome: AccountOutcome, _ context: DecisionContext) throws {
        if outcome.result != .ok { context.count("account_\(outcome.result.name)") }
        for entry in outcome.entries { try context.publish(entry, to: Topics.ledgerEntries) }
        for request in outcome.notifications { try context.publish(request, to: Topics.notificationRequests) }
    }
}

/// What an operator may set; the defaults are those of Rules.md.
enum SettlementSettings {
    static let loyaltyCampaign = Setting<String>(
        "loyalty.campaign", default: "loyalty",
        allowed: .matching("a campaign id") { (try? Validation.identifier($0, "loyalty.campaign")) != nil },
        help: "The campaign that rewards each paid order with points.")
    static let reviewDays = Setting<Int>(
        "reward.review.days", default: 14, allowed: .range(1...365),
        help: "Days that a person may take to review a held reward, which is given up after them.")
    static let alertPercent = Setting<Int>(
        "budget.alert.percent", default: 80, allowed: .range(1...99),
        help: "Percent of a budget line's funding beyond which an alert is raised.")
}

extension DecisionContext {
    fileprivate func publish(_ outputs: RewardOutputs) throws {
        for transfer in outputs.transfers { try publish(transfer, to: Topics.accountTransfers) }
        for request in outputs.requests { try publish(request, to: Topics.budgetRequests) }
    }

    /// The campaign of that id; a definition published under another's key is nobody's.
    fileprivate func campaign(_ id: CampaignID) throws -> Campaign? {
        guard let campaign = try global(Topics.campaigns, id.rawValue), campaign.campaignID == id.rawValue else {
            return nil
        }
        return campaign
    }
}

private struct RewardTables: RewardBook {
    let context: DecisionContext

    func campaign(_ id: CampaignID) throws -> Campaign? { try context.campaign(id) }
    func reward(_ key: String) throws -> RewardProgress? { try context.get(Tables.rewardProgress, key) }
    func put(_ reward: RewardProgress, _ key: String, timer: Int64?) throws {
        try context.put(Tables.rewardProgress, key, reward, timer: timer)
    }
    func order(_ key: String) throws -> OrderProgress? { try context.get(Tables.orderProgress, key) }
    func put(_ order: OrderProgress, _ key: String) throws { try context.put(Tables.orderProgress, key, order) }
    func tiers(of customer: CustomerID) throws -> CustomerTier? {
        try context.get(Tables.customerTiers, customer.rawValue)
    }
    func put(_ tiers: CustomerTier, of customer: CustomerID) throws {
        try context.put(Tables.customerTiers, customer.rawValue, tiers)
    }
    func deleteTiers(of customer: CustomerID) throws { try context.delete(Tables.customerTiers, customer.rawValue) }
}

private struct BudgetTables: BudgetBook {
    let context: DecisionContext

    func campaign(_ id: CampaignID) throws -> Campaign? { try context.campaign(id) }
    func ledger(of campaign: CampaignID) throws -> CampaignLedger? {
        try context.get(Tables.campaignLedgers, campaign.rawValue)
    }
    func put(_ ledger: CampaignLedger, of campaign: CampaignID) throws {
        try context.put(Tables.campaignLedgers, campaign.rawValue, ledger)
    }
    func account(_ id: AccountID) throws -> BudgetAccount? { try context.get(Tables.budgetAccounts, id.rawValue) }
    func put(_ account: BudgetAccount, _ id: AccountID) throws {
        try context.put(Tables.budgetAccounts, id.rawValue, account)
    }
    func transfer(_ id: TransferID) throws -> TransferRecord? { try context.get(Tables.transferRecords, id.rawValue) }
    func put(_ record: TransferRecord, _ id: TransferID) throws {
        try context.put(Tables.transferRecords, id.rawValue, record)
    }
    func referrerCount(_ key: String) throws -> ReferrerCount? { try context.get(Tables.referrerCounts, key) }
    func put(_ count: ReferrerCount, _ key: String) throws { try context.put(Tables.referrerCounts, key, count) }
}

private struct AccountTables: AccountBook {
    let context: DecisionContext

    func account(_ id: AccountID) throws -> Account? { try context.get(Tables.accounts, id.rawValue) }
    func put(_ account: Account, _ id: AccountID, timer: Int64?) throws {
        try context.put(Tables.accounts, id.rawValue, account, timer: timer)
    }
    func record(_ key: String) throws -> AccountTransferRecord? {
        try context.get(Tables.accountTransferRecords, key)
    }
    func put(_ record: AccountTransferRecord, _ key: String) throws {
        try context.put(Tables.accountTransferRecords, key, record)
    }
}
