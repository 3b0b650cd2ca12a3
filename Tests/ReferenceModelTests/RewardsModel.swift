import ProtobufCodec
import Schemas

/// `settlement.rewards` as Rules.md tells it.
struct RewardsModel: ModelStage {
    struct Order {
        var paid: Int64?
        /// Of the payment; until then of a reserved claim, if there is one.
        var amount: Int64?
        var currency = ""
        var refunded: Int64 = 0
        var received: Int64?
        var refunds: [String] = []
        var rewards: [String] = []
    }

    struct Reward {
        var id: String
        var campaign: String
        var version: UInt32
        var isLoyalty = false
        var friend: String
        var referrer = ""
        var order: String
        var orderAt: Int64
        var state: RewardState = .unspecified
        var refusal = ""
        var amounts: [RewardAmount] = []
        var posted: [Int64] = []
        var clawedBack: [Int64] = []
        var steps: UInt32 = 0
        var holdDays: Int64
        var minimum: Int64
        var holdUntil: Int64 = 0
        var reviewUntil: Int64 = 0
        var wasHeld = false
        var decisionID = ""
        var revision: UInt32 = 0
    }

    struct TierChange {
        var time: Int64
        var tier: String
    }

    static let amountLimit: Int64 = 1_000_000_000_000
    static let joint = "\u{1F}"

    /// The setting `loyalty.campaign`.
    var loyaltyCampaign = "loyalty"
    var campaigns: [String: Campaign] = [:]
    var orders: [String: Order] = [:]
    var rewards: [String: Reward] = [:]
    var tiers: [String: [TierChange]] = [:]

    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection) {
        if record.isFrom(Topics.fraudDecisions) {
            try decide(try record.decode(Topics.fraudDecisions), &effects)
        } else if record.isFrom(Topics.tags) {
            try tag(try record.decode(Topics.tags))
        } else {
            try customer(try record.decode(Topics.customerEvents), &effects)
        }
    }

    mutating func fire(_ table: UInt8, _ key: String, at due: Int64, _ effects: inout ModelEffects) {
        guard var reward = rewards[key] else { return }
        if reward.state == .held {
            void(&reward, "review_deadline", &effects)
        } else if reward.state == .pending {
            post(&reward, &effects)
        }
        store(key, reward, &effects)
    }

    private mutating func store(_ key: String, _ reward: Reward, _ effects: inout ModelEffects) {
        rewards[key] = reward
        switch reward.state {
        case .held: effects.setTimer(1, key, reward.reviewUntil)
        case .pending: effects.setTimer(1, key, reward.holdUntil)
        default: effects.setTimer(1, key, nil)
        }
    }

    static func version(_ campaign: Campaign?, at time: Int64) -> CampaignVersion? {
        campaign?.versions.filter { $0.validFromMs <= time }.max { $0.validFromMs < $1.validFromMs }
    }

    // MARK: Decisions

    private mutating func decide(_ decision: RiskDecision, _ effects: inout ModelEffects) throws(Rejection) {
        try ModelDoor.id(decision.claimID)
        try ModelDoor.id(decision.friendID)
        let at = try ModelDoor.time(decision.decidedAt, decision.hasDecidedAt)
        let claim = decision.claim
        let claimed = try ModelDoor.claim(claim)
        if claim.claimID != decision.claimID || claim.friendID != decision.friendID || claim.claimID.hasPrefix("order:")
        {
            throw Rejection(.validation, "claim")
        }
        effects.at = at
        let key = claim.friendID + Self.joint + claim.claimID
        if var reward = rewards[key] {
            if decision.revision <= reward.revision { return }
            reward.revision = decision.revision
            reward.decisionID = decision.decisionID
            try revise(&reward, decision, key, &effects)
            store(key, reward, &effects)
            return
        }
        guard let campaign = campaigns[claim.campaignID], campaign.kind == .referral,
            let version = Self.version(campaign, at: claimed)
        else { throw Rejection(.businessReject, "campaign") }
        var reward = Reward(
            id: claim.claimID, campaign: campaign.campaignID, version: version.version, friend: claim.friendID,
            referrer: claim.referrerID, order: claim.qualifyingOrderID,
            orderAt: claim.qualifyingOrderAt.milliseconds ?? 0, holdDays: Int64(version.holdDays),
            minimum: version.minimumOrder.minorUnits, decisionID: decision.decisionID, revision: decision.revision)
        if let refusal = refusal(reward, claim, version, decision.decision) {
            refuse(&reward, refusal, &effects)
        } else {
            try reserve(&reward, claim, version, decision.decision, key, &effects)
        }
        store(key, reward, &effects)
    }

    /// The first reason that holds against a reservation.
    private func refusal(
        _ reward: Reward, _ claim: ReferralClaim, _ version: CampaignVersion, _ decision: Decision
    ) -> String? {
        let order = orders[reward.friend + Self.joint + reward.order]
        let money = claim.qualifyingOrderAmount
        if money.currency != version.currency { return "currency" }
        if let order, !order.currency.isEmpty, order.currency != version.currency { return "currency" }
        if money.minorUnits < reward.minimum { return "below_minimum" }
        let amount = order?.paid != nil ? order?.amount ?? 0 : money.minorUnits
        if amount < reward.minimum { return "below_minimum" }
        if let order, order.refunded > 0 {
            let left = max(0, amount - order.refunded)
            if left < reward.minimum || left == 0 { return "order_refunded" }
        }
        if Self.amounts(claim, version).isEmpty { return "no_reward" }
        if decision == .decline { return "fraud_decline" }
        if decision == .blockAndReview { return "fraud_block" }
        return nil
    }

    private static func amounts(_ claim: ReferralClaim, _ version: CampaignVersion) -> [RewardAmount] {
        var amounts: [RewardAmount] = []
        for (side, customer, rule) in [
            (RewardSide.referrer, claim.referrerID, version.referrerReward),
            (RewardSide.friend, claim.friendID, version.friendReward),
        ] {
            let share = Int128(claim.qualifyingOrderAmount.minorUnits) * Int128(rule.orderBasisPoints) / 10_000
            let amount = cut(rule.fixedAmount > 0 ? Int128(rule.fixedAmount) : share, rule)
            if amount == 0 { continue }
            amounts.append(
                .with {
                    $0.side = side
                    $0.customerID = customer
                    $0.unit = rule.unit
                    $0.amount = amount
                })
        }
        return amounts
    }

    private static func cut(_ amount: Int128, _ rule: RewardRule) -> Int64 {
        var amount = min(amount, Int128(amountLimit))
        if rule.maximumAmount > 0 { amount = min(amount, Int128(rule.maximumAmount)) }
        return Int64(amount)
    }

    private mutating func reserve(
        _ reward: inout Reward, _ claim: ReferralClaim, _ version: CampaignVersion, _ decision: Decision, _ key: String,
        _ effects: inout ModelEffects
    ) throws(Rejection) {
        let orderKey = reward.friend + Self.joint + reward.order
        var order = orders[orderKey] ?? Order()
        if order.rewards.count == 64 { throw Rejection(.businessReject, "65 rewards") }
        order.rewards.append(key)
        if order.amount == nil {
            order.amount = claim.qualifyingOrderAmount.minorUnits
            order.currency = claim.qualifyingOrderAmount.currency
        }
        orders[orderKey] = order

        reward.amounts = Self.amounts(claim, version)
        reward.posted = reward.amounts.map { _ in 0 }
        reward.clawedBack = reward.amounts.map { _ in 0 }
        reward.state = decision == .review ? .held : .pending
        request(.reserve, reward, reward.amounts, held: decision == .review, &effects)
        reward.wasHeld = decision == .review
        if decision == .review {
            reward.reviewUntil = effects.at + 14 * Milliseconds.day
        } else {
            hold(&reward, order.received, &effects)
        }
    }

    /// Starts the hold; what is over already is posted at once.
    private func hold(_ reward: inout Reward, _ received: Int64?, _ effects: inout ModelEffects) {
        reward.holdUntil = max(reward.orderAt, received ?? 0) + reward.holdDays * Milliseconds.day
        if reward.holdUntil <= effects.at { post(&reward, &effects) }
    }

    private mutating func revise(
        _ reward: inout Reward, _ decision: RiskDecision, _ key: String, _ effects: inout ModelEffects
    ) throws(Rejection) {
        let isOpen = reward.state == .held || reward.state == .pending
        switch decision.decision {
        case .decline:
            if isOpen {
                void(&reward, "fraud_decline", &effects)
            } else if reward.state == .posted {
                clawBack(&reward, "fraud_decline", left(reward), &effects)
            }
        case .blockAndReview:
            if isOpen { void(&reward, "fraud_block", &effects) }
        case .approve:
            if decision.reviewer.isEmpty { return }
            if reward.state == .held {
                reward.state = .pending
                request(.release, reward, reward.amounts, &effects)
                hold(&reward, orders[reward.friend + Self.joint + reward.order]?.received, &effects)
            } else if reward.state == .refused, reward.refusal == "fraud_block" {
                let version = campaigns[reward.campaign]?.versions.first { $0.version == reward.version }
                guard let version, refusal(reward, decision.claim, version, .approve) == nil else { return }
                try reserve(&reward, decision.claim, version, .approve, key, &effects)
            }
        case .review:
            if reward.state != .pending || reward.wasHeld { return }
            reward.state = .held
            reward.wasHeld = true
            reward.reviewUntil = effects.at + 14 * Milliseconds.day
            request(.hold, reward, reward.amounts, reason: "fraud_review", &effects)
        case .unspecified, .UNRECOGNIZED: break
        }
    }

    // MARK: Requests

    private func request(
        _ action: BudgetAction, _ reward: Reward, _ amounts: [RewardAmount], reason: String = "", held: Bool = false,
        step: UInt32 = 0, _ effects: inout ModelEffects
    ) {
        let at = effects.at
        effects.publish(
            .with {
                $0.campaignID = reward.campaign
                $0.campaignVersion = reward.version
                $0.rewardID = reward.id
                $0.action = action
                $0.friendID = reward.friend
                $0.referrerID = reward.referrer
                $0.amounts = amounts
                $0.held = held
                $0.reason = reason
                $0.decisionID = reward.decisionID
                $0.orderID = reward.order
                $0.requestedMs = at
                $0.step = step
            }, to: Topics.budgetRequests)
    }

    private func refuse(_ reward: inout Reward, _ reason: String, _ effects: inout ModelEffects) {
        reward.state = .refused
        reward.refusal = reason
        request(.refuse, reward, [], reason: reason, &effects)
    }

    private func void(_ reward: inout Reward, _ reason: String, _ effects: inout ModelEffects) {
        reward.state = .voided
        request(.void, reward, reward.amounts, reason: reason, &effects)
    }

    private func post(_ reward: inout Reward, _ effects: inout ModelEffects) {
        var amounts = reward.amounts
        if reward.isLoyalty {
            let order = orders[reward.friend + Self.joint + reward.order] ?? Order()
            let paid = order.amount ?? 0
            let left = max(0, paid - order.refunded)
            for index in amounts.indices {
                amounts[index].amount =
                    paid == 0 ? 0 : Int64(Int128(amounts[index].amount) * Int128(left) / Int128(paid))
            }
            if amounts.allSatisfy({ $0.amount == 0 }) {
                void(&reward, "refund", &effects)
                return
            }
        }
        reward.state = .posted
        reward.posted = amounts.map(\.amount)
        request(.post, reward, amounts, &effects)
    }

    private func left(_ reward: Reward) -> [Int64] {
        reward.amounts.indices.map { reward.posted[$0] - reward.clawedBack[$0] }
    }

    /// Takes back these amounts; nothing where all are 0.
    private func clawBack(_ reward: inout Reward, _ reason: String, _ taken: [Int64], _ effects: inout ModelEffects) {
        var amounts: [RewardAmount] = []
        for index in reward.amounts.indices where taken[index] > 0 {
            var amount = reward.amounts[index]
            amount.amount = taken[index]
            amounts.append(amount)
            reward.clawedBack[index] += taken[index]
        }
        if amounts.isEmpty { return }
        reward.steps += 1
        reward.state = .clawedBack
        request(.clawBack, reward, amounts, reason: reason, step: reward.steps, &effects)
    }

    // MARK: Customer events

    private mutating func customer(_ event: CustomerEvent, _ effects: inout ModelEffects) throws(Rejection) {
        let at = try ModelDoor.shared(event)
        effects.at = at
        switch event.kind {
        case .orderPaid(let order)?:
            try ModelDoor.kind(event)
            if order.pointsSpent < 0 || order.pointsSpent > Self.amountLimit { throw Rejection(.validation, "points") }
            try paid(event.customerID, order, &effects)
        case .orderRefunded(let refund)?:
            try ModelDoor.kind(event)
            try refunded(event.customerID, refund, &effects)
        case .orderReceived(let order)?:
            try ModelDoor.kind(event)
            received(event.customerID, order.orderID, &effects)
        default: break
        }
    }

    private mutating func paid(
        _ customer: String, _ paid: OrderPaid, _ effects: inout ModelEffects
    ) throws(Rejection) {
        let key = customer + Self.joint + paid.orderID
        var order = orders[key] ?? Order()
        if order.paid != nil { return }
        if order.refunded > 0, order.currency != paid.amount.currency { throw Rejection(.validation, "currency") }
        order.paid = effects.at
        order.amount = paid.amount.minorUnits
        order.currency = paid.amount.currency
        let reward = loyalty(customer, paid, effects.at)
        if let reward, reward.refusal.isEmpty {
            if order.rewards.count == 64 { throw Rejection(.businessReject, "65 rewards") }
            order.rewards.append(customer + Self.joint + reward.id)
        }
        orders[key] = order
        if paid.pointsSpent > 0 { spend(customer, paid, &effects) }
        guard var reward else { return }
        if !reward.refusal.isEmpty {
            refuse(&reward, reward.refusal, &effects)
        } else {
            reward.state = .pending
            request(.reserve, reward, reward.amounts, &effects)
            hold(&reward, order.received, &effects)
        }
        store(customer + Self.joint + reward.id, reward, &effects)
    }

    private func spend(_ customer: String, _ paid: OrderPaid, _ effects: inout ModelEffects) {
        let at = effects.at
        effects.publish(
            .with {
                $0.accountID = "customer:\(customer):points"
                $0.transferID = "spend:\(paid.orderID)"
                $0.phase = .single
                $0.code = .pointsSpent
                $0.debitAccountID = "customer:\(customer):points"
                $0.creditAccountID = "redemption:points"
                $0.unit = .points
                $0.amount = paid.pointsSpent
                $0.effectiveMs = at
                $0.customerID = customer
            }, to: Topics.accountTransfers)
    }

    /// The loyalty reward of an order (S04), none where there is nothing to give.
    private func loyalty(_ customer: String, _ paid: OrderPaid, _ at: Int64) -> Reward? {
        guard let campaign = campaigns[loyaltyCampaign], campaign.kind == .loyalty,
            let version = Self.version(campaign, at: at)
        else { return nil }
        // The last change before the order's time: of equal times the one that came last.
        var last: TierChange?
        for change in tiers[customer] ?? [] where change.time < at && change.time >= last?.time ?? 0 { last = change }
        let percent = last.flatMap { version.tierPercent[$0.tier] } ?? 100
        let points = Int128(paid.amount.minorUnits / 100) * Int128(percent) / 100
        let amount = Self.cut(points, version.friendReward)
        if amount == 0 { return nil }
        var reward = Reward(
            id: "order:\(paid.orderID)", campaign: campaign.campaignID, version: version.version, isLoyalty: true,
            friend: customer, order: paid.orderID, orderAt: at, holdDays: Int64(version.holdDays), minimum: 0)
        if version.currency != paid.amount.currency { reward.refusal = "currency" }
        reward.amounts = [
            .with {
                $0.side = .friend
                $0.customerID = customer
                $0.unit = version.friendReward.unit
                $0.amount = amount
            }
        ]
        reward.posted = [0]
        reward.clawedBack = [0]
        return reward
    }

    private mutating func refunded(
        _ customer: String, _ refund: OrderRefunded, _ effects: inout ModelEffects
    ) throws(Rejection) {
        let key = customer + Self.joint + refund.orderID
        var order = orders[key] ?? Order()
        if order.refunds.contains(refund.refundID) { return }
        if !order.currency.isEmpty, order.currency != refund.amount.currency {
            throw Rejection(.validation, "currency")
        }
        if order.refunds.count == 200 { throw Rejection(.businessReject, "201 refunds") }
        order.refunds.append(refund.refundID)
        order.refunded += refund.amount.minorUnits
        order.currency = refund.amount.currency
        orders[key] = order
        let amount = order.amount ?? 0
        let left = max(0, amount - order.refunded)
        for rewardKey in order.rewards {
            guard var reward = rewards[rewardKey] else { continue }
            if reward.isLoyalty {
                guard reward.state == .posted || reward.state == .clawedBack else { continue }
                let whole = reward.amounts[0].amount
                let total = Int64(Int128(whole) * Int128(min(order.refunded, amount)) / Int128(max(amount, 1)))
                let taken = max(0, total - reward.clawedBack[0] - (whole - reward.posted[0]))
                clawBack(&reward, "refund", [taken], &effects)
            } else if left < reward.minimum || left == 0 {
                if reward.state == .pending || reward.state == .held {
                    void(&reward, "refund", &effects)
                } else if reward.state == .posted {
                    clawBack(&reward, "refund", self.left(reward), &effects)
                }
            }
            store(rewardKey, reward, &effects)
        }
    }

    private mutating func received(_ customer: String, _ id: String, _ effects: inout ModelEffects) {
        let key = customer + Self.joint + id
        var order = orders[key] ?? Order()
        if order.received != nil { return }
        order.received = effects.at
        orders[key] = order
        for rewardKey in order.rewards {
            guard var reward = rewards[rewardKey], reward.state == .pending else { continue }
            reward.holdUntil = max(reward.holdUntil, effects.at + reward.holdDays * Milliseconds.day)
            store(rewardKey, reward, &effects)
        }
    }

    private mutating func tag(_ event: TagEvent) throws(Rejection) {
        if event.kind == nil { throw Rejection(.schema, "no kind") }
        try ModelDoor.id(event.customerID)
        let time = try ModelDoor.time(event.changedAt, event.hasChangedAt)
        switch event.kind {
        case .tagChanged(let change)? where change.name == "tier":
            let tier = change.present ? change.value : ""
            tiers[event.customerID, default: []].append(TierChange(time: time, tier: tier), keeping: 8)
        case .customerForgotten?: tiers[event.customerID] = nil
        default: break
        }
    }
}
