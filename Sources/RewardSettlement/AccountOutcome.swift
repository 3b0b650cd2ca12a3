public import Schemas

/// What became of a transfer at an account, and what is published of it.
public struct AccountOutcome: Hashable, Sendable {
    public internal(set) var result: TransferOutcome = .ok
    /// One entry for each change of the balance, and one for points that were refused.
    public internal(set) var entries: [LedgerEntry] = []
    public internal(set) var notifications: [NotificationRequest] = []
}
