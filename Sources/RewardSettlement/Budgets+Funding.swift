import ProtobufCodec
import Schemas

extension Budgets {
    /// Funds by every version not funded yet up to the one valid at the time, so that the figures follow from the
    /// definition and not from when requests happen to come (S11, S12).
    func fund(
        _ campaign: Campaign, upTo time: Int64, at: Int64, _ book: inout some BudgetBook
    ) throws -> [AccountTransfer] {
        guard let valid = campaign.version(validAt: time) else { return [] }
        let id = CampaignID(rawValue: campaign.campaignID)
        var ledger = try book.ledger(of: id) ?? CampaignLedger.with { $0.campaignID = campaign.campaignID }
        guard valid.version > ledger.fundedVersion else { return [] }
        var transfers: [AccountTransfer] = []
        for version in campaign.versions
        where version.version > ledger.fundedVersion && version.version <= valid.version {
            for budget in version.budgets {
                transfers += try fund(budget, of: version, id, at: at, &book)
            }
            for drawing in version.reserveDrawings where !ledger.drawingsDone.contains(drawing.drawingID) {
                transfers += try draw(drawing, version, id, at: at, &book)
                // Too large a drawing is done as well: it must not wait for money that nobody approved it for.
                ledger.drawingsDone.append(drawing.drawingID)
            }
        }
        ledger.fundedVersion = valid.version
        try book.put(ledger, of: id)
        return transfers
    }

    private func fund(
        _ budget: Budget, of version: CampaignVersion, _ campaign: CampaignID, at: Int64, _ book: inout some BudgetBook
    ) throws -> [AccountTransfer] {
        let shares = try Self.shares(of: budget)
        var transfers: [AccountTransfer] = []
        for share in shares {
            let account = AccountID.budget(campaign, budget.unit, line: share.line)
            var state = try book.account(account) ?? BudgetAccount.with { $0.accountID = account.rawValue }
            // A decrease takes nothing back: what is reserved or paid by it could not be.
            guard share.amount > state.funded else { continue }
            let increase = share.amount - state.funded
            state.funded = share.amount
            try state.balance.fund(increase)
            try book.put(state, account)
            var transfer = AccountTransfer(
                .fund(campaign, version: version.version, budget.unit, line: share.line), to: account,
                from: .equity(campaign, budget.unit), into: account, increase, budget.unit, version, at: at)
            transfer.code = share.code
            transfer.campaignID = campaign.rawValue
            transfers.append(transfer)
        }
        return transfers
    }

    /// The reserve, then the lines; shares that make up the whole sum to it to the last unit (S11, S12).
    private static func shares(
        of budget: Budget
    ) throws(Rejection) -> [(line: String, amount: Int64, code: TransferCode)] {
        let reserve = budget.amount / BudgetPolicy.reserveDivisor
        let rest = Money(minorUnits: budget.amount - reserve, currency: "")
        let parts: [Money]
        do {
            parts = try rest.split(basisPoints: budget.lines.map(\.basisPoints))
        } catch {
            throw Rejection(.conflict, "a budget cannot be split into its lines")
        }
        return [(CampaignName.reserve, reserve, .fundReserve)]
            + zip(budget.lines, parts).map { ($0.name, $1.minorUnits, .fundBudget) }
    }

    /// Moves a part of the reserve to a line, told to both accounts; more than the reserve has is skipped (S11).
    private func draw(
        _ drawing: ReserveDrawing, _ version: CampaignVersion, _ campaign: CampaignID, at: Int64,
        _ book: inout some BudgetBook
    ) throws -> [AccountTransfer] {
        let reserve = AccountID.reserve(campaign, drawing.unit)
        let line = AccountID.budget(campaign, drawing.unit, line: drawing.line)
        guard var from = try book.account(reserve), let available = from.balance.available,
            drawing.amount <= available
        else { return [] }
        var into = try book.account(line) ?? BudgetAccount.with { $0.accountID = line.rawValue }
        from.balance.debitsPosted = try from.balance.debitsPosted.adding(drawing.amount)
        try into.balance.fund(drawing.amount)
        try book.put(from, reserve)
        try book.put(into, line)
        return [reserve, line].map { account in
            var transfer = AccountTransfer(
                .draw(campaign, drawing: drawing.drawingID), to: account, from: reserve, into: line, drawing.amount,
                drawing.unit, version, at: at)
            transfer.code = .drawReserve
            transfer.campaignID = campaign.rawValue
            return transfer
        }
    }
}

extension AccountTransfer {
    /// A single-phase transfer as it reaches one of its accounts.
    init(
        _ id: TransferID, to account: AccountID, from debit: AccountID, into credit: AccountID, _ amount: Int64,
        _ unit: RewardUnit, _ version: CampaignVersion, at: Int64
    ) {
        self.init()
        accountID = account.rawValue
        transferID = id.rawValue
        phase = .single
        debitAccountID = debit.rawValue
        creditAccountID = credit.rawValue
        self.unit = unit
        // Only money has a currency.
        currency = unit == .cash ? version.currency : ""
        self.amount = amount
        effectiveMs = at
    }
}
