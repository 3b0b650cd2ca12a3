import Schemas

/// What all that is known of a claim adds up to.
struct Judgement {
    static let scoreLimit: UInt32 = 100

    let decision: Decision
    /// 0 to 100.
    let score: UInt32
    let reasons: [Finding]

    /// Adds the evidence up under the rules; without rules no score is worth anything, and a person looks.
    init(of verdict: PendingVerdict, rules: FraudRulesVersion?) {
        var reasons: [Finding] = []
        // By key, so that findings which compare equal stand in the same order in every run.
        for (_, evidence) in verdict.answers.sorted(by: { $0.key < $1.key }) { reasons += evidence.findings }
        if let missing = verdict.missingEvidence { reasons.append(missing) }
        if rules == nil { reasons.append(RuleOutcome.rulesMissing.finding(weight: 0, floor: .review)) }
        let score = Self.score(reasons)
        let floor = reasons.reduce(0) { max($0, $1.floor.rank) }
        decision = .ranked(max(floor, rules.map { Self.band(score, $0) } ?? 0))
        self.score = score
        self.reasons = Self.sorted(reasons)
    }

    private static func score(_ reasons: [Finding]) -> UInt32 {
        var score: UInt32 = 0
        for reason in reasons { score = min(scoreLimit, score + min(scoreLimit, reason.weight)) }
        return score
    }

    private static func band(_ score: UInt32, _ rules: FraudRulesVersion) -> Int {
        if score >= rules.declineScore { return Decision.decline.rank }
        if score >= rules.blockScore { return Decision.blockAndReview.rank }
        if score >= rules.reviewScore { return Decision.review.rank }
        return Decision.approve.rank
    }

    private static func sorted(_ reasons: [Finding]) -> [Finding] {
        reasons.enumerated().sorted { left, right in
            if left.element.precedes(right.element) { return true }
            if right.element.precedes(left.element) { return false }
            return left.offset < right.offset
        }.map(\.element)
    }
}
