public import Schemas

/// The customers of an event log as they were at a cut-off, for `RFMCalibration`.
///
/// It takes events in as the stage `tagging.profiles` does in event mode, in the order of the topic, with its duplicates
/// and refusals, so that borders and scores are made from the same figures. Memory grows with the customers and their
/// orders of one year.
public struct RFMPopulation: Sendable {
    /// Milliseconds since the epoch; later events are passed over.
    public let cutOff: Int64
    /// Events that the stage would have refused.
    public private(set) var refusedCount = 0
    private var profiles: [String: CustomerProfile] = [:]

    public init(cutOff: Int64) { self.cutOff = cutOff }

    /// Takes one event in.
    public mutating func add(_ event: CustomerEvent) {
        do {
            let occurredAt = try CustomerEventCheck.check(event)
            guard occurredAt <= cutOff else { return }
            // Taken out and put back, so that the profile is changed in place.
            var profile = profiles.removeValue(forKey: event.customerID)
            defer { profiles[event.customerID] = profile }
            try Self.take(event, occurredAt: occurredAt, &profile)
        } catch {
            refusedCount += 1
        }
    }

    /// Computes the borders of these customers at the cut-off.
    ///
    /// - Parameter frequencyWindowDays: 1 to 365; the contract names 30 and 90.
    public func calibration(frequencyWindowDays: UInt32) throws(CalibrationError) -> CalibrationVersion {
        try RFMCalibration.compute(profiles.values, cutOff: cutOff, frequencyWindowDays: frequencyWindowDays)
    }

    private static func take(
        _ event: CustomerEvent, occurredAt: Int64, _ profile: inout CustomerProfile?
    ) throws(Rejection) {
        if var known = profile.take() {
            // The stage's timers let old orders go before the event is looked at.
            OrderHistory.dropOld(&known, at: max(occurredAt, ActivityRule.base(of: known)))
            profile = known
        }
        guard try ProfileUpdate.admits(event, to: profile) else { return }
        if case .deletionRequested = event.kind {
            profile = nil
            return
        }
        var taken = profile.take() ?? ProfileUpdate.newProfile(event, at: occurredAt)
        if case .consentChanged(let consent) = event.kind {
            _ = ConsentRule.take(consent, event.eventID, occurredAt, &taken)
        }
        ProfileUpdate.take(event, occurredAt: occurredAt, &taken, rules: TaggingRules())
        profile = taken
    }
}
