import Schemas

/// What counts as a sign of life of the customer's own.
enum ActivityRule {
    static func isActivity(_ kind: CustomerEvent.OneOf_Kind) -> Bool {
        switch kind {
        case .orderRefunded, .orderStocked, .orderShipped, .consentChanged, .deletionRequested, .complaintClosed,
            .ticketClosed, .profileChanged, .userIdentified, .contractDated, .referralQualified, .messageOpened:
            false
        case .orderPaid, .orderReceived, .checkoutStarted, .checkoutCancelled, .userRegistered, .sessionStarted,
            .pageViewed, .searchPerformed, .cartChanged, .favoriteChanged, .featureUsed, .checkinDone,
            .contentEngaged, .liveJoined, .ticketOpened, .chatMessage, .complaintFiled, .npsAnswered,
            .locationReported, .referralShared, .referralClicked, .messageClicked:
            true
        }
    }

    static func take(
        _ kind: CustomerEvent.OneOf_Kind, _ eventID: String, _ occurredAt: Int64, _ profile: inout CustomerProfile
    ) {
        guard isActivity(kind), occurredAt > profile.lastActivityMs else { return }
        profile.lastActivityMs = occurredAt
        profile.lastActivityEventID = eventID
    }

    /// The time inactivity counts from: the last activity, or the first event where there is none.
    static func base(of profile: CustomerProfile) -> Int64 {
        profile.lastActivityMs != 0 ? profile.lastActivityMs : profile.firstSeenMs
    }
}
