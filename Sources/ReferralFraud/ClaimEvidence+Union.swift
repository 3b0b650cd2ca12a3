import Schemas

extension ClaimEvidence {
    /// Findings of one entity on one claim at most: each rule outcome once.
    static let findingsLimit = 32

    /// Unites evidence of one entity; returns whether that changed anything.
    ///
    /// An entity answers once, so that a claim which is asked about again long after has no say; what revises an answer
    /// is united with it. The result is the same in whatever order the answer and what revises it come in, and however
    /// often.
    mutating func unite(_ other: ClaimEvidence) -> Bool {
        guard revised || other.revised else { return false }
        let hasNews = unite(other.findings)
        let isAnswered = revised && !other.revised
        if isAnswered { revised = false }
        return hasNews || isAnswered
    }

    /// Unites findings by rule and outcome, the one that says most kept; returns whether that changed anything.
    mutating func unite(_ others: [Finding]) -> Bool {
        var hasChanged = false
        for finding in others {
            if let index = findings.firstIndex(where: { $0.isSameOutcome(as: finding) }) {
                guard findings[index].isOutdone(by: finding) else { continue }
                findings[index] = finding
                hasChanged = true
            } else if findings.count < Self.findingsLimit {
                findings.append(finding)
                hasChanged = true
            }
        }
        return hasChanged
    }
}

extension Finding {
    func isSameOutcome(as other: Finding) -> Bool { ruleID == other.ruleID && outcome == other.outcome }

    /// Tells whether the other finding of the same outcome says more: by measured, then weight, floor and evidence.
    func isOutdone(by other: Finding) -> Bool {
        if measured != other.measured { return measured < other.measured }
        if weight != other.weight { return weight < other.weight }
        if floor.rank != other.floor.rank { return floor.rank < other.floor.rank }
        return evidence.lexicographicallyPrecedes(other.evidence)
    }

    /// Order of the reasons of a decision: by falling weight, then rule id, outcome, evidence.
    func precedes(_ other: Finding) -> Bool {
        if weight != other.weight { return weight > other.weight }
        if ruleID != other.ruleID { return ruleID < other.ruleID }
        if outcome != other.outcome { return outcome < other.outcome }
        return evidence.lexicographicallyPrecedes(other.evidence)
    }
}
