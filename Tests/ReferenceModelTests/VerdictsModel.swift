import ProtobufCodec
import Schemas

/// `fraud.verdicts` as Rules.md tells it.
struct VerdictsModel: ModelStage {
    struct Pending {
        var claim: ReferralClaim?
        var claimID: String
        var friendID: String
        var expected = 0
        var ruleSetVersion: UInt32 = 0
        var own: [Finding] = []
        /// Keys whose answer is in, and the findings of each key.
        var answered: Set<String> = []
        var findings: [String: [Finding]] = [:]
        var deadline: Int64 = 0
        var firstSeen: Int64
        var firstDecided: Int64 = 0
        var revision: UInt32 = 0
        var decision: Decision = .unspecified
        /// What the evidence alone led to, when it was last looked at.
        var evidenceDecision: Decision = .unspecified
        var review: ReviewOutcome?
    }

    /// The setting `fraud.event.wait.ms`.
    var eventWait: Int64 = 365 * Milliseconds.day
    var rules: FraudRules?
    var pending: [String: Pending] = [:]

    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection) {
        if record.isFrom(Topics.fraudReviews) {
            try review(try record.decode(Topics.fraudReviews), &effects)
            return
        }
        let evidence = try record.decode(Topics.fraudEvidence)
        try ModelDoor.id(evidence.claimID)
        try ModelDoor.id(evidence.friendID)
        let key = "\(evidence.friendID)/\(evidence.claimID)"
        var state =
            pending[key] ?? Pending(claimID: evidence.claimID, friendID: evidence.friendID, firstSeen: time)
        guard state.claimID == evidence.claimID, state.friendID == evidence.friendID else {
            throw Rejection(.conflict, "another claim has this key")
        }
        if evidence.kind == .unspecified {
            let claimed = try ModelDoor.claim(evidence.claim)
            if state.claim == nil {
                state.claim = evidence.claim
                state.expected = Int(evidence.expectedAnswers)
                state.ruleSetVersion = evidence.ruleSetVersion
                state.own = evidence.findings
                let version = version(state)
                state.deadline = max(claimed, time) + max(version?.evidenceDeadlineMs ?? 0, eventWait)
            }
        } else if evidence.revised {
            unite(evidence, &state)
        } else if state.answered.insert(evidence.entityKey).inserted {
            unite(evidence, &state)
        }
        settle(&state, at: time, &effects)
        store(key, state, &effects)
    }

    mutating func fire(_ table: UInt8, _ key: String, at due: Int64, _ effects: inout ModelEffects) {
        guard var state = pending[key] else { return }
        if state.revision > 0 || state.claim == nil {
            pending[key] = nil
            return
        }
        settle(&state, at: due, &effects)
        store(key, state, &effects)
    }

    private mutating func store(_ key: String, _ state: Pending, _ effects: inout ModelEffects) {
        pending[key] = state
        let kept = 90 * Milliseconds.day
        let due =
            state.revision > 0
            ? state.firstDecided + kept : state.claim != nil ? state.deadline : state.firstSeen + kept
        effects.setTimer(1, key, due)
    }

    private func version(_ state: Pending) -> FraudRulesVersion? {
        rules?.versions.first { $0.version == state.ruleSetVersion }
    }

    /// Of one entity key, findings are united by (rule, outcome); the greatest measured is kept.
    private func unite(_ evidence: ClaimEvidence, _ state: inout Pending) {
        var findings = state.findings[evidence.entityKey] ?? []
        for finding in evidence.findings {
            if let index = findings.firstIndex(where: { $0.ruleID == finding.ruleID && $0.outcome == finding.outcome })
            {
                if Self.isGreater(finding, findings[index]) { findings[index] = finding }
            } else {
                findings.append(finding)
            }
        }
        state.findings[evidence.entityKey] = findings
    }

    private static func isGreater(_ left: Finding, _ right: Finding) -> Bool {
        if left.measured != right.measured { return left.measured > right.measured }
        if left.weight != right.weight { return left.weight > right.weight }
        if left.floor != right.floor { return left.floor.rawValue > right.floor.rawValue }
        return right.evidence.lexicographicallyPrecedes(left.evidence, by: precedes)
    }

    // MARK: Deciding

    private func settle(_ state: inout Pending, at: Int64, _ effects: inout ModelEffects) {
        guard let claim = state.claim else { return }
        let isComplete = state.answered.count >= state.expected
        guard state.revision > 0 || isComplete || at >= state.deadline else { return }
        let (decision, score, reasons) = judge(state, claim, isLate: at >= state.deadline)
        let before = state.evidenceDecision
        state.evidenceDecision = decision
        let rises: Bool
        if state.review != nil {
            rises = before != .decline && decision == .decline && state.decision != .decline
        } else {
            rises = decision.rawValue > state.decision.rawValue
        }
        guard rises else { return }
        if state.revision == 0 { state.firstDecided = at }
        publish(&state, claim, decision, score, reasons, reviewer: "", at: at, &effects)
    }

    private func judge(
        _ state: Pending, _ claim: ReferralClaim, isLate: Bool
    ) -> (Decision, UInt32, [Finding]) {
        var reasons = state.own + state.findings.values.flatMap { $0 }
        let missing = state.expected - state.answered.count
        if isLate, missing > 0 {
            let keys = FraudModel.queries(claim).map(\.key).filter { !state.answered.contains($0) }
            reasons.append(
                FraudModel.finding(
                    "R01", ".err", "EVIDENCE_MISSING", 0, .review, evidence: Array(keys.prefix(5)),
                    measured: Int64(missing), limit: Int64(state.expected)))
        }
        let version = version(state)
        if version == nil { reasons.append(FraudModel.finding("R01", ".err", "RULES_MISSING", 0, .review)) }
        reasons.sort { left, right in
            if left.weight != right.weight { return left.weight > right.weight }
            if left.ruleID != right.ruleID { return precedes(left.ruleID, right.ruleID) }
            if left.outcome != right.outcome { return precedes(left.outcome, right.outcome) }
            return precedes(left.evidence.first ?? "", right.evidence.first ?? "")
        }
        let score = min(100, reasons.reduce(0) { $0 + $1.weight })
        var decision = Decision.approve
        if let version {
            if score >= version.declineScore {
                decision = .decline
            } else if score >= version.blockScore {
                decision = .blockAndReview
            } else if score >= version.reviewScore {
                decision = .review
            }
        }
        for finding in reasons where finding.floor.rawValue > decision.rawValue { decision = finding.floor }
        return (decision, score, reasons)
    }

    private func publish(
        _ state: inout Pending, _ claim: ReferralClaim, _ decision: Decision, _ score: UInt32, _ reasons: [Finding],
        reviewer: String, at: Int64, _ effects: inout ModelEffects
    ) {
        state.revision += 1
        state.decision = decision
        effects.at = at
        let revision = state.revision
        let version = state.ruleSetVersion
        effects.publish(
            .with {
                $0.decisionID = "\(claim.claimID)#\(revision)"
                $0.claimID = claim.claimID
                $0.friendID = claim.friendID
                $0.decision = decision
                $0.score = score
                $0.reasons = reasons
                $0.ruleSetVersion = version
                $0.revision = revision
                $0.decidedAt = stamp(at)
                $0.claim = claim
                $0.reviewer = reviewer
            }, to: Topics.fraudDecisions)
    }

    private mutating func review(_ word: ReviewOutcome, _ effects: inout ModelEffects) throws(Rejection) {
        try ModelDoor.id(word.claimID)
        try ModelDoor.id(word.friendID)
        try ModelDoor.id(word.reviewer)
        let reviewed = try ModelDoor.time(word.reviewedAt, word.hasReviewedAt)
        guard word.outcome == .approve || word.outcome == .decline else { throw Rejection(.validation, "outcome") }
        let key = "\(word.friendID)/\(word.claimID)"
        guard var state = pending[key], state.revision > 0, let claim = state.claim else {
            throw Rejection(.businessReject, "an undecided claim")
        }
        if let last = state.review {
            let lastTime = last.reviewedAt.milliseconds ?? 0
            let isLater =
                reviewed != lastTime
                ? reviewed > lastTime
                : word.reviewer != last.reviewer
                    ? precedes(last.reviewer, word.reviewer) : word.outcome.rawValue > last.outcome.rawValue
            if !isLater { return }
        }
        state.review = word
        let (decision, score, reasons) = judge(state, claim, isLate: reviewed >= state.deadline)
        state.evidenceDecision = decision
        publish(&state, claim, word.outcome, score, reasons, reviewer: word.reviewer, at: reviewed, &effects)
        store(key, state, &effects)
    }
}
