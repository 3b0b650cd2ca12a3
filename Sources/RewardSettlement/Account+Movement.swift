import ProtobufCodec
import Schemas

extension Balance {
    mutating func reserve(_ amount: Int64, _ side: LedgerSide) throws(Rejection) {
        switch side {
        case .debit: debitsPending = try debitsPending.adding(amount)
        case .credit: creditsPending = try creditsPending.adding(amount)
        }
    }

    mutating func release(_ amount: Int64, _ side: LedgerSide) throws(Rejection) {
        switch side {
        case .debit: debitsPending = try debitsPending.removing(amount)
        case .credit: creditsPending = try creditsPending.removing(amount)
        }
    }

    mutating func move(_ amount: Int64, _ side: LedgerSide) throws(Rejection) {
        switch side {
        case .debit: debitsPosted = try debitsPosted.adding(amount)
        case .credit: creditsPosted = try creditsPosted.adding(amount)
        }
    }
}

extension Account {
    /// What a customer has: posted in less posted out. A claw-back of what was spent leaves it below zero.
    func owned() throws(Rejection) -> Int64 { try balance.creditsPosted.subtracting(balance.debitsPosted) }

    /// Moves a transfer of a single phase; spending more points than there are changes nothing (S04).
    mutating func move(_ transfer: AccountTransfer, _ side: LedgerSide) throws(Rejection) -> TransferOutcome {
        if transfer.code == .pointsSpent, side == .debit {
            guard transfer.amount <= (try owned()) else { return .exceedsCredits }
            spendLots(transfer.amount)
        }
        if transfer.code == .clawBack, side == .debit { clawBackLots(transfer.amount) }
        try balance.move(transfer.amount, side)
        return .ok
    }

    /// Enters what was posted as a lot, less what fills a balance below zero.
    mutating func addLot(of transfer: AccountTransfer, at time: Int64) throws(Rejection) {
        guard transfer.unit == .points, transfer.creditAccountID == accountID else { return }
        let owned = try owned()
        var lot = PointsLot()
        lot.transferID = transfer.transferID
        lot.remaining = min(transfer.amount, owned)
        lot.expiresMs = transfer.lotLifeMs == 0 ? 0 : try time.adding(transfer.lotLifeMs)
        try addLot(lot)
    }

    /// Writes the journal line of a transfer, with the balance after it.
    mutating func entry(
        _ transfer: AccountTransfer, _ result: TransferOutcome, at time: Int64
    ) throws(Rejection) -> LedgerEntry {
        guard sequence < .max else { throw Rejection(.conflict, "the account's sequence is used up") }
        sequence += 1
        var entry = LedgerEntry()
        entry.accountID = accountID
        entry.sequence = sequence
        entry.transfer = transfer
        entry.result = result.result
        entry.effectiveAt = Google_Protobuf_Timestamp(milliseconds: time)
        entry.balance = balance
        return entry
    }
}

extension AccountTransfer {
    /// What is left of a lot goes back to the shop.
    static func expiry(of lot: PointsLot, from account: AccountID, at time: Int64) -> AccountTransfer {
        AccountTransfer.with {
            $0.accountID = account.rawValue
            $0.transferID = TransferID.expire(lot: lot.transferID).rawValue
            $0.phase = .single
            $0.code = .pointsExpired
            $0.debitAccountID = account.rawValue
            $0.creditAccountID = AccountID.expired.rawValue
            $0.unit = .points
            $0.amount = lot.remaining
            $0.effectiveMs = time
            $0.customerID = account.customer?.rawValue ?? ""
        }
    }
}

extension AccountID {
    /// The customer of `customer:<id>:<unit>`; nil for an account of another kind.
    var customer: CustomerID? {
        // By bytes: a mark that combines with a colon would hide it from a search by characters.
        let (bytes, prefix) = (rawValue.utf8, "customer:".utf8)
        guard bytes.starts(with: prefix), let end = bytes.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let start = bytes.index(bytes.startIndex, offsetBy: prefix.count)
        return start < end ? CustomerID(rawValue: String(rawValue[start..<end])) : nil
    }
}
