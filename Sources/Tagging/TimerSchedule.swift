import Schemas

/// When time alone will next change something: the profile's one timer.
enum TimerSchedule {
    /// Returns the least due time after `at`, everything due until then having been derived; nil for none.
    static func next(
        _ profile: CustomerProfile, after at: Int64, _ scale: RFMScale?, _ rules: TaggingRules
    ) -> Int64? {
        var due = Earliest(after: at)
        due.add(profile.orders.first.map { $0.paidMs &+ OrderHistory.retention })
        for record in profile.consents.values { due.add(ConsentRule.lapse(record)) }
        if ConsentRule.isWithdrawn(profile) { return due.time }
        due.add(LiveFanRule.end(profile, rules))
        due.add(PriceCheckRule.due(profile, rules))
        due.add(CheckoutRule.due(profile, rules))
        due.add(profile.tags[CheckoutRule.tag]?.expiresMs)
        due.add(TierRule.due(profile))
        due.add(Lifecycle.next(profile, after: at, rules))
        due.add(RFMScore.nextLeaving(profile, after: at, scale))
        due.add(RFMScore.nextRecencyEdge(profile, after: at, scale))
        due.add(ChurnRule.moment(profile, scale)?.start)
        return due.time
    }

    /// The least of the times that lie after a given one.
    private struct Earliest {
        let after: Int64
        var time: Int64?

        init(after: Int64) { self.after = after }

        mutating func add(_ candidate: Int64?) {
            guard let candidate, candidate > after else { return }
            time = min(candidate, time ?? .max)
        }
    }
}
