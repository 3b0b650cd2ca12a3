import ProtobufCodec
import Schemas

/// A reward's state machine: each step changes the state and returns what to ask of the campaign's budget.
extension RewardProgress {
    init(_ id: RewardID, _ campaign: CampaignID, _ version: CampaignVersion, friend: CustomerID, order: OrderID) {
        self.init()
        rewardID = id.rawValue
        campaignID = campaign.rawValue
        campaignVersion = version.version
        friendID = friend.rawValue
        orderID = order.rawValue
    }

    /// Points of an order follow no decision (S04).
    var isLoyalty: Bool { decisionID.isEmpty }

    /// When something happens by itself: the end of the review while held, of the hold while pending.
    var timer: Int64? {
        switch state {
        case .held: reviewUntilMs
        case .pending: holdUntilMs
        case .posted, .voided, .clawedBack, .refused, .unspecified, .UNRECOGNIZED: nil
        }
    }

    /// Whether budget is reserved and nothing is paid yet.
    var isReserved: Bool { state == .held || state == .pending }

    /// Whether it has been paid, and perhaps taken back in part.
    var isPaid: Bool { state == .posted || state == .clawedBack }

    /// Whether it was refused for nothing but `fraud_block`, which a person may lift: only then amounts are kept.
    var isBlocked: Bool { state == .refused && !amounts.isEmpty }

    /// Whether it may be held: what a person has released once is not held again by evidence.
    var isHoldable: Bool { state == .pending && reviewUntilMs == 0 }

    mutating func reserve(held: Bool, at: Int64) -> BudgetRequest {
        state = held ? .held : .pending
        clawedBack = amounts.map { _ in 0 }
        return request(.reserve, amounts, at) { $0.held = held }
    }

    mutating func refuse(_ reason: RewardReason, at: Int64) -> BudgetRequest {
        state = .refused
        return request(.refuse, [], at) { $0.reason = reason.rawValue }
    }

    mutating func release(at: Int64) -> BudgetRequest {
        state = .pending
        return request(.release, amounts, at)
    }

    mutating func hold(until reviewUntil: Int64, at: Int64) -> BudgetRequest {
        state = .held
        reviewUntilMs = reviewUntil
        return request(.hold, amounts, at) { $0.reason = RewardReason.fraudReview.rawValue }
    }

    mutating func void(_ reason: RewardReason, at: Int64) -> BudgetRequest {
        state = .voided
        return request(.void, amounts, at) { $0.reason = reason.rawValue }
    }

    /// Pays every side in full.
    mutating func post(at: Int64) -> BudgetRequest {
        state = .posted
        return request(.post, amounts, at)
    }

    /// Pays what refunds in the hold have left of an order's points; voids where that is nothing (S04).
    mutating func post(afterRefunds order: OrderProgress, at: Int64) -> BudgetRequest {
        let paid = zip(amounts, clawedBack).map { amount, _ in
            amount.amount.share(order.leftMinor, of: order.amountMinor)
        }
        guard paid.contains(where: { $0 > 0 }) else { return void(.refund, at: at) }
        state = .posted
        // What is never paid counts as taken back, so that later refunds take only what is due beyond it.
        clawedBack = zip(amounts, paid).map { $0.amount - $1 }
        return request(.post, Self.with(amounts, paid), at)
    }

    /// Takes back so much of each side in all, less what was taken back or never paid; nil where nothing is due.
    mutating func clawBack(_ due: [Int64], _ reason: RewardReason, at: Int64) -> BudgetRequest? {
        var taken: [Int64] = []
        for index in amounts.indices {
            let before = clawedBack.indices.contains(index) ? clawedBack[index] : 0
            let part = max(0, min(due[index], amounts[index].amount) - before)
            taken.append(part)
        }
        guard taken.contains(where: { $0 > 0 }) else { return nil }
        clawedBack = zip(clawedBack, taken).map { $0 + $1 }
        clawBackSteps += 1
        state = .clawedBack
        return request(.clawBack, Self.with(amounts, taken), at) {
            $0.reason = reason.rawValue
            $0.step = self.clawBackSteps
        }
    }

    /// Takes back all that is left.
    mutating func clawBackAll(_ reason: RewardReason, at: Int64) -> BudgetRequest? {
        clawBack(amounts.map(\.amount), reason, at: at)
    }

    private static func with(_ amounts: [RewardAmount], _ figures: [Int64]) -> [RewardAmount] {
        zip(amounts, figures).compactMap { amount, figure in
            guard figure > 0 else { return nil }
            var changed = amount
            changed.amount = figure
            return changed
        }
    }

    private func request(
        _ action: BudgetAction, _ amounts: [RewardAmount], _ at: Int64,
        _ further: (inout BudgetRequest) -> Void = { _ in }
    ) -> BudgetRequest {
        var request = BudgetRequest()
        request.campaignID = campaignID
        request.campaignVersion = campaignVersion
        request.rewardID = rewardID
        request.action = action
        request.friendID = friendID
        request.referrerID = referrerID
        request.amounts = amounts
        request.decisionID = decisionID
        request.orderID = orderID
        request.requestedMs = at
        further(&request)
        return request
    }
}
