import ProtobufCodec
import Schemas

/// Rules.md, "Refused at the door".
enum ModelDoor {
    static func id(_ value: String, limit: Int = 128) throws(Rejection) {
        let bytes = Array(value.utf8)
        let isGood = !bytes.isEmpty && bytes.count <= limit && !bytes.contains { $0 < 32 || $0 == 127 }
        if !isGood { throw Rejection(.validation, "an id") }
    }

    static func idOrEmpty(_ value: String) throws(Rejection) {
        if !value.isEmpty { try id(value) }
    }

    static func time(_ value: Google_Protobuf_Timestamp, _ isPresent: Bool) throws(Rejection) -> Int64 {
        guard isPresent, let time = value.milliseconds else { throw Rejection(.validation, "a time") }
        guard time >= Validation.earliestMilliseconds, time < Validation.latestMilliseconds else {
            throw Rejection(.validation, "a time")
        }
        return time
    }

    static func money(_ money: Money, _ isPresent: Bool) throws(Rejection) {
        let letters = Array(money.currency.utf8)
        let isCurrency = letters.count == 3 && letters.allSatisfy { $0 >= 65 && $0 <= 90 }
        let isAmount = money.minorUnits >= 0 && money.minorUnits <= 1_000_000_000_000
        if !isPresent || !isCurrency || !isAmount { throw Rejection(.validation, "an amount") }
    }

    /// What all customer events share; returns the event's time.
    static func shared(_ event: CustomerEvent) throws(Rejection) -> Int64 {
        if event.kind == nil { throw Rejection(.schema, "no kind") }
        try id(event.eventID)
        try id(event.customerID)
        return try time(event.occurredAt, event.hasOccurredAt)
    }

    /// The ids and amounts of the kind at hand.
    static func kind(_ event: CustomerEvent, sendLimit: Int = 128) throws(Rejection) {
        switch event.kind {
        case .orderPaid(let order)?:
            try id(order.orderID)
            try money(order.amount, order.hasAmount)
        case .orderRefunded(let refund)?:
            try id(refund.orderID)
            try id(refund.refundID)
            try money(refund.amount, refund.hasAmount)
        case .orderStocked(let order)?: try id(order.orderID)
        case .orderShipped(let order)?: try id(order.orderID)
        case .orderReceived(let order)?: try id(order.orderID)
        case .checkoutStarted(let checkout)?: try id(checkout.checkoutID)
        case .checkoutCancelled(let checkout)?: try id(checkout.checkoutID)
        case .complaintFiled(let complaint)?: try id(complaint.complaintID)
        case .complaintClosed(let complaint)?: try id(complaint.complaintID)
        case .referralShared(let referral)?: try id(referral.campaignID)
        case .referralClicked(let referral)?:
            try id(referral.campaignID)
            try id(referral.referrerID)
        case .referralQualified(let referral)?:
            try id(referral.campaignID)
            try id(referral.claimID)
        case .messageOpened(let message)?: try id(message.sendID, limit: sendLimit)
        case .messageClicked(let message)?: try id(message.sendID, limit: sendLimit)
        case .deletionRequested(let deletion)?: try id(deletion.requestID)
        default: break
        }
    }

    /// "Claim validation" of fraud.claims; returns `claimed_at`.
    static func claim(_ claim: ReferralClaim) throws(Rejection) -> Int64 {
        try id(claim.claimID)
        try id(claim.campaignID)
        try id(claim.referrerID)
        try id(claim.friendID)
        try id(claim.qualifyingOrderID)
        let claimed = try time(claim.claimedAt, claim.hasClaimedAt)
        _ = try time(claim.clickedAt, claim.hasClickedAt)
        _ = try time(claim.registeredAt, claim.hasRegisteredAt)
        _ = try time(claim.qualifyingOrderAt, claim.hasQualifyingOrderAt)
        try money(claim.qualifyingOrderAmount, claim.hasQualifyingOrderAmount)
        for value in [
            claim.deviceID, claim.ipAddress, claim.paymentFingerprint, claim.addressHash, claim.referrerDeviceID,
            claim.referrerPaymentFingerprint, claim.referrerAddressHash,
        ] { try idOrEmpty(value) }
        return claimed
    }
}
