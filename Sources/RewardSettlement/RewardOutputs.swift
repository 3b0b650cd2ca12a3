public import Schemas

/// What one decision of `settlement.rewards` publishes, transfers first.
public struct RewardOutputs: Hashable, Sendable {
    public var transfers: [AccountTransfer] = []
    public var requests: [BudgetRequest] = []

    public init() {}
}
