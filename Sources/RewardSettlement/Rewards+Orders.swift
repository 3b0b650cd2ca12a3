import ProtobufCodec
import Schemas

extension Rewards {
    /// Enters a payment: spends the points that were part of it, and reserves those that it earns (S04).
    func pay(
        _ event: OrderEvent, _ amount: Money, pointsSpent: Int64, at: Int64, _ book: inout some RewardBook
    ) throws -> RewardOutputs {
        let key = StateKey.order(event.orderID, of: event.customerID)
        var order = try book.order(key) ?? OrderProgress(event.orderID, of: event.customerID)
        var outputs = RewardOutputs()
        guard !order.isPaid else { return outputs }
        guard order.refundIds.isEmpty || order.currency == amount.currency else {
            throw Rejection(.validation, "amount is in another currency than the order's refund")
        }
        order.paidMs = event.occurredAt
        order.amountMinor = amount.minorUnits
        order.currency = amount.currency
        try book.put(order, key)
        if pointsSpent > 0 { outputs.transfers = [.spending(pointsSpent, of: event, at: at)] }
        outputs.requests = try earn(by: event, amount, &order, key, at: at, &book)
        return outputs
    }

    /// Enters a refund, told once by its id: voids what is in its hold, takes back what was paid.
    func refund(
        _ event: OrderEvent, _ refundID: String, _ amount: Money, at: Int64, _ book: inout some RewardBook
    ) throws -> RewardOutputs {
        let key = StateKey.order(event.orderID, of: event.customerID)
        var order = try book.order(key) ?? OrderProgress(event.orderID, of: event.customerID)
        var outputs = RewardOutputs()
        guard !order.refundIds.contains(refundID) else { return outputs }
        guard order.currency.isEmpty || order.currency == amount.currency else {
            throw Rejection(.validation, "amount is in another currency than the order")
        }
        guard order.refundIds.count < RewardPolicy.refundsPerOrder else {
            throw Rejection(.businessReject, "an order has more than \(RewardPolicy.refundsPerOrder) refunds")
        }
        order.refundIds.append(refundID)
        order.refundedMinor = try order.refundedMinor.adding(amount.minorUnits)
        order.currency = amount.currency
        try book.put(order, key)
        for reward in order.rewardIds {
            let key = StateKey.reward(RewardID(rawValue: reward), of: event.customerID)
            guard var reward = try book.reward(key) else { continue }
            guard let request = Self.withdraw(&reward, after: order, at: at) else { continue }
            outputs.requests.append(request)
            try keep(reward, key, &book)
        }
        return outputs
    }

    /// Enters a receipt, once: the hold of what is pending runs from here where that ends later (S09).
    func receive(_ event: OrderEvent, _ book: inout some RewardBook) throws -> RewardOutputs {
        let key = StateKey.order(event.orderID, of: event.customerID)
        var order = try book.order(key) ?? OrderProgress(event.orderID, of: event.customerID)
        guard order.receivedMs == 0 else { return RewardOutputs() }
        order.receivedMs = event.occurredAt
        try book.put(order, key)
        for reward in order.rewardIds {
            let key = StateKey.reward(RewardID(rawValue: reward), of: event.customerID)
            guard var reward = try book.reward(key), reward.state == .pending else { continue }
            // A campaign that has lost the version keeps the hold it gave.
            let campaign = try book.campaign(CampaignID(rawValue: reward.campaignID))
            guard let version = campaign?.version(number: reward.campaignVersion) else { continue }
            reward.holdUntilMs = max(reward.holdUntilMs, try event.occurredAt.adding(version.holdMs))
            try keep(reward, key, &book)
        }
        return RewardOutputs()
    }

    /// Reserves the points of a paid order, by the version and the tier of its time.
    private func earn(
        by event: OrderEvent, _ amount: Money, _ order: inout OrderProgress, _ orderKey: String, at: Int64,
        _ book: inout some RewardBook
    ) throws -> [BudgetRequest] {
        guard let campaign = try book.campaign(policy.loyaltyCampaign), campaign.kind == .loyalty,
            let version = campaign.version(validAt: event.occurredAt)
        else { return [] }
        let tier = try book.tiers(of: event.customerID)?.tier(before: event.occurredAt)
        let points = version.points(ofOrder: amount.minorUnits, tier: tier)
        guard points > 0 else { return [] }

        let id = RewardID.loyalty(event.orderID)
        let key = StateKey.reward(id, of: event.customerID)
        var reward = RewardProgress(
            id, policy.loyaltyCampaign, version, friend: event.customerID, order: event.orderID)
        let requests: [BudgetRequest]
        if version.currency == amount.currency {
            reward.amounts = [RewardAmount(.friend, event.customerID, version.friendReward.unit, points)]
            try link(&order, to: reward)
            try book.put(order, orderKey)
            reward.holdUntilMs = try Self.holdUntil(event.occurredAt, order, version)
            requests = try reserve(&reward, at: at, book)
        } else {
            requests = [reward.refuse(.currency, at: at)]
        }
        try keep(reward, key, &book)
        return requests
    }

    /// What a refund takes from one reward: of points the share that was refunded, of a claim's reward all of it once
    /// the order is worth too little.
    private static func withdraw(
        _ reward: inout RewardProgress, after order: OrderProgress, at: Int64
    ) -> BudgetRequest? {
        if reward.isLoyalty {
            // In the hold nothing moves: what is paid at its end looks at the refunds.
            guard reward.isPaid else { return nil }
            return reward.clawBack(
                reward.amounts.map { $0.amount.share(order.refundedMinor, of: order.amountMinor) }, .refund, at: at)
        }
        guard order.leftMinor == 0 || order.leftMinor < reward.minimumOrderMinor else { return nil }
        if reward.isReserved { return reward.void(.refund, at: at) }
        return reward.isPaid ? reward.clawBackAll(.refund, at: at) : nil
    }
}

extension AccountTransfer {
    /// Points that were part payment of an order leave the customer's account.
    fileprivate static func spending(_ points: Int64, of event: OrderEvent, at: Int64) -> AccountTransfer {
        let account = AccountID.customer(event.customerID, .points)
        return AccountTransfer.with {
            $0.accountID = account.rawValue
            $0.transferID = TransferID.spend(event.orderID).rawValue
            $0.phase = .single
            $0.code = .pointsSpent
            $0.debitAccountID = account.rawValue
            $0.creditAccountID = AccountID.redemption.rawValue
            $0.unit = .points
            $0.amount = points
            $0.effectiveMs = at
            $0.customerID = event.customerID.rawValue
        }
    }
}
