import ProtobufCodec
import Schemas

extension BudgetSettlement {
    /// Reserves all sides or none; what is refused is refused for ever (S01, S10).
    func reserve(_ outcome: inout BudgetOutcome, _ book: inout some BudgetBook) throws {
        let records = request.amounts.map(pendingRecord)
        if let known = try answerOfKnown(records, book) { return outcome.result = known }

        var count = ReferrerCount()
        if let referrerKey { count = try book.referrerCount(referrerKey) ?? count }
        var lines = BudgetLines()
        if let failure = try limit(records, count, &lines, book) {
            return try burn(records, failure, &outcome, &book)
        }
        outcome.sides = records.map { _ in .ok }
        for (id, line) in lines.accounts {
            var line = line
            outcome.alerts += BudgetAlert.due(in: &line, policy, at: at)
            try book.put(line, id)
        }
        if let referrerKey {
            count.reserved += 1
            try book.put(count, referrerKey)
        }
        for record in records { try book.put(record, TransferID(rawValue: record.transferID)) }
        outcome.event = event(request.held ? .held : .pending, namedAmounts)
        outcome.transfers = zip(request.amounts, records).map { amount, record in
            transfer(pendingID(amount.side), .pending, amount.amount, record, customer: amount.customerID)
        }
    }

    private var namedAmounts: [RewardAmount] { request.amounts.map { named($0, pendingID($0.side)) } }

    private func pendingRecord(_ amount: RewardAmount) -> TransferRecord {
        let line = terms.rule(of: amount.side)?.budgetLine ?? ""
        return TransferRecord.with {
            $0.transferID = pendingID(amount.side).rawValue
            $0.debitAccountID = AccountID.budget(campaignID, amount.unit, line: line).rawValue
            $0.creditAccountID =
                AccountID.customer(CustomerID(rawValue: amount.customerID), amount.unit).rawValue
            $0.amount = amount.amount
            $0.state = .pending
            $0.unit = amount.unit
        }
    }

    /// The answer where an id of the chain is known; nil where all are new. Nothing changes then, because a repeat is
    /// not another reward.
    private func answerOfKnown(_ records: [TransferRecord], _ book: some BudgetBook) throws -> TransferOutcome? {
        var first: TransferOutcome?
        for record in records {
            guard let known = try book.transfer(TransferID(rawValue: record.transferID)) else { continue }
            let answer: TransferOutcome =
                if known.state == .failed {
                    .idAlreadyFailed
                } else if known.amount != record.amount {
                    .existsWithDifferentAmount
                } else if known.debitAccountID != record.debitAccountID
                    || known.creditAccountID != record.creditAccountID
                {
                    .existsWithDifferentAccount
                } else {
                    .exists
                }
            first = min(first ?? answer, answer)
        }
        return first
    }

    /// Reserves in a copy of the lines, so that the second side sees the first. Returns the first limit passed and the
    /// side that it stopped at; nil where none is.
    private func limit(
        _ records: [TransferRecord], _ count: ReferrerCount, _ lines: inout BudgetLines, _ book: some BudgetBook
    ) throws -> (side: Int, answer: TransferOutcome)? {
        let requested = request.requestedMs
        // An end is an operator's brake: it binds from the version in force, also for claims made before.
        if let ends = campaign.version(validAt: requested)?.endsMs, ends > 0, requested >= ends {
            return (0, .campaignNotRunning)
        }
        if terms.referrerClaimCap > 0, referrerKey != nil, count.reserved >= terms.referrerClaimCap {
            return (0, .capReached)
        }
        for (side, record) in records.enumerated() {
            let answer = try lines.change(AccountID(rawValue: record.debitAccountID), book) { line in
                line.balance.reserve(record.amount)
            }
            guard answer == .ok else { return (side, answer) }
        }
        return nil
    }

    /// Refuses every side's id for ever, so that a replay with other money gives the same answer (S10).
    private func burn(
        _ records: [TransferRecord], _ failure: (side: Int, answer: TransferOutcome), _ outcome: inout BudgetOutcome,
        _ book: inout some BudgetBook
    ) throws {
        outcome.result = failure.answer
        outcome.sides = records.indices.map { $0 == failure.side ? failure.answer : .linkedEventFailed }
        for record in records {
            var burned = record
            burned.state = .failed
            try book.put(burned, TransferID(rawValue: record.transferID))
        }
        outcome.event = event(.refused, namedAmounts, reason: failure.answer.name)
    }
}
