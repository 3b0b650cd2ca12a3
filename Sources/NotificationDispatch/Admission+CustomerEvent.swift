public import Schemas

extension Admission {
    public static func time(of event: CustomerEvent) throws(Rejection) -> Int64 {
        try Validation.identifier(event.eventID, "event_id")
        try Validation.identifier(event.customerID, "customer_id")
        guard let kind = event.kind else { throw Rejection(.schema, "the customer event has no kind") }
        try pass(kind)
        return try Validation.time(event.occurredAt, isPresent: event.hasOccurredAt, "occurred_at")
    }

    private static func pass(_ kind: CustomerEvent.OneOf_Kind) throws(Rejection) {
        switch kind {
        case .orderPaid(let order):
            try Validation.identifier(order.orderID, "order_id")
            try Validation.money(order.amount, isPresent: order.hasAmount, "amount")
            if !order.checkoutID.isEmpty { try Validation.identifier(order.checkoutID, "checkout_id") }
        case .orderRefunded(let refund):
            try Validation.identifier(refund.orderID, "order_id")
            try Validation.identifier(refund.refundID, "refund_id")
            try Validation.money(refund.amount, isPresent: refund.hasAmount, "amount")
        case .orderStocked(let order): try Validation.identifier(order.orderID, "order_id")
        case .orderShipped(let order): try Validation.identifier(order.orderID, "order_id")
        case .orderReceived(let order): try Validation.identifier(order.orderID, "order_id")
        case .checkoutStarted(let checkout): try Validation.identifier(checkout.checkoutID, "checkout_id")
        case .checkoutCancelled(let checkout): try Validation.identifier(checkout.checkoutID, "checkout_id")
        case .consentChanged(let consent):
            if consent.hasRevokeAt { _ = try Validation.time(consent.revokeAt, isPresent: true, "revoke_at") }
        case .complaintFiled(let complaint): try Validation.identifier(complaint.complaintID, "complaint_id")
        case .complaintClosed(let complaint): try Validation.identifier(complaint.complaintID, "complaint_id")
        case .referralShared(let share): try Validation.identifier(share.campaignID, "campaign_id")
        case .referralClicked(let click):
            try Validation.identifier(click.campaignID, "campaign_id")
            try Validation.identifier(click.referrerID, "referrer_id")
        case .referralQualified(let claim):
            try Validation.identifier(claim.campaignID, "campaign_id")
            try Validation.identifier(claim.claimID, "claim_id")
        case .messageOpened(let opening):
            try derivedIdentifier(opening.sendID, "send_id", limit: DispatchLimits.sendIDBytes)
        case .messageClicked(let click):
            try derivedIdentifier(click.sendID, "send_id", limit: DispatchLimits.sendIDBytes)
        case .deletionRequested(let deletion): try Validation.identifier(deletion.requestID, "request_id")
        case .userRegistered, .userIdentified, .profileChanged, .sessionStarted, .pageViewed, .searchPerformed,
            .cartChanged, .favoriteChanged, .featureUsed, .checkinDone, .contentEngaged, .liveJoined, .ticketOpened,
            .ticketClosed, .chatMessage, .npsAnswered, .locationReported, .contractDated:
            break
        }
    }
}
