import Schemas

extension Rewards {
    /// Judges a claim for the first time, or anew after a person lifted its block.
    func open(
        _ verdict: ClaimVerdict, _ key: String, after blocked: RewardProgress?, at: Int64, _ book: inout some RewardBook
    ) throws -> [BudgetRequest] {
        let version = try version(of: verdict, book)
        let orderKey = StateKey.order(verdict.orderID, of: verdict.friendID)
        var order = try book.order(orderKey) ?? OrderProgress(verdict.orderID, of: verdict.friendID)
        order.assume(verdict.orderAmount)

        var reward = RewardProgress(
            verdict.rewardID, verdict.campaignID, version, friend: verdict.friendID, order: verdict.orderID)
        reward.referrerID = verdict.referrerID.rawValue
        reward.minimumOrderMinor = version.minimumOrder.minorUnits
        reward.note(verdict)
        let amounts = version.amounts(
            ofOrder: verdict.orderAmount.minorUnits, referrer: verdict.referrerID, friend: verdict.friendID)

        if let reason = Self.refusal(of: verdict, version, order, amounts) {
            if reason == .fraudBlock { reward.amounts = amounts }
            let request = reward.refuse(reason, at: at)
            try keep(reward, key, &book)
            // A refusal is told once: this reward's was, when it was blocked.
            return blocked == nil ? [request] : []
        }

        reward.amounts = amounts
        try link(&order, to: reward)
        try book.put(order, orderKey)
        let requests: [BudgetRequest]
        switch verdict.word {
        case .review:
            reward.reviewUntilMs = try at.adding(policy.reviewMs)
            requests = [reward.reserve(held: true, at: at)]
        case .approve, .blockAndReview, .decline:
            reward.holdUntilMs = try Self.holdUntil(verdict.orderedAt, order, version)
            requests = try reserve(&reward, at: at, book)
        }
        try keep(reward, key, &book)
        return requests
    }

    /// Follows a later decision on a claim: up by evidence, up or down by a person.
    func revise(
        _ known: RewardProgress, _ key: String, by verdict: ClaimVerdict, at: Int64, _ book: inout some RewardBook
    ) throws -> [BudgetRequest] {
        var reward = known
        reward.note(verdict)
        var requests: [BudgetRequest] = []
        switch verdict.word {
        case .decline:
            if reward.isReserved {
                requests = [reward.void(.fraudDecline, at: at)]
            } else if reward.isPaid, let request = reward.clawBackAll(.fraudDecline, at: at) {
                requests = [request]
            }
        case .blockAndReview:
            if reward.isReserved { requests = [reward.void(.fraudBlock, at: at)] }
        case .approve where verdict.isByPerson:
            if reward.isBlocked { return try open(verdict, key, after: known, at: at, &book) }
            if reward.state == .held { requests = try release(&reward, verdict, at: at, book) }
        case .review where reward.isHoldable:
            requests = [reward.hold(until: try at.adding(policy.reviewMs), at: at)]
        case .approve, .review:
            break
        }
        try keep(reward, key, &book)
        return requests
    }

    /// Ends a review well: the hold starts as if there had been none.
    private func release(
        _ reward: inout RewardProgress, _ verdict: ClaimVerdict, at: Int64, _ book: some RewardBook
    ) throws -> [BudgetRequest] {
        let campaign = try book.campaign(CampaignID(rawValue: reward.campaignID))
        guard let version = campaign?.version(number: reward.campaignVersion) else {
            throw Rejection(.businessReject, "campaign_id or its version is unknown")
        }
        let friend = CustomerID(rawValue: reward.friendID)
        let order = try book.order(StateKey.order(OrderID(rawValue: reward.orderID), of: friend))
        reward.holdUntilMs = try Self.holdUntil(verdict.orderedAt, order ?? OrderProgress(), version)
        var requests = [reward.release(at: at)]
        if reward.holdUntilMs <= at { requests.append(reward.post(at: at)) }
        return requests
    }

    private func version(of verdict: ClaimVerdict, _ book: some RewardBook) throws -> CampaignVersion {
        guard let campaign = try book.campaign(verdict.campaignID) else {
            throw Rejection(.businessReject, "campaign_id is unknown")
        }
        guard campaign.kind == .referral else {
            throw Rejection(.businessReject, "campaign_id is of no referral campaign")
        }
        guard let version = campaign.version(validAt: verdict.claimedAt) else {
            throw Rejection(.businessReject, "campaign_id has no version valid at claimed_at")
        }
        return version
    }

    /// The first reason that forbids to reserve; nil where there is none.
    private static func refusal(
        of verdict: ClaimVerdict, _ version: CampaignVersion, _ order: OrderProgress, _ amounts: [RewardAmount]
    ) -> RewardReason? {
        let minimum = version.minimumOrder.minorUnits
        // First, because amounts of two currencies cannot be compared.
        guard version.currency == verdict.orderAmount.currency,
            order.currency.isEmpty || order.currency == version.currency
        else { return .currency }
        if verdict.orderAmount.minorUnits < minimum || order.isPaid && order.amountMinor < minimum {
            return .belowMinimum
        }
        if order.refundedMinor > 0 && (order.leftMinor < minimum || order.leftMinor == 0) { return .orderRefunded }
        if amounts.isEmpty { return .noReward }
        switch verdict.word {
        case .decline: return .fraudDecline
        case .blockAndReview: return .fraudBlock
        case .approve, .review: return nil
        }
    }

    /// S09: the hold runs from payment or, once it is known, from receipt.
    static func holdUntil(_ paidAt: Int64, _ order: OrderProgress, _ version: CampaignVersion) throws -> Int64 {
        try max(paidAt, order.receivedMs).adding(version.holdMs)
    }

    func link(_ order: inout OrderProgress, to reward: RewardProgress) throws(Rejection) {
        guard !order.rewardIds.contains(reward.rewardID) else { return }
        guard order.rewardIds.count < RewardPolicy.rewardsPerOrder else {
            throw Rejection(.businessReject, "more than \(RewardPolicy.rewardsPerOrder) rewards hang on one order")
        }
        order.rewardIds.append(reward.rewardID)
    }
}

extension RewardProgress {
    fileprivate mutating func note(_ verdict: ClaimVerdict) {
        decisionID = verdict.decisionID
        decision = verdict.word.number
        decisionRevision = verdict.revision
    }
}

extension ClaimVerdict.Word {
    fileprivate var number: Int32 {
        let decision: Decision =
            switch self {
            case .approve: .approve
            case .review: .review
            case .blockAndReview: .blockAndReview
            case .decline: .decline
            }
        return Int32(decision.rawValue)
    }
}
