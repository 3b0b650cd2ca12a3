import ProtobufCodec
import Schemas

extension PendingVerdict {
    /// The claim's own checks stand under no entity.
    static let ownChecksKey = ""
    /// Entities that may speak of one claim: its six, and room for those of a later build.
    static let entitiesLimit = 16

    var isDecided: Bool { revision > 0 }

    /// What counts towards the score: the own checks and each entity's evidence.
    var answers: [String: ClaimEvidence] { evidence.filter { $0.key != PersonsWord.key } }

    /// Distinct entities that have answered; evidence that only revises an answer is none.
    var answeredCount: Int {
        evidence.reduce(0) { count, entry in
            let isAnswer = entry.key != Self.ownChecksKey && entry.key != PersonsWord.key && !entry.value.revised
            return isAnswer ? count + 1 : count
        }
    }

    var isComplete: Bool { ownChecksSeen && answeredCount >= Int(expectedAnswers) }

    // R01: silence of an entity is no proof of innocence.
    var missingEvidence: Finding? {
        let missing = Int64(expectedAnswers) - Int64(answeredCount)
        guard missing > 0 else { return nil }
        let silent = EntityKey.all(of: claim).map(\.text).filter { evidence[$0].map(\.revised) ?? true }
        return RuleOutcome.evidenceMissing.finding(
            weight: 0, floor: .review, evidence: Array(silent.prefix(RuleOutcome.evidenceLimit)), measured: missing,
            limit: Int64(expectedAnswers))
    }

    /// Refuses what is of another claim: ids may hold the `/` that joins them in the state's key.
    func check(claimID: String, friendID: String) throws(Rejection) {
        guard let known = evidence.first?.value else { return }
        guard known.claimID == claimID, known.friendID == friendID else {
            throw Rejection(.conflict, "another claim's state has this key")
        }
    }

    /// Unites the evidence with what its entity has said before; returns whether that changed anything.
    mutating func unite(_ new: ClaimEvidence) throws(Rejection) -> Bool {
        if var known = evidence[new.entityKey] {
            guard known.unite(new) else { return false }
            evidence[new.entityKey] = known
            return true
        }
        guard evidence.count < Self.entitiesLimit else {
            throw Rejection(.validation, "evidence of more than \(Self.entitiesLimit) entities")
        }
        var stored = new
        // The claim stands in the state once.
        stored.clearClaim()
        stored.findings = []
        _ = stored.unite(new.findings)
        evidence[new.entityKey] = stored
        return true
    }
}
