import ProtobufCodec
import Schemas

/// The last word of a person on a claim, kept beside its evidence so that an older or repeated one is recognised.
struct PersonsWord: Equatable {
    /// No entity's key: those have a colon.
    static let key = "review"

    let reviewedAt: Int64
    let reviewer: String
    let outcome: Decision

    init(reviewedAt: Int64, reviewer: String, outcome: Decision) {
        self.reviewedAt = reviewedAt
        self.reviewer = reviewer
        self.outcome = outcome
    }

    /// Reads the word that the evidence holds; nil where nobody has spoken.
    init?(_ evidence: ClaimEvidence?) {
        guard let finding = evidence?.findings.first, let reviewer = finding.evidence.first else { return nil }
        self.init(reviewedAt: finding.measured, reviewer: reviewer, outcome: finding.floor)
    }

    /// The word as evidence: when, by whom, and what.
    func evidence(of claim: ReferralClaim) -> ClaimEvidence {
        .with {
            $0.claimID = claim.claimID
            $0.friendID = claim.friendID
            $0.entityKey = Self.key
            $0.findings = [Self.spoken.finding(weight: 0, floor: outcome, evidence: [reviewer], measured: reviewedAt)]
        }
    }

    /// Tells whether it comes after the other, by time, then reviewer, then outcome: of two words one is always the
    /// later.
    func isLater(than other: PersonsWord) -> Bool {
        if reviewedAt != other.reviewedAt { return reviewedAt > other.reviewedAt }
        if reviewer != other.reviewer { return reviewer > other.reviewer }
        return outcome.rank > other.outcome.rank
    }

    private static let spoken = RuleOutcome("R01", ".review", "REVIEWED")
}
