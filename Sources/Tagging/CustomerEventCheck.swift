import ProtobufCodec
import Schemas

/// The checks of an event that need no profile (Rules.md, "Refused at the door").
enum CustomerEventCheck {
    /// Bound of a consent's proof, bytes of UTF-8: it is kept in the profile.
    static let proofBytesLimit = 1_024

    /// Returns the event's time in milliseconds since the epoch.
    static func check(_ event: CustomerEvent) throws(Rejection) -> Int64 {
        guard let kind = event.kind else { throw Rejection(.schema, "the event has no kind") }
        try Validation.identifier(event.eventID, "event_id")
        try Validation.identifier(event.customerID, "customer_id")
        let occurredAt = try Validation.time(event.occurredAt, isPresent: event.hasOccurredAt, "occurred_at")
        try check(kind)
        return occurredAt
    }

    private static func check(_ kind: CustomerEvent.OneOf_Kind) throws(Rejection) {
        switch kind {
        case .orderPaid(let order): try check(order)
        case .orderRefunded(let refund): try check(refund)
        case .orderStocked(let order): try Validation.identifier(order.orderID, "order_id")
        case .orderShipped(let order): try Validation.identifier(order.orderID, "order_id")
        case .orderReceived(let order): try Validation.identifier(order.orderID, "order_id")
        case .checkoutStarted(let checkout):
            try Validation.identifier(checkout.checkoutID, "checkout_id")
            if checkout.hasAmount { try Validation.money(checkout.amount, isPresent: true, "amount") }
        case .checkoutCancelled(let checkout): try Validation.identifier(checkout.checkoutID, "checkout_id")
        case .userRegistered(let registration): try optional(registration.channel, "channel")
        case .consentChanged(let consent): try check(consent)
        case .complaintFiled(let complaint): try Validation.identifier(complaint.complaintID, "complaint_id")
        case .complaintClosed(let complaint): try Validation.identifier(complaint.complaintID, "complaint_id")
        case .referralShared(let referral): try Validation.identifier(referral.campaignID, "campaign_id")
        case .referralClicked(let referral):
            try Validation.identifier(referral.campaignID, "campaign_id")
            try Validation.identifier(referral.referrerID, "referrer_id")
            try optional(referral.channel, "channel")
        case .referralQualified(let referral):
            try Validation.identifier(referral.campaignID, "campaign_id")
            try Validation.identifier(referral.claimID, "claim_id")
        case .messageOpened(let message): try Validation.identifier(message.sendID, "send_id")
        case .messageClicked(let message): try Validation.identifier(message.sendID, "send_id")
        case .deletionRequested(let deletion): try Validation.identifier(deletion.requestID, "request_id")
        case .userIdentified, .profileChanged, .sessionStarted, .pageViewed, .searchPerformed, .cartChanged,
            .favoriteChanged, .featureUsed, .checkinDone, .contentEngaged, .liveJoined, .ticketOpened, .ticketClosed,
            .chatMessage, .npsAnswered, .locationReported, .contractDated:
            break
        }
    }

    private static func check(_ order: OrderPaid) throws(Rejection) {
        try Validation.identifier(order.orderID, "order_id")
        try Validation.money(order.amount, isPresent: order.hasAmount, "amount")
        guard order.pointsSpent >= 0, order.pointsSpent <= Validation.amountLimit else {
            throw Rejection(.validation, "points_spent lies outside 0 to \(Validation.amountLimit)")
        }
        try optional(order.checkoutID, "checkout_id")
    }

    private static func check(_ refund: OrderRefunded) throws(Rejection) {
        try Validation.identifier(refund.orderID, "order_id")
        try Validation.identifier(refund.refundID, "refund_id")
        try Validation.money(refund.amount, isPresent: refund.hasAmount, "amount")
        guard refund.amount.minorUnits > 0 else { throw Rejection(.validation, "amount of a refund is zero") }
    }

    private static func check(_ consent: ConsentChanged) throws(Rejection) {
        try Validation.identifier(consent.purpose, "purpose")
        switch consent.status {
        case .granted, .denied, .revoked: break
        case .unspecified, .UNRECOGNIZED: throw Rejection(.validation, "status is none of granted, denied, revoked")
        }
        guard consent.proof.utf8.count <= proofBytesLimit else {
            throw Rejection(.validation, "proof has more than \(proofBytesLimit) bytes")
        }
        if consent.hasRevokeAt { _ = try Validation.time(consent.revokeAt, isPresent: true, "revoke_at") }
    }

    /// Passes an empty text, or one that is an id.
    private static func optional(_ value: String, _ field: StaticString) throws(Rejection) {
        if !value.isEmpty { try Validation.identifier(value, field) }
    }
}
