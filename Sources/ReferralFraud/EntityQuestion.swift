import ProtobufCodec
import Schemas

/// One claim before one entity, under the rules valid at the claim's time.
struct EntityQuestion {
    let key: EntityKey
    let claim: ValidClaim
    let rules: FraudRulesVersion
    let entry: EntityClaim
    /// Whether the address is one of a carrier's. Read once and where something is found: the blocks may be many, and of
    /// most claims there is nothing to say.
    private lazy var isCarrier = key.kind.isNetwork && (claim.address.map(rules.isCarrier) ?? false)

    init(key: EntityKey, claim: ValidClaim, rules: FraudRulesVersion) {
        self.key = key
        self.claim = claim
        self.rules = rules
        entry = .with {
            $0.claimID = claim.claim.claimID
            $0.friendID = claim.claim.friendID
            $0.referrerID = claim.claim.referrerID
            $0.claimedMs = claim.claimedAt
        }
    }

    /// Enters the claim and returns its evidence, then that of the claims that look worse through it.
    ///
    /// The caller prunes the history once all is said: the claim is in its own window, and in a circle, whatever its age.
    mutating func answer(entering history: inout EntityHistory) -> [ClaimEvidence] {
        let completeSince = history.completeSince(rulesSince: rules.historySinceMs, entering: entry.claimedMs)
        let index = history.enter(entry)
        var findings: [Finding] = []
        var told: [Telling] = []
        if let rule = rules.accountsRule(key.kind) {
            let window = ClaimWindow(claims: history.claims, index: index, length: rule.windowMilliseconds)
            let accounts = window.greatestAccounts(limit: Int(rule.limit))
            let judged = shared(rule, accounts.own, window, completeSince: completeSince)
            if let judged { findings.append(judged) }
            told += accounts.told.suffix(EntityDecider.toldLimit).map { tell($0, rule, window) }
        }
        if let rule = rules.velocityRule(key.kind) {
            let window = ClaimWindow(claims: history.claims, index: index, length: rules.velocityWindowMs)
            let count = window.greatestCount(limit: Int(rule.limit))
            let judged = tooFast(rule, count.own, window, completeSince: completeSince)
            if let judged { findings.append(judged) }
            told += count.told.suffix(EntityDecider.toldLimit).map { tell($0, rule, window) }
        }
        return [evidence(for: entry, findings, revised: false)] + retold(told, history.claims)
    }

    // R03, R04
    private mutating func shared(
        _ rule: AccountsRule, _ figure: WindowFigure, _ window: ClaimWindow, completeSince: Int64
    ) -> Finding? {
        if figure.measured >= Int(rule.limit) { return sharedFinding(rule, figure, window, of: window.index) }
        guard entry.claimedMs &- rule.windowMilliseconds < completeSince else { return nil }
        return rule.history.finding(
            weight: 0, floor: .review, evidence: lines(figure.claims, window, of: window.index),
            measured: Int64(figure.measured), limit: Int64(rule.limit))
    }

    private mutating func sharedFinding(
        _ rule: AccountsRule, _ figure: WindowFigure, _ window: ClaimWindow, of index: Int
    ) -> Finding {
        rule.shared.finding(
            weight: isCarrier ? rules.carrierWeight(rule.weight) : rule.weight, floor: rule.floor,
            evidence: lines(figure.claims, window, of: index), measured: Int64(figure.measured),
            limit: Int64(rule.limit))
    }

    // R05
    private mutating func tooFast(
        _ rule: VelocityRule, _ figure: WindowFigure, _ window: ClaimWindow, completeSince: Int64
    ) -> Finding? {
        if figure.measured > Int(rule.limit) { return tooFastFinding(rule, figure, window, of: window.index) }
        guard entry.claimedMs &- rules.velocityWindowMs < completeSince else { return nil }
        return RuleOutcome.velocityHistory.finding(
            weight: 0, floor: .review, evidence: lines(figure.claims, window, of: window.index),
            measured: Int64(figure.measured), limit: Int64(rule.limit))
    }

    private mutating func tooFastFinding(
        _ rule: VelocityRule, _ figure: WindowFigure, _ window: ClaimWindow, of index: Int
    ) -> Finding {
        rule.outcome.finding(
            weight: rules.velocityWeight, floor: .review, evidence: lines(figure.claims, window, of: index),
            measured: Int64(figure.measured), limit: Int64(rule.limit))
    }

    /// The window has come to the limit, and no more: each claim adds one account at most.
    private mutating func tell(_ told: ToldClaim, _ rule: AccountsRule, _ window: ClaimWindow) -> Telling {
        let figure = WindowFigure(measured: Int(rule.limit), claims: told.window)
        return Telling(index: told.index, finding: sharedFinding(rule, figure, window, of: told.index))
    }

    /// The window has come past the limit by one: the new claim.
    private mutating func tell(_ told: ToldClaim, _ rule: VelocityRule, _ window: ClaimWindow) -> Telling {
        let figure = WindowFigure(measured: told.window.count, claims: told.window)
        return Telling(index: told.index, finding: tooFastFinding(rule, figure, window, of: told.index))
    }

    /// Evidence anew for the newest of those who are told, each once with all that is found.
    private func retold(_ told: [Telling], _ claims: [EntityClaim]) -> [ClaimEvidence] {
        Dictionary(grouping: told, by: \.index).sorted { $0.key < $1.key }
            .suffix(EntityDecider.toldLimit)
            .map { index, tellings in evidence(for: claims[index], tellings.map(\.finding), revised: true) }
    }

    // R07: whoever is referred by somebody he has referred before.
    func circle(of asker: EntityClaim, in referrals: EntityHistory) -> Finding? {
        let closing = referrals.claims.filter { $0.friendID == asker.referrerID && $0.precedes(asker) }
        guard let first = closing.first else { return nil }
        return RuleOutcome.circularReferral.finding(
            weight: 70, floor: .blockAndReview, evidence: [key.text, first.claimID], measured: Int64(closing.count),
            limit: 1)
    }

    /// Evidence anew for the later claims whose circle this claim closes, though it comes in after them.
    func closedCircles(askers: EntityHistory, referrals: EntityHistory) -> [ClaimEvidence] {
        askers.claims.filter { $0.referrerID == entry.friendID && entry.precedes($0) }
            .suffix(EntityDecider.toldLimit)
            .compactMap { asker in
                guard let finding = circle(of: asker, in: referrals) else { return nil }
                return evidence(for: asker, [finding], kind: .circle, revised: true)
            }
    }

    func evidence(
        for entry: EntityClaim, _ findings: [Finding], kind: EntityKind? = nil, revised: Bool
    ) -> ClaimEvidence {
        .with {
            $0.claimID = entry.claimID
            $0.friendID = entry.friendID
            $0.kind = kind ?? key.kind
            $0.entityKey = key.text
            $0.findings = findings
            $0.ruleSetVersion = rules.version
            $0.revised = revised
        }
    }

    /// The entity, whether it is a carrier's, then the other claims of the window, newest first.
    private mutating func lines(_ claims: Range<Int>, _ window: ClaimWindow, of index: Int) -> [String] {
        var lines = [key.text]
        if isCarrier { lines.append("carrier") }
        for other in claims.reversed() where other != index {
            guard lines.count < RuleOutcome.evidenceLimit else { break }
            lines.append(window.claims[other].claimID)
        }
        return lines
    }
}

/// What an earlier claim is told anew.
private struct Telling {
    /// Index into the entity's claims by time.
    let index: Int
    let finding: Finding
}

extension EntityKind {
    /// Whether carriers' networks matter to it.
    fileprivate var isNetwork: Bool {
        switch self {
        case .ip, .ipBlock: true
        case .device, .payment, .referrer, .circle, .unspecified, .UNRECOGNIZED: false
        }
    }
}
