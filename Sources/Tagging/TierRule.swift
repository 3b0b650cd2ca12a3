import Schemas

/// T38: a higher tier is taken at once; a lower one only after a period's end and a time of grace.
enum TierRule {
    static let tag = "tier"
    static let rule = "T38"
    /// How long a tier once reached is kept, milliseconds.
    static let period = 365 * Milliseconds.day
    /// Bound of the looks taken at once: two for each year that an event may lie in.
    private static let looksLimit = 220

    /// When the tier is looked at again; nil where it can only rise.
    static func due(_ profile: CustomerProfile) -> Int64? {
        profile.hasTier && profile.tier.periodEndMs != 0 ? profile.tier.periodEndMs : nil
    }

    static func derive(_ evaluation: inout ProfileEvaluation) {
        guard evaluation.profile.firstPaidMs != 0 else { return }
        let isNew = !evaluation.profile.hasTier
        let isDue = due(evaluation.profile).map { $0 <= evaluation.at } ?? false
        guard isNew || isDue || evaluation.paidOrderEventID != nil else { return }
        let spend = OrderHistory.spend(evaluation.profile)
        var state = evaluation.profile.tier
        if isNew { state.name = Tier.bronze.rawValue }
        for _ in 0..<looksLimit where state.periodEndMs != 0 && state.periodEndMs <= evaluation.at {
            look(&state, spend, evaluation.rules)
        }
        if isNew || evaluation.paidOrderEventID != nil { rise(&state, spend, evaluation) }
        evaluation.profile.tier = state
        publish(state, spend, &evaluation)
    }

    /// Takes a higher tier, or ends the grace that an order has earned.
    private static func rise(_ state: inout TierState, _ spend: Int64, _ evaluation: ProfileEvaluation) {
        let tier = Tier(rawValue: state.name) ?? .bronze
        let reached = Tier(spend: spend, evaluation.rules)
        guard reached > tier || (state.inGrace && spend >= tier.threshold(evaluation.rules)) else { return }
        state.name = max(reached, tier).rawValue
        state.periodEndMs = evaluation.at &+ period
        state.inGrace = false
    }

    /// Judges a period at its end, or a grace at its end.
    private static func look(_ state: inout TierState, _ spend: Int64, _ rules: TaggingRules) {
        let tier = Tier(rawValue: state.name) ?? .bronze
        if state.inGrace {
            let left = Tier(spend: spend, rules)
            state.name = left.rawValue
            state.periodEndMs = left > .bronze ? state.periodEndMs &+ period : 0
            state.inGrace = false
        } else if spend >= tier.threshold(rules) {
            state.periodEndMs = state.periodEndMs &+ period
        } else {
            state.inGrace = true
            state.periodEndMs = state.periodEndMs &+ max(rules.tierGrace, 1)
        }
    }

    private static func publish(_ state: TierState, _ spend: Int64, _ evaluation: inout ProfileEvaluation) {
        var figures = ["spend": spend]
        if let next = Tier(rawValue: state.name)?.next {
            figures["to_next"] = next.threshold(evaluation.rules) &- spend
        }
        evaluation.setTag(
            tag, state.name, rule: rule,
            evidence: evaluation.paidOrderEventID ?? evaluation.profile.lastPaidEventID, figures: figures)
    }
}
