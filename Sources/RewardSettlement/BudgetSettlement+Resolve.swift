import ProtobufCodec
import Schemas

extension BudgetSettlement {
    /// Pays at most what is pending on each side, all sides or none; the rest is available again (S09).
    func post(_ outcome: inout BudgetOutcome, _ book: inout some BudgetBook) throws {
        guard let records = try resolvable(&outcome, book, posting: true) else { return }
        var lines = BudgetLines()
        for (amount, record) in zip(request.amounts, records) {
            try lines.change(AccountID(rawValue: record.debitAccountID), book) { line in
                try line.balance.post(amount.amount, ofPending: record.amount)
            }
            var posted = record
            posted.state = .posted
            posted.postedAmount = amount.amount
            try book.put(posted, pendingID(amount.side))
            let id = TransferID.post(campaignID, rewardID, amount.side)
            var transfer = transfer(id, .postPending, amount.amount, record, customer: amount.customerID)
            transfer.pendingID = record.transferID
            transfer.lotLifeMs = record.unit == .points ? terms.pointsLifeMs : 0
            transfer.notify = terms.notify
            outcome.transfers.append(transfer)
        }
        try lines.keep(&book)
        outcome.event = event(
            .posted, request.amounts.map { named($0, .post(campaignID, rewardID, $0.side)) })
    }

    /// Gives up what is pending on each side; the referrer may earn another reward instead (S09).
    func void(_ outcome: inout BudgetOutcome, _ book: inout some BudgetBook) throws {
        guard let records = try resolvable(&outcome, book, posting: false) else { return }
        var lines = BudgetLines()
        var amounts: [RewardAmount] = []
        for (amount, record) in zip(request.amounts, records) {
            try lines.change(AccountID(rawValue: record.debitAccountID), book) { line in
                try line.balance.void(record.amount)
            }
            var voided = record
            voided.state = .voided
            try book.put(voided, pendingID(amount.side))
            let id = TransferID.void(campaignID, rewardID, amount.side)
            var transfer = transfer(id, .voidPending, record.amount, record, customer: amount.customerID)
            transfer.pendingID = record.transferID
            outcome.transfers.append(transfer)
            var given = named(amount, id)
            given.amount = record.amount
            amounts.append(given)
        }
        try lines.keep(&book)
        if let referrerKey, var count = try book.referrerCount(referrerKey), count.reserved > 0 {
            count.reserved -= 1
            try book.put(count, referrerKey)
        }
        outcome.event = event(.voided, amounts)
    }

    /// Takes back at most what was paid and not taken back before, from every side that has some left.
    func clawBack(_ outcome: inout BudgetOutcome, _ book: inout some BudgetBook) throws {
        var lines = BudgetLines()
        var amounts: [RewardAmount] = []
        var sides: [TransferOutcome] = []
        for amount in request.amounts {
            let id = TransferID.clawBack(campaignID, rewardID, amount.side, step: request.step)
            guard try book.transfer(id) == nil else { sides.append(.exists); continue }
            guard var record = try book.transfer(pendingID(amount.side)), record.postedAmount > 0 else {
                sides.append(.pendingTransferNotFound)
                continue
            }
            let taken = min(amount.amount, record.postedAmount)
            record.postedAmount -= taken
            try lines.change(AccountID(rawValue: record.debitAccountID), book) { line in
                try line.balance.clawBack(taken)
            }
            try book.put(record, pendingID(amount.side))
            try book.put(guardRecord(id, record, taken), id)
            outcome.transfers.append(takingBack(id, taken, record, customer: amount.customerID))
            var part = named(amount, id)
            part.amount = taken
            amounts.append(part)
            sides.append(.ok)
        }
        outcome.sides = sides
        guard !amounts.isEmpty else { return outcome.result = sides.min() ?? .pendingTransferNotFound }
        try lines.keep(&book)
        outcome.event = event(.clawedBack, amounts)
    }

    /// The pending records of all sides, where each can be resolved; else nil, with the answer noted and nothing changed.
    private func resolvable(
        _ outcome: inout BudgetOutcome, _ book: some BudgetBook, posting: Bool
    ) throws -> [TransferRecord]? {
        var records: [TransferRecord] = []
        for amount in request.amounts {
            let record = try book.transfer(pendingID(amount.side))
            outcome.sides.append(TransferResolution.answer(of: record, amount: posting ? amount.amount : nil))
            if let record { records.append(record) }
        }
        let failure = outcome.sides.filter { $0 != .ok }.min()
        guard let failure else { return records }
        outcome.sides = outcome.sides.map { $0 == .ok ? .linkedEventFailed : $0 }
        outcome.result = failure
        return nil
    }

    /// A single-phase transfer's guard: it names what was moved, and no state, because it was never pending.
    private func guardRecord(_ id: TransferID, _ record: TransferRecord, _ amount: Int64) -> TransferRecord {
        TransferRecord.with {
            $0.transferID = id.rawValue
            $0.debitAccountID = record.creditAccountID
            $0.creditAccountID = record.debitAccountID
            $0.amount = amount
            $0.unit = record.unit
        }
    }

    private func takingBack(
        _ id: TransferID, _ amount: Int64, _ record: TransferRecord, customer: String
    ) -> AccountTransfer {
        var transfer = transfer(id, .single, amount, record, customer: customer)
        transfer.code = .clawBack
        (transfer.debitAccountID, transfer.creditAccountID) = (record.creditAccountID, record.debitAccountID)
        transfer.notify = terms.notify
        return transfer
    }
}
