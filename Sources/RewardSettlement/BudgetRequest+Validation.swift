import Schemas

extension BudgetRequest {
    /// Passes a request that `settlement.rewards` could have made; refuses any other with [validation].
    func validate() throws(Rejection) {
        try Validation.identifier(campaignID, "campaign_id")
        try DerivedID.check(rewardID, "reward_id")
        try Validation.identifier(friendID, "friend_id")
        try Validation.time(requestedMs, "requested_ms")
        guard amounts.count < 2 || amounts.count == 2 && amounts[0].side != amounts[1].side else {
            throw Rejection(.validation, "amounts name a side twice")
        }
        for amount in amounts {
            guard amount.side == .referrer || amount.side == .friend else {
                throw Rejection(.validation, "amounts.side is unknown")
            }
            guard amount.unit.isLedger else { throw Rejection(.validation, "amounts.unit is unknown") }
            guard (1...Validation.amountLimit).contains(amount.amount) else {
                throw Rejection(.validation, "amounts.amount lies outside 1 to \(Validation.amountLimit)")
            }
            try Validation.identifier(amount.customerID, "amounts.customer_id")
        }
        switch action {
        case .reserve, .post, .void, .release, .hold:
            guard !amounts.isEmpty else { throw Rejection(.validation, "amounts are absent") }
        case .clawBack:
            guard !amounts.isEmpty else { throw Rejection(.validation, "amounts are absent") }
            guard step > 0 else { throw Rejection(.validation, "step is absent") }
        case .refuse:
            break
        case .unspecified, .UNRECOGNIZED:
            throw Rejection(.validation, "action is unknown")
        }
    }
}

/// Ids that are made of others and may be longer than they.
enum DerivedID {
    /// Room for a campaign's, a reward's and a line's id and the words between them.
    static let bytesLimit = 1_024

    static func check(_ value: String, _ field: StaticString) throws(Rejection) {
        let bytes = value.utf8
        guard !bytes.isEmpty, bytes.count <= bytesLimit, !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Rejection(.validation, "\(field) is empty, too long or holds a control character")
        }
    }
}
