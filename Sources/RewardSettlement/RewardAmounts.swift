public import Schemas

extension RewardRule {
    /// What the rule gives for an order of that many minor units: the fixed amount, or a share rounded down; cut to the
    /// rule's maximum and to 10¹² (S01).
    public func amount(ofOrder minorUnits: Int64) -> Int64 {
        cut(fixedAmount > 0 ? fixedAmount : minorUnits.share(Int64(orderBasisPoints), of: 10_000))
    }

    fileprivate func cut(_ amount: Int64) -> Int64 {
        let bound = maximumAmount > 0 ? min(maximumAmount, Validation.amountLimit) : Validation.amountLimit
        return min(amount, bound)
    }
}

extension CampaignVersion {
    /// Points that an order of that many minor units earns: one per whole unit of currency, times the tier's percent,
    /// rounded down at each step, cut to the rule's maximum (S04).
    public func points(ofOrder minorUnits: Int64, tier: String?) -> Int64 {
        let percent = tier.flatMap { tierPercent[$0] } ?? 100
        let base = max(0, minorUnits) / 100
        return friendReward.cut(base.share(Int64(percent), of: 100))
    }

    /// The sides of a claim with their amounts, referrer first; a side that gets nothing is left out.
    func amounts(ofOrder minorUnits: Int64, referrer: CustomerID, friend: CustomerID) -> [RewardAmount] {
        [(RewardSide.referrer, referrer), (.friend, friend)].compactMap { side, customer in
            guard let rule = rule(of: side) else { return nil }
            let amount = rule.amount(ofOrder: minorUnits)
            guard amount > 0 else { return nil }
            return RewardAmount(side, customer, rule.unit, amount)
        }
    }
}

extension RewardAmount {
    init(_ side: RewardSide, _ customer: CustomerID, _ unit: RewardUnit, _ amount: Int64) {
        self.init()
        self.side = side
        self.customerID = customer.rawValue
        self.unit = unit
        self.amount = amount
    }
}
