import RewardSettlement
import Schemas

/// A slow plain model that holds the ledgers against the six invariants of domain.md after every step: conservation, no
/// negative component, derived balance identity, overdraft safety, open holds add up, a refused operation changes
/// nothing.
struct Auditor {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What entries and fundings told so far, summed up without looking at the state.
    private var told: [AccountID: Balance] = [:]
    private var lastSequence: [AccountID: UInt64] = [:]
    private var funded: [AccountID: Int64] = [:]

    // MARK: budgets

    mutating func check(_ outcome: BudgetOutcome, _ before: MemoryBudgetBook, _ after: MemoryBudgetBook) throws {
        for transfer in outcome.funding {
            if transfer.accountID == transfer.creditAccountID { add(transfer.amount, to: transfer.creditAccountID) }
            if transfer.accountID == transfer.debitAccountID { add(-transfer.amount, to: transfer.debitAccountID) }
        }
        if outcome.result != .ok {
            try require(outcome.transfers.isEmpty, "a refused request moves money")
            // Burned ids are the one thing that a refusal may leave.
            try require(
                after.transfers.filter { $0.value.state != .failed }
                    == before.transfers.filter { $0.value.state != .failed },
                "a refused request changes transfers")
            try require(before.counts == after.counts, "a refused request changes a referrer's count")
            if outcome.funding.isEmpty {
                try require(before.accounts == after.accounts, "a refused request changes a balance")
            }
        }
        try require(
            outcome.result == .ok || outcome.event == nil || outcome.event?.state == .refused, "an event of nothing")
        for (id, line) in after.accounts { try check(line, id, after) }
    }

    private func check(_ line: BudgetAccount, _ id: AccountID, _ book: MemoryBudgetBook) throws {
        let balance = line.balance
        try checkComponents(balance, id)
        try require(balance.creditsPending == 0, "\(id) has pending credits")
        // Overdraft safety, at every instant.
        try require(
            balance.debitsPending + balance.debitsPosted <= balance.creditsPosted, "\(id) is overdrawn")
        let records = book.transfers.values.filter { $0.debitAccountID == id.rawValue }
        // Open holds add up.
        let holds = records.filter { $0.state == .pending }.reduce(0) { $0 + $1.amount }
        try require(holds == balance.debitsPending, "\(id): holds of \(holds), pending \(balance.debitsPending)")
        // Derived balance identity.
        if id.rawValue.hasSuffix(":reserve") {
            try require(
                balance.creditsPosted - balance.debitsPosted == funded[id, default: 0],
                "\(id): what it has is not what it was told")
        } else {
            let paid = records.reduce(0) { $0 + $1.postedAmount }
            try require(paid == balance.debitsPosted, "\(id): paid \(paid), posted \(balance.debitsPosted)")
            try require(balance.creditsPosted == funded[id, default: 0], "\(id): credits are not its fundings")
        }
    }

    // MARK: accounts

    mutating func check(_ outcome: AccountOutcome, _ before: MemoryAccountBook, _ after: MemoryAccountBook) throws {
        if outcome.result != .ok {
            // The refusal's own entry may be an account's first.
            for (id, account) in after.accounts {
                let known = before.accounts[id] ?? Account()
                try require(
                    known.balance == account.balance && known.lots == account.lots,
                    "a refused transfer changes \(id)")
            }
            try require(outcome.notifications.isEmpty, "a refused transfer is announced")
        }
        for entry in outcome.entries {
            try fold(entry)
            note(entry)
        }
        for (id, account) in after.accounts {
            try checkComponents(account.balance, id)
            try require(account.balance == told[id] ?? Balance(), "\(id): the balance is not what its entries told")
            let prefix = id.rawValue + "\u{1F}"
            let holds = after.records.filter { $0.key.hasPrefix(prefix) && $0.value.state == .pending }
                .reduce(0) { $0 + $1.value.amount }
            try require(
                holds == account.balance.creditsPending + account.balance.debitsPending, "\(id): holds do not add up")
            guard id.rawValue.hasPrefix("customer:"), id.rawValue.hasSuffix(":points") else { continue }
            let lots = account.lots.reduce(0) { $0 + $1.remaining }
            let owned = account.balance.creditsPosted - account.balance.debitsPosted
            try require(lots == max(0, owned), "\(id): lots of \(lots), owned \(owned)")
            try require(account.lots.allSatisfy { $0.remaining > 0 }, "\(id): an empty lot")
            let order = account.lots.map {
                LotOrder(expires: $0.expiresMs == 0 ? .max : $0.expiresMs, id: $0.transferID)
            }
            try require(order == order.sorted(), "\(id): lots out of order")
        }
    }

    private struct LotOrder: Comparable {
        let expires: Int64
        let id: String
        static func < (left: LotOrder, right: LotOrder) -> Bool {
            (left.expires, left.id) < (right.expires, right.id)
        }
    }

    /// Plays an entry on the told balances: the journal alone must give every balance.
    private mutating func fold(_ entry: LedgerEntry) throws {
        let id = AccountID(rawValue: entry.accountID)
        try require(entry.sequence == lastSequence[id, default: 0] + 1, "\(id): a gap in its sequence")
        lastSequence[id] = entry.sequence
        var balance = told[id] ?? Balance()
        if entry.result == .ok {
            let transfer = entry.transfer
            let isDebit = transfer.debitAccountID == id.rawValue
            switch transfer.phase {
            case .pending:
                balance.creditsPending += transfer.amount
                pending["\(id)\(transfer.transferID)"] = transfer.amount
            case .postPending:
                balance.creditsPending -= pending["\(id)\(transfer.pendingID)"] ?? .min / 2
                balance.creditsPosted += transfer.amount
            case .voidPending:
                balance.creditsPending -= pending["\(id)\(transfer.pendingID)"] ?? .min / 2
            case .single where isDebit:
                balance.debitsPosted += transfer.amount
            case .single:
                balance.creditsPosted += transfer.amount
            case .unspecified, .UNRECOGNIZED:
                throw Failure(description: "an entry of no phase")
            }
        }
        try require(balance == entry.balance, "\(id): entry \(entry.sequence) tells another balance")
        told[id] = balance
    }

    private var pending: [String: Int64] = [:]

    // MARK: both

    /// What the lines gave is what the customers got, once everything on its way has arrived.
    func checkConservation(_ budgets: MemoryBudgetBook, _ accounts: MemoryAccountBook) throws {
        for unit in ["cash", "coupon", "points", "quota"] {
            let lines = budgets.accounts.filter {
                $0.key.rawValue.contains(":\(unit):") && !$0.key.rawValue.hasSuffix(":reserve")
            }
            let customers = accounts.accounts.filter {
                $0.key.rawValue.hasPrefix("customer:") && $0.key.rawValue.hasSuffix(":\(unit)")
            }
            let pendingOut = lines.values.reduce(0) { $0 + $1.balance.debitsPending }
            let pendingIn = customers.values.reduce(0) { $0 + $1.balance.creditsPending }
            try require(pendingOut == pendingIn, "\(unit): pending out \(pendingOut), in \(pendingIn)")
            let paidOut = lines.values.reduce(0) { $0 + $1.balance.debitsPosted }
            let paidIn = customers.values.reduce(0) { $0 + $1.balance.creditsPosted }
            let paidBack = takenBack[unit, default: 0]
            try require(paidOut == paidIn - paidBack, "\(unit): paid out \(paidOut), in \(paidIn) less \(paidBack)")
        }
        // Equity owes what all lines and reserves were given.
        let given = budgets.accounts.values.reduce(0) { $0 + $1.balance.creditsPosted }
        let drawn = budgets.accounts.filter { $0.key.rawValue.hasSuffix(":reserve") }.values
            .reduce(0) { $0 + $1.balance.debitsPosted }
        try require(given - drawn == funded.values.reduce(0, +), "what was funded is not what accounts were given")
    }

    /// Claw-backs by unit, as the journal told them.
    private var takenBack: [String: Int64] = [:]

    private mutating func note(_ entry: LedgerEntry) {
        guard entry.transfer.code == .clawBack, entry.result == .ok else { return }
        takenBack[entry.transfer.unit.ledgerName, default: 0] += entry.transfer.amount
    }

    private mutating func add(_ amount: Int64, to account: String) {
        funded[AccountID(rawValue: account), default: 0] += amount
    }

    private func checkComponents(_ balance: Balance, _ id: AccountID) throws {
        let parts = [balance.debitsPending, balance.debitsPosted, balance.creditsPending, balance.creditsPosted]
        try require(parts.allSatisfy { $0 >= 0 }, "\(id) has a negative component")
    }

    private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard condition else { throw Failure(description: message()) }
    }
}
