import Schemas

/// T07: the four groups of customers by how long they have been here and how long they have been away.
///
/// Time moves to the right, an activity back to the left, to `active` as `new` is over by then:
///
///     new ──► active ──► silent ──► lost
///      │        ▲ ▲        ▲ │        │
///      └────────│─│────────┘ │        │
///               │ └──────────┘        │
///               └─────────────────────┘
enum Lifecycle: String, CaseIterable {
    case new, active, silent, lost

    static let machine = "lifecycle4"
    static let rule = "T07"

    /// The state at a time.
    ///
    /// - Parameters:
    ///   - base: the last activity, or the first event where there is none.
    ///   - registered: the registration, or the first event where there is none.
    init(at: Int64, base: Int64, registered: Int64, _ rules: TaggingRules) {
        let away = at &- base
        if away >= rules.lostAfter {
            self = .lost
        } else if away >= rules.silentAfter {
            self = .silent
        } else if at &- registered < rules.newFor {
            self = .new
        } else {
            self = .active
        }
    }

    static func derive(_ evaluation: inout ProfileEvaluation) -> Lifecycle {
        let state = Lifecycle(
            at: evaluation.at, base: ActivityRule.base(of: evaluation.profile),
            registered: registration(of: evaluation.profile), evaluation.rules)
        evaluation.setStage(machine, state.rawValue, rule: rule, evidence: evaluation.profile.lastActivityEventID)
        return state
    }

    /// The least time after `at` at which time alone changes the state; nil for a lost customer.
    static func next(_ profile: CustomerProfile, after at: Int64, _ rules: TaggingRules) -> Int64? {
        let base = ActivityRule.base(of: profile)
        let registered = registration(of: profile)
        switch Lifecycle(at: at, base: base, registered: registered, rules) {
        case .new: return min(base &+ rules.silentAfter, registered &+ rules.newFor)
        case .active: return base &+ rules.silentAfter
        case .silent: return base &+ rules.lostAfter
        case .lost: return nil
        }
    }

    private static func registration(of profile: CustomerProfile) -> Int64 {
        profile.registeredMs != 0 ? profile.registeredMs : profile.firstSeenMs
    }
}
