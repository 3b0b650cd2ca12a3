import Schemas

/// T22: a customer who joined live streams is a live fan, until the joins are over, to the millisecond.
enum LiveFanRule {
    static let tag = "live_fan"
    static let rule = "T22"

    /// Keeps the latest joins, as many as the tag needs, oldest first; at equal times the first to come.
    static func take(
        _ kind: CustomerEvent.OneOf_Kind, _ eventID: String, _ occurredAt: Int64, _ profile: inout CustomerProfile,
        rules: TaggingRules
    ) {
        guard case .liveJoined = kind else { return }
        var join = LiveJoin()
        join.joinedMs = occurredAt
        join.eventID = eventID
        let place = profile.liveJoins.firstIndex { $0.joinedMs >= occurredAt } ?? profile.liveJoins.count
        profile.liveJoins.insert(join, at: place)
        let excess = profile.liveJoins.count - count(rules)
        if excess > 0 { profile.liveJoins.removeFirst(excess) }
    }

    /// When the tag leaves by itself; nil where there are too few joins for it.
    static func end(_ profile: CustomerProfile, _ rules: TaggingRules) -> Int64? {
        let needed = count(rules)
        guard profile.liveJoins.count >= needed else { return nil }
        return profile.liveJoins[profile.liveJoins.count - needed].joinedMs &+ rules.liveFanFor
    }

    static func derive(_ evaluation: inout ProfileEvaluation) {
        let end = end(evaluation.profile, evaluation.rules)
        let isOn = end.map { $0 > evaluation.at } ?? false
        if isOn != (evaluation.profile.tags[tag] != nil) {
            let evidence = evaluation.profile.liveJoins.map(\.eventID)
            if isOn {
                evaluation.setTag(tag, "yes", rule: rule, evidence: evidence)
            } else {
                evaluation.removeTag(tag, rule: rule, evidence: evidence)
            }
        }
        guard !evaluation.profile.liveJoins.isEmpty else { return }
        // Over for good: a late event does not bring the tag back.
        let border = evaluation.at &- evaluation.rules.liveFanFor
        evaluation.profile.liveJoins.removeAll { $0.joinedMs <= border }
    }

    private static func count(_ rules: TaggingRules) -> Int {
        min(max(rules.liveFanCount, 1), TaggingRules.liveFanCountLimit)
    }
}
