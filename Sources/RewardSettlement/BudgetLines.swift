import ProtobufCodec
import Schemas

/// The budget lines that one request touches, changed in a copy until the whole chain is known to hold.
struct BudgetLines {
    /// At most two: one for each side.
    private(set) var accounts: [(id: AccountID, account: BudgetAccount)] = []

    /// Changes a line; one that does not exist has no credits.
    mutating func change<Result>(
        _ id: AccountID, _ book: some BudgetBook, _ body: (inout BudgetAccount) throws -> Result
    ) throws -> Result {
        if let index = accounts.firstIndex(where: { $0.id == id }) { return try body(&accounts[index].account) }
        var account = try book.account(id) ?? BudgetAccount.with { $0.accountID = id.rawValue }
        let result = try body(&account)
        accounts.append((id, account))
        return result
    }

    func keep(_ book: inout some BudgetBook) throws {
        for (id, account) in accounts { try book.put(account, id) }
    }
}
