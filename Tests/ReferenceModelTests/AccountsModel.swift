import ProtobufCodec
import Schemas

/// `settlement.accounts` as Rules.md tells it.
struct AccountsModel: ModelStage {
    struct Lot {
        var transfer: String
        var left: Int64
        /// 0 is never.
        var expires: Int64

        func isBefore(_ other: Lot) -> Bool {
            let (mine, its) = (expires == 0 ? Int64.max : expires, other.expires == 0 ? Int64.max : other.expires)
            return mine != its ? mine < its : precedes(transfer, other.transfer)
        }
    }

    struct Account {
        var balance = Balance()
        var sequence: UInt64 = 0
        var lots: [Lot] = []
        /// Every transfer id with the amount that is still pending on it.
        var transfers: [String: Int64] = [:]

        var available: Int64 { balance.creditsPosted - balance.debitsPosted }
    }

    var accounts: [String: Account] = [:]

    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection) {
        let transfer = try record.decode(Topics.accountTransfers)
        if transfer.accountID.isEmpty || transfer.transferID.isEmpty { throw Rejection(.validation, "an id") }
        if transfer.amount < 0 || transfer.amount > 1_000_000_000_000 { throw Rejection(.validation, "an amount") }
        effects.at = transfer.effectiveMs
        let id = transfer.accountID
        var account = accounts[id] ?? Account()
        if account.transfers[transfer.transferID] != nil { return }
        var result = TransferResult.ok
        switch transfer.phase {
        case .pending: account.balance.creditsPending += transfer.amount
        case .postPending, .voidPending:
            guard let pending = account.transfers[transfer.pendingID], pending > 0 else { return }
            account.transfers[transfer.pendingID] = 0
            account.balance.creditsPending -= pending
            if transfer.phase == .postPending { credit(transfer, &account) }
        case .single: result = single(transfer, &account)
        case .unspecified, .UNRECOGNIZED: throw Rejection(.validation, "phase")
        }
        account.transfers[transfer.transferID] = transfer.phase == .pending ? transfer.amount : 0
        publish(transfer, result, &account, &effects)
        store(id, account, &effects)
        if transfer.notify { notify(transfer, &effects) }
    }

    mutating func fire(_ table: UInt8, _ key: String, at due: Int64, _ effects: inout ModelEffects) {
        guard var account = accounts[key] else { return }
        for lot in account.lots.sorted(by: { $0.isBefore($1) }) where lot.expires > 0 && lot.expires <= due {
            account.lots.removeAll { $0.transfer == lot.transfer }
            account.balance.debitsPosted += lot.left
            let transfer = AccountTransfer.with {
                $0.accountID = key
                $0.transferID = "expire:\(lot.transfer)"
                $0.phase = .single
                $0.code = .pointsExpired
                $0.debitAccountID = key
                $0.creditAccountID = "expired:points"
                $0.unit = .points
                $0.amount = lot.left
                $0.effectiveMs = due
                // Rules.md is silent; as in a spending, the transfer names whose account it is.
                $0.customerID = String(key.dropFirst("customer:".count).dropLast(":points".count))
            }
            account.transfers[transfer.transferID] = 0
            publish(transfer, .ok, &account, &effects)
        }
        store(key, account, &effects)
    }

    private mutating func store(_ id: String, _ account: Account, _ effects: inout ModelEffects) {
        accounts[id] = account
        effects.setTimer(1, id, account.lots.map(\.expires).filter { $0 > 0 }.min())
    }

    /// A post: points become a lot, of what is left after filling a balance below zero.
    private func credit(_ transfer: AccountTransfer, _ account: inout Account) {
        let missing = max(0, -account.available)
        account.balance.creditsPosted += transfer.amount
        guard transfer.unit == .points, transfer.amount > missing else { return }
        let expires = transfer.lotLifeMs == 0 ? 0 : transfer.effectiveMs + transfer.lotLifeMs
        account.lots.append(Lot(transfer: transfer.transferID, left: transfer.amount - missing, expires: expires))
        account.lots.sort { $0.isBefore($1) }
        if account.lots.count > 1_000 {
            let first = account.lots.removeFirst()
            account.lots[0].left += first.left
        }
    }

    private func single(_ transfer: AccountTransfer, _ account: inout Account) -> TransferResult {
        guard transfer.debitAccountID == transfer.accountID else {
            account.balance.creditsPosted += transfer.amount
            return .ok
        }
        if transfer.code == .pointsSpent, transfer.amount > account.available { return .exceedsCredits }
        account.balance.debitsPosted += transfer.amount
        var amount = transfer.amount
        while amount > 0, !account.lots.isEmpty {
            let index = transfer.code == .clawBack ? account.lots.count - 1 : 0
            let taken = min(amount, account.lots[index].left)
            amount -= taken
            account.lots[index].left -= taken
            if account.lots[index].left == 0 { account.lots.remove(at: index) }
        }
        return .ok
    }

    private func publish(
        _ transfer: AccountTransfer, _ result: TransferResult, _ account: inout Account, _ effects: inout ModelEffects
    ) {
        account.sequence += 1
        let (sequence, balance, at) = (account.sequence, account.balance, effects.at)
        effects.publish(
            .with {
                $0.accountID = transfer.accountID
                $0.sequence = sequence
                $0.transfer = transfer
                $0.result = result
                $0.effectiveAt = stamp(at)
                $0.balance = balance
            }, to: Topics.ledgerEntries)
    }

    // MARK: Telling the customer

    private func notify(_ transfer: AccountTransfer, _ effects: inout ModelEffects) {
        let kind = transfer.code == .clawBack ? "clawback" : "reward"
        var id = "\(kind)/\(transfer.transferID)"
        if id.utf8.count > 128 {
            let digits = String(FNV1a.hash(transfer.transferID), radix: 16)
            id = "\(kind)/#" + String(repeating: "0", count: 16 - digits.count) + digits
        }
        let at = effects.at
        effects.publish(
            .with {
                $0.requestID = id
                $0.customerID = transfer.customerID
                $0.templateID = kind == "reward" ? "reward_posted" : "reward_clawed_back"
                $0.messageClass = .transactional
                $0.campaignID = transfer.campaignID
                $0.variables = ["reward": Self.text(transfer), "claim": transfer.rewardID]
                $0.priority = 7
                $0.requestedAt = stamp(at)
                $0.expiresAt = stamp(at + 24 * Milliseconds.hour)
                $0.cause = .with {
                    $0.kind = "reward"
                    $0.id = transfer.rewardID
                    $0.sinceMs = at
                }
                $0.ruleID = "S01"
            }, to: Topics.notificationRequests)
    }

    static func text(_ transfer: AccountTransfer) -> String {
        guard transfer.unit == .cash else { return "\(transfer.amount) \(transfer.unit.ledgerName)" }
        return ModelMoney.text(transfer.amount, transfer.currency)
    }
}

/// Minor units as people write them, with the decimals of ISO 4217.
enum ModelMoney {
    private static let none: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
        "XPF",
    ]
    private static let three: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
    private static let four: Set<String> = ["CLF", "UYW"]

    static func text(_ minorUnits: Int64, _ currency: String) -> String {
        let places =
            none.contains(currency) ? 0 : three.contains(currency) ? 3 : four.contains(currency) ? 4 : 2
        var digits = String(minorUnits.magnitude)
        while digits.count <= places { digits = "0" + digits }
        let sign = minorUnits < 0 ? "-" : ""
        if places == 0 { return "\(sign)\(digits) \(currency)" }
        return "\(sign)\(digits.dropLast(places)).\(digits.suffix(places)) \(currency)"
    }
}
