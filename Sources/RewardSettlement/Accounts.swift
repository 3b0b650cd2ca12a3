import ProtobufCodec
public import Schemas

/// Decides `settlement.accounts`: balances that follow the campaigns' ledgers, points by lots with expiry.
///
/// Rows S02, S04, S10. A transfer moves an account once: its id guards it in the same atomic write as the balance, and
/// never expires. A thrown `Rejection` leaves the book half written: the caller undoes it, as the runtime does.
public struct Accounts: Sendable {
    public init() {}

    /// Follows one transfer. `at` is the time it is judged at, milliseconds since the epoch.
    public func decide(
        _ transfer: AccountTransfer, at: Int64, _ book: inout some AccountBook
    ) throws -> AccountOutcome {
        let side = try transfer.validatedSide()
        let id = AccountID(rawValue: transfer.accountID)
        let key = StateKey.transfer(TransferID(rawValue: transfer.transferID), to: id)
        if let known = try book.record(key) {
            return AccountOutcome(result: Self.answer(of: known, to: transfer))
        }
        var account = try book.account(id) ?? Account.with { $0.accountID = id.rawValue }
        var record = AccountTransferRecord.with { $0.amount = transfer.amount }
        var outcome = AccountOutcome()
        switch transfer.phase {
        case .pending:
            record.state = .pending
            try account.balance.reserve(transfer.amount, side)
        case .postPending, .voidPending:
            let pendingKey = StateKey.transfer(TransferID(rawValue: transfer.pendingID), to: id)
            let posts = transfer.phase == .postPending
            guard let pending = try resolve(transfer, pendingKey, posts: posts, &outcome, &book) else { return outcome }
            try account.balance.release(pending, side)
            if posts {
                try account.balance.move(transfer.amount, side)
                try account.addLot(of: transfer, at: at)
            }
        case .single:
            outcome.result = try account.move(transfer, side)
            if outcome.result != .ok { record.state = .failed }
        case .unspecified, .UNRECOGNIZED:
            throw Rejection(.validation, "phase is unknown")
        }
        try book.put(record, key)
        outcome.entries = [try account.entry(transfer, outcome.result, at: at)]
        try book.put(account, id, timer: account.timer)
        if outcome.result == .ok { outcome.notifications = RewardNotice.requests(for: transfer, at: at) }
        return outcome
    }

    /// Expires the lots whose time has come, each by a transfer of its own (S04).
    public func punctuate(key: String, at: Int64, _ book: inout some AccountBook) throws -> AccountOutcome {
        let id = AccountID(rawValue: key)
        var outcome = AccountOutcome()
        guard var account = try book.account(id) else { return outcome }
        // Bounded by the account's lots.
        while let lot = account.removeExpiredLot(at: at) {
            try account.balance.move(lot.remaining, .debit)
            outcome.entries.append(try account.entry(.expiry(of: lot, from: id, at: at), .ok, at: at))
        }
        try book.put(account, id, timer: account.timer)
        return outcome
    }

    /// Marks a pending transfer as resolved and returns its amount; nil, with the answer noted, where it cannot be.
    private func resolve(
        _ transfer: AccountTransfer, _ key: String, posts: Bool, _ outcome: inout AccountOutcome,
        _ book: inout some AccountBook
    ) throws -> Int64? {
        guard var pending = try book.record(key) else {
            outcome.result = .pendingTransferNotFound
            return nil
        }
        outcome.result = TransferResolution.answer(
            of: pending.state, pending: pending.amount, amount: posts ? transfer.amount : nil)
        guard outcome.result == .ok else { return nil }
        pending.state = posts ? .posted : .voided
        try book.put(pending, key)
        return pending.amount
    }

    private static func answer(of known: AccountTransferRecord, to transfer: AccountTransfer) -> TransferOutcome {
        if known.state == .failed { return .idAlreadyFailed }
        return known.amount == transfer.amount ? .exists : .existsWithDifferentAmount
    }
}
