public import Schemas

/// A referral claim that has passed the door, with its times in milliseconds since the epoch.
public struct ValidClaim: Sendable {
    /// The claim as it came.
    public let claim: ReferralClaim
    /// When the claim was made: the time it is judged by.
    public let claimedAt: Int64
    /// When the friend followed the referrer's link.
    public let clickedAt: Int64
    /// When the friend registered.
    public let registeredAt: Int64
    /// When the friend placed the order that counts.
    public let qualifyingOrderAt: Int64
    /// Nil where the claim names none, or what it names is none.
    public let address: IPAddress?

    /// Checks ids, times and the amount (Rules.md, "Refused at the door" and "fraud.claims").
    ///
    /// - Throws: a `Rejection` with the reason `validation`, naming the field.
    public init(_ claim: ReferralClaim) throws(Rejection) {
        try Validation.identifier(claim.claimID, "claim_id")
        try Validation.identifier(claim.campaignID, "campaign_id")
        try Validation.identifier(claim.referrerID, "referrer_id")
        try Validation.identifier(claim.friendID, "friend_id")
        try Validation.identifier(claim.qualifyingOrderID, "qualifying_order_id")
        claimedAt = try Validation.time(claim.claimedAt, isPresent: claim.hasClaimedAt, "claimed_at")
        clickedAt = try Validation.time(claim.clickedAt, isPresent: claim.hasClickedAt, "clicked_at")
        registeredAt = try Validation.time(claim.registeredAt, isPresent: claim.hasRegisteredAt, "registered_at")
        qualifyingOrderAt = try Validation.time(
            claim.qualifyingOrderAt, isPresent: claim.hasQualifyingOrderAt, "qualifying_order_at")
        try Validation.money(
            claim.qualifyingOrderAmount, isPresent: claim.hasQualifyingOrderAmount, "qualifying_order_amount")
        try Self.optional(claim.deviceID, "device_id")
        try Self.optional(claim.ipAddress, "ip_address")
        try Self.optional(claim.paymentFingerprint, "payment_fingerprint")
        try Self.optional(claim.addressHash, "address_hash")
        try Self.optional(claim.referrerDeviceID, "referrer_device_id")
        try Self.optional(claim.referrerPaymentFingerprint, "referrer_payment_fingerprint")
        try Self.optional(claim.referrerAddressHash, "referrer_address_hash")
        self.claim = claim
        address = IPAddress(claim.ipAddress)
    }

    // These become keys of topics and of state, so what is there is held to the rules of ids.
    private static func optional(_ value: String, _ field: StaticString) throws(Rejection) {
        if !value.isEmpty { try Validation.identifier(value, field) }
    }
}
