import Schemas

/// Which side of a transfer an account is on.
enum LedgerSide {
    case debit
    case credit
}

extension AccountTransfer {
    /// The side of the account that follows; refuses with [validation] what no stage of settlement could have made.
    func validatedSide() throws(Rejection) -> LedgerSide {
        try DerivedID.check(accountID, "account_id")
        try DerivedID.check(transferID, "transfer_id")
        try Validation.time(effectiveMs, "effective_ms")
        guard (1...Validation.amountLimit).contains(amount) else {
            throw Rejection(.validation, "amount lies outside 1 to \(Validation.amountLimit)")
        }
        guard unit.isLedger else { throw Rejection(.validation, "unit is unknown") }
        guard lotLifeMs >= 0, lotLifeMs <= Int64(CampaignLimits.days) * Milliseconds.day else {
            throw Rejection(.validation, "lot_life_ms lies outside 0 to \(CampaignLimits.days) days")
        }
        guard debitAccountID != creditAccountID else { throw Rejection(.validation, "both accounts are the same") }
        switch accountID {
        case debitAccountID: return .debit
        case creditAccountID: return .credit
        default: throw Rejection(.validation, "account_id is neither side's")
        }
    }
}
