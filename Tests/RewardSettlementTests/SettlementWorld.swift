import RewardSettlement
import Schemas
import Testing

/// The three stages wired together as the runtime wires them in event time: timers first, then the record, then what it
/// leads to, all at the record's time.
struct SettlementWorld {
    /// A record from outside.
    enum Input {
        case decision(RiskDecision)
        case event(CustomerEvent)
        case tag(TagEvent)

        var time: Int64 {
            switch self {
            case .decision(let decision): decision.decidedAt.milliseconds ?? 0
            case .event(let event): event.occurredAt.milliseconds ?? 0
            case .tag(let tag): tag.changedAt.milliseconds ?? 0
            }
        }
    }

    /// A record between the stages, with its Kafka timestamp.
    struct Sent<Value: Hashable>: Hashable {
        let at: Int64
        let value: Value
    }

    var rewards = Rewards()
    var budgets = Budgets()
    let accounts = Accounts()
    var rewardBook = MemoryRewardBook()
    var budgetBook = MemoryBudgetBook()
    var accountBook = MemoryAccountBook()

    // Everything published, in order.
    var requests: [Sent<BudgetRequest>] = []
    var transfers: [Sent<AccountTransfer>] = []
    var events: [RewardEvent] = []
    var alerts: [OpsAlert] = []
    var entries: [LedgerEntry] = []
    var notifications: [NotificationRequest] = []

    /// Checks the invariants after each step.
    var auditor: Auditor?

    init(_ campaigns: [Campaign]) {
        for campaign in campaigns { publish(campaign) }
    }

    mutating func publish(_ campaign: Campaign) {
        rewardBook.campaigns[CampaignID(rawValue: campaign.campaignID)] = campaign
        budgetBook.campaigns[CampaignID(rawValue: campaign.campaignID)] = campaign
    }

    /// Takes a record; a refused one changes nothing, as the runtime undoes it.
    mutating func take(_ input: Input) throws {
        let at = input.time
        try advance(through: at)
        var book = rewardBook
        let outputs: RewardOutputs
        switch input {
        case .decision(let decision):
            outputs = try rewards.decide(try ClaimVerdict(decision), at: at, &book)
        case .event(let event):
            guard let event = try OrderEvent.check(event) else { return }
            outputs = try rewards.decide(event, at: at, &book)
        case .tag(let tag):
            outputs = RewardOutputs()
            if let tier = try TierEvent.check(tag) { try rewards.decide(tier, &book) }
        }
        rewardBook = book
        try deliver(outputs, at: at)
        try auditor?.checkConservation(budgetBook, accountBook)
    }

    mutating func take(_ inputs: [Input]) throws {
        for input in inputs { try take(input) }
    }

    static let timersLimit = 10_000

    /// Fires every timer due at or before the time, of both stages, in order of time.
    mutating func advance(through time: Int64) throws {
        var fired = 0
        while true {
            fired += 1
            guard fired <= Self.timersLimit else { throw Auditor.Failure(description: "a timer fires for ever") }
            let reward = rewardBook.timers.nextTimer(through: time)
            let account = accountBook.timers.nextTimer(through: time)
            guard let first = [reward, account].compactMap({ $0?.due }).min() else { return }
            if let account, account.due == first {
                var book = accountBook
                let outcome = try accounts.punctuate(key: account.key, at: account.due, &book)
                try auditor?.check(outcome, accountBook, book)
                accountBook = book
                collect(outcome)
            } else if let reward {
                var book = rewardBook
                let outputs = try rewards.punctuate(key: reward.key, at: reward.due, &book)
                rewardBook = book
                try deliver(outputs, at: reward.due)
            }
        }
    }

    private mutating func deliver(_ outputs: RewardOutputs, at: Int64) throws {
        for transfer in outputs.transfers { try follow(transfer, at: at) }
        for request in outputs.requests { try answer(request, at: at) }
    }

    mutating func answer(_ request: BudgetRequest, at: Int64) throws {
        requests.append(Sent(at: at, value: request))
        var book = budgetBook
        let outcome = try budgets.decide(request, at: at, &book)
        try auditor?.check(outcome, budgetBook, book)
        budgetBook = book
        if let event = outcome.event { events.append(event) }
        alerts += outcome.alerts
        for transfer in outcome.funding + outcome.transfers { try follow(transfer, at: at) }
    }

    mutating func follow(_ transfer: AccountTransfer, at: Int64) throws {
        transfers.append(Sent(at: at, value: transfer))
        var book = accountBook
        let outcome = try accounts.decide(transfer, at: at, &book)
        try auditor?.check(outcome, accountBook, book)
        accountBook = book
        collect(outcome)
    }

    private mutating func collect(_ outcome: AccountOutcome) {
        entries += outcome.entries
        notifications += outcome.notifications
    }

    func balance(_ account: AccountID) -> Balance { accountBook.accounts[account]?.balance ?? Balance() }

    func line(_ name: String, _ unit: RewardUnit = .cash, of campaign: CampaignID = spring) -> Balance {
        budgetBook.accounts[.budget(campaign, unit, line: name)]?.balance ?? Balance()
    }

    /// The states told of a reward, with their reasons.
    func history(of reward: String) -> [String] {
        events.filter { $0.rewardID == reward }.map { event in
            let state = RewardStateName.name(event.state)
            return event.reason.isEmpty ? state : "\(state) \(event.reason)"
        }
    }
}

enum RewardStateName {
    static func name(_ state: RewardState) -> String {
        switch state {
        case .pending: "pending"
        case .held: "held"
        case .posted: "posted"
        case .voided: "voided"
        case .clawedBack: "clawed_back"
        case .refused: "refused"
        case .unspecified, .UNRECOGNIZED: "none"
        }
    }
}
