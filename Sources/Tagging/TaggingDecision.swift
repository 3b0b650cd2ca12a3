public import Schemas

/// What one decision publishes, and when the profile wants to be looked at again.
///
/// Each output carries its own time (`changed_at`, `requested_at`, `at`), which is also its Kafka timestamp.
public struct TaggingDecision: Equatable, Sendable {
    /// For `tags.v1`, in the order in which they are published.
    public internal(set) var tags: [TagEvent] = []
    /// For `notification.requests.v1`.
    public internal(set) var requests: [NotificationRequest] = []
    /// For `growth.audit.v1`.
    public internal(set) var audits: [AuditEntry] = []
    /// The profile's one timer, milliseconds since the epoch; nil for none. Without meaning where `isUnchanged`.
    public internal(set) var nextDue: Int64?
    /// True where the profile is to be deleted.
    public internal(set) var isDeleted = false
    /// True for a duplicate: neither the profile nor its timer changes.
    public internal(set) var isUnchanged = false

    static let unchanged: TaggingDecision = {
        var decision = TaggingDecision()
        decision.isUnchanged = true
        return decision
    }()
}
