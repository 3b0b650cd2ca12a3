import ProtobufCodec
import Schemas

/// I06: forgetting a customer on request.
enum Deletion {
    static let action = "customer_forgotten"

    /// Returns what is published of it: one tag event and one audit entry, the same however often it is told.
    static func decision(_ deletion: DeletionRequested, _ event: CustomerEvent, at: Int64) -> TaggingDecision {
        let id = "\(event.customerID)/forgotten/\(deletion.requestID)"
        var tag = TagEvent()
        tag.tagEventID = id
        tag.customerID = event.customerID
        tag.changedAt = Google_Protobuf_Timestamp(milliseconds: at)
        tag.ruleID = "I06"
        tag.ruleVersion = TaggingRules.ruleVersion
        tag.evidenceEventIds = [event.eventID]
        tag.customerForgotten.requestID = deletion.requestID
        var audit = AuditEntry()
        audit.auditID = id
        audit.at = tag.changedAt
        audit.actor = event.customerID
        audit.action = action
        audit.subject = event.customerID
        audit.evidenceEventIds = [event.eventID]
        var decision = TaggingDecision()
        decision.tags = [tag]
        decision.audits = [audit]
        decision.isDeleted = true
        return decision
    }
}
