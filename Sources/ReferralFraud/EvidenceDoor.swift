import Schemas

/// What evidence must be before it is believed.
enum EvidenceDoor {
    static func check(_ evidence: ClaimEvidence) throws(Rejection) {
        try Validation.identifier(evidence.claimID, "claim_id")
        try Validation.identifier(evidence.friendID, "friend_id")
        guard evidence.findings.count <= ClaimEvidence.findingsLimit else {
            throw Rejection(.validation, "more than \(ClaimEvidence.findingsLimit) findings")
        }
        guard let prefix = EntityKey.prefix(of: evidence.kind) else { return try checkOwnChecks(evidence) }
        guard evidence.entityKey.utf8.starts(with: prefix.utf8) else {
            throw Rejection(.validation, "entity_key is not of its kind")
        }
    }

    private static func checkOwnChecks(_ evidence: ClaimEvidence) throws(Rejection) {
        guard evidence.kind == .unspecified else { throw Rejection(.schema, "kind is none of evidence") }
        guard evidence.entityKey.isEmpty else { throw Rejection(.validation, "entity_key without a kind") }
        guard evidence.hasClaim else { throw Rejection(.validation, "claim is absent") }
        guard evidence.claim.claimID == evidence.claimID, evidence.claim.friendID == evidence.friendID else {
            throw Rejection(.validation, "claim is not the evidence's")
        }
        guard evidence.expectedAnswers <= PendingVerdict.entitiesLimit - 2 else {
            throw Rejection(.validation, "expected_answers is above \(PendingVerdict.entitiesLimit - 2)")
        }
        _ = try Validation.time(evidence.claim.claimedAt, isPresent: evidence.claim.hasClaimedAt, "claimed_at")
    }
}

extension ClaimEvidence {
    var isOwnChecks: Bool { kind == .unspecified }
}
