import Schemas

/// A budget account's figures: credits are what it was given, debits what is reserved and what is paid.
extension Balance {
    /// What may still be reserved: pending counts at once, so that no instant overdraws (S12). Nil on overflow.
    var available: Int64? {
        let (used, overflow) = debitsPending.addingReportingOverflow(debitsPosted)
        guard !overflow else { return nil }
        let (left, underflow) = creditsPosted.subtractingReportingOverflow(used)
        return underflow ? nil : left
    }

    /// Reserves; the answer says why not, and then nothing has changed.
    mutating func reserve(_ amount: Int64) -> TransferOutcome {
        guard let available, amount >= 0 else { return .overflow }
        guard amount <= available else { return .exceedsCredits }
        let (pending, overflow) = debitsPending.addingReportingOverflow(amount)
        guard !overflow else { return .overflow }
        debitsPending = pending
        return .ok
    }

    /// Turns a reservation into a payment of at most as much; the rest is available again.
    mutating func post(_ amount: Int64, ofPending pending: Int64) throws(Rejection) {
        debitsPending = try debitsPending.removing(pending)
        debitsPosted = try debitsPosted.adding(amount)
    }

    mutating func void(_ pending: Int64) throws(Rejection) {
        debitsPending = try debitsPending.removing(pending)
    }

    /// Takes a payment back.
    mutating func clawBack(_ amount: Int64) throws(Rejection) {
        debitsPosted = try debitsPosted.removing(amount)
    }

    mutating func fund(_ amount: Int64) throws(Rejection) {
        creditsPosted = try creditsPosted.adding(amount)
    }
}
