import Schemas

/// T23: a customer who registered and has not paid within seven days watches the price.
enum PriceCheckRule {
    static let tag = "price_sensitive"
    static let rule = "T23"

    /// Keeps the first registration and opens the check; an order closes it.
    static func take(
        _ kind: CustomerEvent.OneOf_Kind, _ eventID: String, _ occurredAt: Int64, _ profile: inout CustomerProfile,
        isProfiled: Bool
    ) {
        if case .orderPaid = kind { profile.priceCheckOpen = false }
        guard case .userRegistered = kind, profile.registeredMs == 0 else { return }
        profile.registeredMs = occurredAt
        profile.registeredEventID = eventID
        profile.priceCheckOpen = isProfiled && profile.firstPaidMs == 0
    }

    /// When the check is due; nil where none is open.
    static func due(_ profile: CustomerProfile, _ rules: TaggingRules) -> Int64? {
        profile.priceCheckOpen ? profile.registeredMs &+ rules.priceCheckAfter : nil
    }

    static func derive(_ evaluation: inout ProfileEvaluation) {
        guard let due = due(evaluation.profile, evaluation.rules), due <= evaluation.at else { return }
        evaluation.profile.priceCheckOpen = false
        evaluation.setTag(tag, "yes", rule: rule, evidence: evaluation.profile.registeredEventID)
    }
}
