public import Schemas

/// Tags, scores and stages of one customer, decided from what the customer does and from time passing.
///
/// Everything here is a function of its arguments: the same event, profile, calibration and rules give the same outputs.
/// Source: Rules.md, "tagging.profiles".
public enum Tagging {
    /// Decides one event: takes it into the profile and brings everything derived up to its time.
    ///
    /// The timers due at or before `at` have fired (`advance`). A profile of nil is a customer not seen before, or
    /// forgotten. An event judged before the customer's last activity is judged at that activity's time, so that a late
    /// event never takes the profile back behind what it knows.
    ///
    /// - Parameter at: the time the event is judged at, milliseconds since the epoch.
    /// - Throws: `validation` or `schema` where the event cannot be taken; the profile is then as it was.
    public static func decide(
        _ event: CustomerEvent, at: Int64, profile: inout CustomerProfile?, calibration: Calibration?,
        rules: TaggingRules
    ) throws(Rejection) -> TaggingDecision {
        let occurredAt = try CustomerEventCheck.check(event)
        guard try ProfileUpdate.admits(event, to: profile) else { return .unchanged }
        if case .deletionRequested(let deletion) = event.kind {
            let judgedAt = profile.map { judgementTime(at, $0) } ?? at
            profile = nil
            return Deletion.decision(deletion, event, at: judgedAt)
        }
        var evaluation = ProfileEvaluation(
            profile.take() ?? ProfileUpdate.newProfile(event, at: occurredAt), calibration: calibration, rules: rules)
        evaluation.move(to: judgementTime(at, evaluation.profile))
        evaluation.take(event, occurredAt: occurredAt)
        evaluation.derive()
        profile = evaluation.profile
        return evaluation.decision
    }

    /// Fires the profile's timer and every one that follows from it up to a time, each judged at its own due time.
    ///
    /// So the outcome does not depend on how late, or how many at once, timers are fired. At most
    /// `firingsPerAdvance` fire in one call; `nextDue` is then not after `time`, and the caller calls again.
    ///
    /// - Parameters:
    ///   - due: the timer that the last decision on this profile asked for.
    ///   - time: fires all timers that are not after this time, milliseconds since the epoch.
    public static func advance(
        due: Int64, to time: Int64, profile: inout CustomerProfile?, calibration: Calibration?, rules: TaggingRules
    ) -> TaggingDecision {
        guard let taken = profile.take() else { return .unchanged }
        var evaluation = ProfileEvaluation(taken, calibration: calibration, rules: rules)
        evaluation.decision.nextDue = due
        var firings = 0
        while let next = evaluation.decision.nextDue, next <= time, firings < firingsPerAdvance {
            evaluation.move(to: next)
            evaluation.derive()
            firings += 1
        }
        evaluation.decision.isUnchanged = firings == 0
        profile = evaluation.profile
        return evaluation.decision
    }

    /// Bound of one `advance`: more than all orders, checkouts and consents of a full profile can cause.
    static let firingsPerAdvance = 8_192

    /// The time a record judged at `at` counts at for this customer.
    private static func judgementTime(_ at: Int64, _ profile: CustomerProfile) -> Int64 {
        max(at, ActivityRule.base(of: profile))
    }
}
