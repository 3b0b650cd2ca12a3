import Schemas

/// The checks that need nothing but the claim and its friend's earlier claims.
enum ClaimChecks {
    /// Returns the findings in the order R02, R07, R03, then what could not be asked.
    static func findings(of claim: ValidClaim, earlier: FriendClaims, rules: FraudRulesVersion) -> [Finding] {
        selfReferral(claim.claim) + chain(claim, earlier: earlier, rules: rules)
            + emulator(claim.claim, rules: rules) + exits(claim)
    }

    // R02
    private static func selfReferral(_ claim: ReferralClaim) -> [Finding] {
        func same(_ outcome: RuleOutcome, _ field: String, _ friend: String, _ referrer: String) -> Finding? {
            guard !friend.isEmpty, friend == referrer else { return nil }
            return outcome.finding(weight: 100, floor: .decline, evidence: ["\(field):\(friend)"])
        }
        return [
            same(.sameCustomer, "friend_id", claim.friendID, claim.referrerID),
            same(.sameDevice, "device_id", claim.deviceID, claim.referrerDeviceID),
            same(
                .samePayment, "payment_fingerprint", claim.paymentFingerprint, claim.referrerPaymentFingerprint),
            same(.sameAddress, "address_hash", claim.addressHash, claim.referrerAddressHash),
        ].compactMap(\.self)
    }

    // R07
    private static func chain(_ claim: ValidClaim, earlier: FriendClaims, rules: FraudRulesVersion) -> [Finding] {
        [
            friendNotNew(claim.claim, earlier: earlier),
            tooEarly(.clickAfterRegistration, claim.registeredAt - claim.clickedAt),
            tooEarly(.orderBeforeRegistration, claim.qualifyingOrderAt - claim.registeredAt),
            conversion(claim.qualifyingOrderAt - claim.clickedAt, rules: rules),
        ].compactMap(\.self)
    }

    private static func friendNotNew(_ claim: ReferralClaim, earlier: FriendClaims) -> Finding? {
        let measured = Int64(claim.friendPriorOrders) + Int64(earlier.claims.count)
        guard measured > 0 else { return nil }
        return RuleOutcome.friendNotNew.finding(
            weight: 90, floor: .decline, evidence: earlier.claims.prefix(1).map(\.claimID), measured: measured)
    }

    /// A step of the chain that comes before the one it follows from; `gap` is later minus earlier, as it should be.
    private static func tooEarly(_ outcome: RuleOutcome, _ gap: Int64) -> Finding? {
        guard gap < 0 else { return nil }
        return outcome.finding(weight: 60, floor: .blockAndReview, measured: gap)
    }

    private static func conversion(_ gap: Int64, rules: FraudRulesVersion) -> Finding? {
        guard gap >= 0 else { return tooEarly(.orderBeforeClick, gap) }
        guard gap < rules.minimumConversionMs else { return nil }
        return RuleOutcome.zeroTimeToConvert.finding(
            weight: rules.conversionWeight, floor: .review, measured: gap, limit: rules.minimumConversionMs)
    }

    // R03
    private static func emulator(_ claim: ReferralClaim, rules: FraudRulesVersion) -> [Finding] {
        guard claim.emulator else { return [] }
        return [RuleOutcome.emulator.finding(weight: rules.emulatorWeight, floor: .approve)]
    }

    // What a claim keeps to itself is no proof of innocence: a person looks.
    private static func exits(_ claim: ValidClaim) -> [Finding] {
        func exit(_ outcome: RuleOutcome, when isUnknown: Bool) -> Finding? {
            isUnknown ? outcome.finding(weight: 0, floor: .review) : nil
        }
        return [
            exit(.noDevice, when: claim.claim.deviceID.isEmpty),
            exit(.noIP, when: claim.address == nil),
            exit(.noPayment, when: claim.claim.paymentFingerprint.isEmpty),
        ].compactMap(\.self)
    }
}
