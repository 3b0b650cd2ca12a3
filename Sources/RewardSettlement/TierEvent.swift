public import Schemas

/// A tag event that changes what a customer's orders earn, checked at the door (S04).
public struct TierEvent: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The tag `tier` took this value; nil where it was removed.
        case changed(tier: String?)
        /// The customer asked to be forgotten.
        case forgotten
    }

    public let customerID: CustomerID
    public let changedAt: Int64
    public let kind: Kind

    /// Returns nil for a tag event about something else; refuses with [validation] or, without a kind, [schema].
    public static func check(_ event: TagEvent) throws(Rejection) -> TierEvent? {
        guard let kind = event.kind else { throw Rejection(.schema, "kind is absent") }
        try Validation.identifier(event.customerID, "customer_id")
        let changedAt = try Validation.time(event.changedAt, isPresent: event.hasChangedAt, "changed_at")
        let own: Kind
        switch kind {
        case .tagChanged(let tag):
            guard tag.name == "tier" else { return nil }
            if tag.present { try Validation.identifier(tag.value, "value") }
            own = .changed(tier: tag.present ? tag.value : nil)
        case .customerForgotten:
            own = .forgotten
        case .scoreChanged, .stageChanged, .identityMerged, .identityReview:
            return nil
        }
        return TierEvent(customerID: CustomerID(rawValue: event.customerID), changedAt: changedAt, kind: own)
    }
}
