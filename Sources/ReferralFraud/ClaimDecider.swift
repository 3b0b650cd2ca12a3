import ProtobufCodec
public import Schemas

/// What became of a claim in `fraud.claims`.
public enum ClaimOutcome: Equatable, Sendable {
    /// The claim id is known of this friend: nothing changes.
    case duplicate
    /// Publish the claim's own checks, then the queries in order.
    case checked(ClaimEvidence, queries: [EntityQuery])
}

/// Decides `fraud.claims`: one friend's claims, checked by what they say themselves (R01, R02, R07).
public enum ClaimDecider {
    /// Claims remembered of one friend; the one that came first leaves first.
    public static let claimsLimit = 50

    /// Checks a claim and asks its entities; a claim id that the friend has used changes nothing.
    ///
    /// - Throws: a `Rejection` with the reason `business-reject` where the campaign is unknown or rewards no referrals,
    ///   or no approved rule-set version is valid at the claim's time.
    public static func decide(
        _ claim: ValidClaim, _ friend: inout FriendClaims, campaign: Campaign?, rules: FraudRules?
    ) throws(Rejection) -> ClaimOutcome {
        guard !friend.claims.contains(where: { $0.claimID == claim.claim.claimID }) else { return .duplicate }
        guard let campaign else { throw Rejection(.businessReject, "unknown campaign") }
        guard campaign.kind == .referral else {
            throw Rejection(.businessReject, "the campaign rewards no referrals")
        }
        guard let version = rules?.version(at: claim.claimedAt) else { throw .noRulesVersion }

        let keys = EntityKey.all(of: claim.claim, address: claim.address)
        let evidence = ClaimEvidence.with {
            $0.claimID = claim.claim.claimID
            $0.friendID = claim.claim.friendID
            $0.findings = ClaimChecks.findings(of: claim, earlier: friend, rules: version)
            $0.ruleSetVersion = version.version
            $0.expectedAnswers = UInt32(keys.count)
            $0.claim = claim.claim
        }
        let queries = keys.map { key in
            EntityQuery.with {
                $0.entityKey = key.text
                $0.kind = key.kind
                $0.claim = claim.claim
            }
        }
        remember(claim, &friend)
        return .checked(evidence, queries: queries)
    }

    private static func remember(_ claim: ValidClaim, _ friend: inout FriendClaims) {
        friend.claims.append(
            .with {
                $0.claimID = claim.claim.claimID
                $0.referrerID = claim.claim.referrerID
                $0.campaignID = claim.claim.campaignID
                $0.claimedMs = claim.claimedAt
            })
        if friend.claims.count > claimsLimit { friend.claims.removeFirst(friend.claims.count - claimsLimit) }
    }
}

extension Rejection {
    /// R13: without a version that two people stand for, nothing may be judged.
    static var noRulesVersion: Rejection {
        Rejection(.businessReject, "no approved rule-set version is valid at claimed_at")
    }
}
