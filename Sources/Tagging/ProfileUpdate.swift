import Schemas

/// Takes an event into the facts of a profile: orders, activity, consent and what is open. It derives nothing.
enum ProfileUpdate {
    /// Returns false where the event is a duplicate, by its own id or by its order's, which changes nothing.
    ///
    /// - Throws: `validation` where what is known of the customer speaks against the event.
    static func admits(_ event: CustomerEvent, to profile: CustomerProfile?) throws(Rejection) -> Bool {
        if let profile, RecentEvents.contains(event.eventID, profile) { return false }
        if case .orderRefunded(let refund) = event.kind {
            try OrderHistory.check(refund, profile)
            return true
        }
        guard let profile else { return true }
        if case .orderPaid(let order) = event.kind { return try OrderHistory.admits(order, profile) }
        if case .consentChanged(let consent) = event.kind { try ConsentRule.check(consent, profile) }
        return true
    }

    static func newProfile(_ event: CustomerEvent, at occurredAt: Int64) -> CustomerProfile {
        var profile = CustomerProfile()
        profile.customerID = event.customerID
        profile.firstSeenMs = occurredAt
        profile.lifeHash = FNV1a.hash(event.eventID)
        // Until there is an activity this is the event behind everything that rests on `firstSeenMs`.
        profile.lastActivityEventID = event.eventID
        return profile
    }

    /// Takes an admitted event in, but for consent, whose audit entries need the time of judgement.
    static func take(
        _ event: CustomerEvent, occurredAt: Int64, _ profile: inout CustomerProfile, rules: TaggingRules
    ) {
        RecentEvents.append(event.eventID, &profile)
        guard let kind = event.kind else { return }
        let isProfiled = !ConsentRule.isWithdrawn(profile)
        if isProfiled { FirstContactRule.take(kind, event.eventID, occurredAt, &profile) }
        ActivityRule.take(kind, event.eventID, occurredAt, &profile)
        PriceCheckRule.take(kind, event.eventID, occurredAt, &profile, isProfiled: isProfiled)
        OrderHistory.take(kind, event.eventID, occurredAt, &profile)
        if isProfiled {
            CheckoutRule.take(kind, event.eventID, occurredAt, &profile)
            LiveFanRule.take(kind, event.eventID, occurredAt, &profile, rules: rules)
        }
    }
}
