import Schemas

/// Decides `settlement.rewards`: each claim's and each order's reward as a state machine, holds as timers.
///
/// Rows S01, S04, S09. Every time is milliseconds since the epoch; `at` is the time that the record is judged at
/// (Rules.md, "Common"). A thrown `Rejection` leaves the book half written: the caller undoes it, as the runtime does.
public struct Rewards: Sendable {
    public let policy: RewardPolicy

    public init(policy: RewardPolicy = RewardPolicy()) {
        self.policy = policy
    }

    /// Settles a claim by a decision of fraud-worker or of a person; a repeated decision changes nothing.
    public func decide(_ verdict: ClaimVerdict, at: Int64, _ book: inout some RewardBook) throws -> RewardOutputs {
        let key = StateKey.reward(verdict.rewardID, of: verdict.friendID)
        var outputs = RewardOutputs()
        guard let reward = try book.reward(key) else {
            outputs.requests = try open(verdict, key, after: nil, at: at, &book)
            return outputs
        }
        guard verdict.revision > reward.decisionRevision else { return outputs }
        outputs.requests = try revise(reward, key, by: verdict, at: at, &book)
        return outputs
    }

    /// Settles what a payment, a refund or a receipt means for the order's rewards; each counts once.
    public func decide(_ event: OrderEvent, at: Int64, _ book: inout some RewardBook) throws -> RewardOutputs {
        switch event.kind {
        case .paid(let amount, let pointsSpent):
            try pay(event, amount, pointsSpent: pointsSpent, at: at, &book)
        case .refunded(let refundID, let amount):
            try refund(event, refundID, amount, at: at, &book)
        case .received:
            try receive(event, &book)
        }
    }

    /// Follows a customer's tier, so that later orders earn by it (S04).
    public func decide(_ event: TierEvent, _ book: inout some RewardBook) throws {
        switch event.kind {
        case .changed(let tier):
            var tiers = try book.tiers(of: event.customerID) ?? CustomerTier()
            tiers.enter(tier, at: event.changedAt)
            try book.put(tiers, of: event.customerID)
        case .forgotten:
            try book.deleteTiers(of: event.customerID)
        }
    }

    /// Ends a review or a hold that is over at `at`; a timer that finds neither changes nothing.
    public func punctuate(key: String, at: Int64, _ book: inout some RewardBook) throws -> RewardOutputs {
        var outputs = RewardOutputs()
        guard var reward = try book.reward(key) else { return outputs }
        if let due = reward.timer, due <= at {
            outputs.requests = [
                reward.state == .held
                    ? reward.void(.reviewDeadline, at: at) : try post(&reward, at: at, book)
            ]
        }
        try keep(reward, key, &book)
        return outputs
    }

    /// Pays a reward whose hold is over.
    func post(_ reward: inout RewardProgress, at: Int64, _ book: some RewardBook) throws -> BudgetRequest {
        guard reward.isLoyalty else { return reward.post(at: at) }
        let customer = CustomerID(rawValue: reward.friendID)
        let order = try book.order(StateKey.order(OrderID(rawValue: reward.orderID), of: customer))
        return reward.post(afterRefunds: order ?? OrderProgress(), at: at)
    }

    /// Reserves a reward whose hold is known, and pays it at once where that has passed.
    func reserve(_ reward: inout RewardProgress, at: Int64, _ book: some RewardBook) throws -> [BudgetRequest] {
        var requests = [reward.reserve(held: false, at: at)]
        if reward.holdUntilMs <= at { requests.append(try post(&reward, at: at, book)) }
        return requests
    }

    func keep(_ reward: RewardProgress, _ key: String, _ book: inout some RewardBook) throws {
        try book.put(reward, key, timer: reward.timer)
    }
}
