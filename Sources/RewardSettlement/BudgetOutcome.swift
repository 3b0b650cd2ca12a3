public import Schemas

/// What a budget request led to, and what is published of it, in this order: funding, event, transfers, alerts.
public struct BudgetOutcome: Hashable, Sendable {
    /// The request's answer; anything but `ok` moved none of its money.
    public internal(set) var result: TransferOutcome = .ok
    /// The answer of each side, in the order of the request's amounts: where one fails, the others are
    /// `linkedEventFailed`. Empty for what moves no money.
    public internal(set) var sides: [TransferOutcome] = []
    /// Fundings and drawings that the campaign's version brought.
    public internal(set) var funding: [AccountTransfer] = []
    /// Nil where the request was answered before or finds nothing to do.
    public internal(set) var event: RewardEvent?
    /// What reaches the customers' accounts.
    public internal(set) var transfers: [AccountTransfer] = []
    public internal(set) var alerts: [OpsAlert] = []
}
