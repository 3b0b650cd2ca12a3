import ProtobufCodec
import Schemas

@testable import ReferralFraud

/// Claims and rules that tests start from; each test changes what it is about.
enum Samples {
    /// 2026-03-01 00:00 UTC.
    static let start: Int64 = 1_772_323_200_000

    static let rules = FraudRules.defaults.approved(by: "second")
    static let version = rules.versions[0]

    static func rules(_ change: (inout FraudRulesVersion) -> Void) -> FraudRules {
        var rules = rules
        change(&rules.versions[0])
        return rules
    }

    static let campaign = Campaign.with {
        $0.campaignID = "spring"
        $0.kind = .referral
    }

    /// A claim that no rule has anything to say of.
    static func claim(
        _ id: String = "c1", referrer: String = "r1", friend: String = "f1", at: Int64 = start,
        _ change: (inout ReferralClaim) -> Void = { _ in }
    ) -> ReferralClaim {
        .with {
            $0.claimID = id
            $0.campaignID = "spring"
            $0.referrerID = referrer
            $0.friendID = friend
            $0.claimedAt = Google_Protobuf_Timestamp(milliseconds: at)
            $0.clickedAt = Google_Protobuf_Timestamp(milliseconds: at - 3 * Milliseconds.hour)
            $0.registeredAt = Google_Protobuf_Timestamp(milliseconds: at - 2 * Milliseconds.hour)
            $0.qualifyingOrderID = "order-\(id)"
            $0.qualifyingOrderAt = Google_Protobuf_Timestamp(milliseconds: at - Milliseconds.hour)
            $0.qualifyingOrderAmount = Money(minorUnits: 5_000, currency: "CNY")
            $0.deviceID = "device-\(friend)"
            $0.ipAddress = "198.51.100.7"
            $0.paymentFingerprint = "payment-\(friend)"
            $0.addressHash = "address-\(friend)"
            $0.referrerDeviceID = "device-\(referrer)"
            $0.referrerPaymentFingerprint = "payment-\(referrer)"
            $0.referrerAddressHash = "address-\(referrer)"
            change(&$0)
        }
    }

    static func query(_ kind: EntityKind, _ claim: ReferralClaim) -> EntityQuery {
        .with {
            $0.entityKey = EntityKey(kind, of: claim)?.text ?? ""
            $0.kind = kind
            $0.claim = claim
        }
    }
}

/// A finding in one line: `R03.01 DEVICE_SHARED 45 review 3/3 [device:d c2 c1]`.
func line(_ finding: Finding) -> String {
    let floor =
        switch finding.floor {
        case .approve: "approve"
        case .review: "review"
        case .blockAndReview: "block"
        case .decline: "decline"
        case .unspecified: "none"
        case .UNRECOGNIZED(let number): "\(number)"
        }
    return "\(finding.ruleID)\(finding.outcome) \(finding.reason) \(finding.weight) \(floor) "
        + "\(finding.measured)/\(finding.limit) [\(finding.evidence.joined(separator: " "))]"
}

/// Evidence in lines: its claim, whether it is revised, its findings.
func lines(_ evidence: [ClaimEvidence]) -> [String] {
    evidence.map { one in
        ([one.claimID + (one.revised ? "*" : "")] + one.findings.map(line)).joined(separator: "; ")
    }
}
