/// Where a consumer group stands between two generations.
///
///                 first join                      all joined, or time up
///     Empty ─────────────────▶ PreparingRebalance ─────────────────▶ CompletingRebalance
///       │ ▲                     │    ▲       ▲                          │         │
///       │ └──── nobody left ────┘    │       └─ join, leave, time-out ──┘         │ the leader's
///       │                            │                                            │ assignment
///       │ deleted, expired           └───── join, leave, time-out ──── Stable ◀───┘
///       ▼
///     Dead
///
/// The raw value is Kafka's word. Dead is what a group that does not exist is described as.
enum GroupState: String, CaseIterable {
    case empty = "Empty"
    case preparingRebalance = "PreparingRebalance"
    case completingRebalance = "CompletingRebalance"
    case stable = "Stable"
    case dead = "Dead"

    /// Tells whether the drawing above has an arrow to `next`.
    func precedes(_ next: GroupState) -> Bool {
        switch (self, next) {
        case (.empty, .preparingRebalance), (.empty, .dead),
            (.preparingRebalance, .completingRebalance), (.preparingRebalance, .empty),
            (.completingRebalance, .stable), (.completingRebalance, .preparingRebalance),
            (.stable, .preparingRebalance):
            return true
        case (.empty, _), (.preparingRebalance, _), (.completingRebalance, _), (.stable, _), (.dead, _):
            return false
        }
    }

    /// Whether a join, a leave or a time-out may start a rebalance now.
    var canRebalance: Bool { precedes(.preparingRebalance) }
}
