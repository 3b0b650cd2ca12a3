public import Schemas

/// The state of `settlement.accounts`: the worker keeps it in its task's tables, tests in dictionaries.
///
/// A failure of the store is thrown through and stops the task.
public protocol AccountBook {
    func account(_ id: AccountID) throws -> Account?
    /// Keeps the account; `timer` replaces the entry's timer, nil takes it away.
    mutating func put(_ account: Account, _ id: AccountID, timer: Int64?) throws
    /// By an opaque key.
    func record(_ key: String) throws -> AccountTransferRecord?
    mutating func put(_ record: AccountTransferRecord, _ key: String) throws
}
