import ProtobufCodec
import Schemas
import Testing

@testable import ReferralFraud

/// One claim in `fraud.verdicts`, as a test sees it.
private struct Case {
    var verdict = PendingVerdict()
    var rules: FraudRules? = Samples.rules
    let claim: ReferralClaim

    init(_ claim: ReferralClaim = Samples.claim()) { self.claim = claim }

    func own(_ findings: [Finding] = []) -> ClaimEvidence {
        .with {
            $0.claimID = claim.claimID
            $0.friendID = claim.friendID
            $0.findings = findings
            $0.ruleSetVersion = 1
            $0.expectedAnswers = UInt32(EntityKey.all(of: claim).count)
            $0.claim = claim
        }
    }

    func answer(_ kind: EntityKind, _ findings: [Finding] = [], revised: Bool = false) -> ClaimEvidence {
        .with {
            $0.claimID = claim.claimID
            $0.friendID = claim.friendID
            $0.kind = kind
            $0.entityKey = EntityKey(kind, of: claim)?.text ?? ""
            $0.findings = findings
            $0.ruleSetVersion = 1
            $0.revised = revised
        }
    }

    /// The own checks and every answer; the findings are one entity's.
    func all(_ findings: [Finding] = [], of kind: EntityKind? = nil) -> [ClaimEvidence] {
        [own(kind == nil ? findings : [])] + EntityKey.kinds.map { answer($0, $0 == kind ? findings : []) }
    }

    mutating func take(_ evidence: ClaimEvidence, at: Int64 = Samples.start) throws -> VerdictOutcome {
        try VerdictDecider.decide(evidence, &verdict, rules: rules, at: at)
    }

    /// Takes all and returns what was decided, in order.
    mutating func takeAll(_ evidence: [ClaimEvidence], at: Int64 = Samples.start) throws -> [RiskDecision] {
        try evidence.compactMap { try Case.decision(take($0, at: at)) }
    }

    mutating func due(at: Int64) -> VerdictOutcome {
        VerdictDecider.timerDue(&verdict, rules: rules, at: at)
    }

    mutating func review(
        _ outcome: Decision, by reviewer: String = "ann", reviewedAt: Int64 = Samples.start, at: Int64 = Samples.start
    ) throws -> VerdictOutcome {
        let review = ReviewOutcome.with {
            $0.claimID = claim.claimID
            $0.friendID = claim.friendID
            $0.outcome = outcome
            $0.reviewer = reviewer
            $0.reviewedAt = Google_Protobuf_Timestamp(milliseconds: reviewedAt)
        }
        return try VerdictDecider.review(ValidReview(review), &verdict, rules: rules, at: at)
    }

    static func decision(_ outcome: VerdictOutcome) -> RiskDecision? {
        switch outcome {
        case .decided(let decision): decision
        case .unchanged, .noted, .forgotten: nil
        }
    }
}

private func finding(
    _ id: String, weight: UInt32, floor: Decision = .approve, evidence: [String] = [], measured: Int64 = 0
) -> Finding {
    let parts = id.split(separator: ".")
    return .with {
        $0.ruleID = String(parts[0])
        $0.outcome = "." + parts[1]
        $0.reason = "TEST"
        $0.weight = weight
        $0.floor = floor
        $0.evidence = evidence
        $0.measured = measured
    }
}

/// `2 review 45 [R03.01 45, R05.02 35]`: revision, decision, score, reasons.
private func text(_ decision: RiskDecision) -> String {
    let name = ["approve", "review", "block", "decline"][decision.decision.rank]
    let reasons = decision.reasons.map { "\($0.ruleID)\($0.outcome) \($0.weight)" }
    let reviewer = decision.reviewer.isEmpty ? "" : " by \(decision.reviewer)"
    return "\(decision.revision) \(name) \(decision.score) [\(reasons.joined(separator: ", "))]\(reviewer)"
}

private func text(_ outcome: VerdictOutcome) -> String {
    switch outcome {
    case .unchanged: "unchanged"
    case .noted: "noted"
    case .decided(let decision): text(decision)
    case .forgotten: "forgotten"
    }
}

@Suite("R01: score, bands and floors")
struct JudgementTests {
    @Test(
        "The score's band decides, at its exact borders",
        arguments: [
            (0, "approve"), (39, "approve"), (40, "review"), (64, "review"), (65, "block"), (89, "block"),
            (90, "decline"),
            (100, "decline"),
        ] as [(UInt32, String)])
    func bands(weight: UInt32, decision: String) throws {
        var one = Case()
        let decided = try one.takeAll(one.all([finding("R03.01", weight: weight)]))
        #expect(decided.map(text) == ["1 \(decision) \(weight) [R03.01 \(weight)]"])
    }

    @Test("Weights of all entities add up, to a hundred at most")
    func sum() throws {
        var one = Case()
        let evidence = [
            one.own([finding("R03.02", weight: 30)]), one.answer(.device, [finding("R03.01", weight: 9)]),
            one.answer(.ip),
            one.answer(.ipBlock), one.answer(.payment), one.answer(.referrer), one.answer(.circle),
        ]
        #expect(try one.takeAll(evidence).map(text) == ["1 approve 39 [R03.02 30, R03.01 9]"])
        var two = Case()
        let heavy = two.all([finding("R02.01", weight: 100), finding("R07.01", weight: .max)])
        #expect(try two.takeAll(heavy).map(\.score) == [100])
    }

    @Test(
        "A floor holds where the score would let pass, and the score where the floor is low",
        arguments: [
            (0, .approve, "approve"), (0, .review, "review"), (0, .blockAndReview, "block"), (0, .decline, "decline"),
            (64, .blockAndReview, "block"), (90, .review, "decline"), (0, .unspecified, "approve"),
            (0, .UNRECOGNIZED(9), "review"),
        ] as [(UInt32, Decision, String)])
    func floors(weight: UInt32, floor: Decision, decision: String) throws {
        var one = Case()
        let decided = try one.takeAll(one.all([finding("R03.01", weight: weight, floor: floor)], of: .device))
        #expect(decided.map(text) == ["1 \(decision) \(weight) [R03.01 \(weight)]"])
    }

    @Test("Reasons stand by falling weight, rule, outcome, first evidence")
    func reasons() throws {
        var one = Case()
        let findings = [
            finding("R05.02", weight: 5), finding("R03.02", weight: 5), finding("R03.01", weight: 5),
            finding("R07.01", weight: 6), finding("R04.x00", weight: 0),
        ]
        var evidence = one.all(findings)
        evidence[1].findings = [finding("R09.01", weight: 5, evidence: ["b"])]
        evidence[2].findings = [finding("R09.01", weight: 5, evidence: ["a", "z"])]
        let decided = try one.takeAll(evidence)
        #expect(
            decided.map(text) == [
                "1 approve 31 [R07.01 6, R03.01 5, R03.02 5, R05.02 5, R09.01 5, R09.01 5, R04.x00 0]"
            ])
        #expect(decided[0].reasons.map(\.evidence) == [[], [], [], [], ["a", "z"], ["b"], []])
    }

    @Test("A decision says what it is about")
    func fields() throws {
        var one = Case()
        let decided = try one.takeAll(one.all(), at: Samples.start + 5)
        #expect(
            decided == [
                .with {
                    $0.decisionID = "c1#1"
                    $0.claimID = "c1"
                    $0.friendID = "f1"
                    $0.decision = .approve
                    $0.ruleSetVersion = 1
                    $0.revision = 1
                    $0.decidedAt = Google_Protobuf_Timestamp(milliseconds: Samples.start + 5)
                    $0.claim = one.claim
                }
            ])
    }

    @Test("R13: the bands are those of the version that the own checks name")
    func version() throws {
        var rules = Samples.rules
        rules.versions.append(rules.versions[0])
        rules.versions[1].version = 2
        rules.versions[1].validFromMs = 1
        rules.versions[1].reviewScore = 10
        var one = Case()
        one.rules = rules
        var evidence = one.all([finding("R03.01", weight: 20)])
        #expect(try one.takeAll(evidence).map(text) == ["1 approve 20 [R03.01 20]"])
        one.verdict = PendingVerdict()
        evidence[0].ruleSetVersion = 2
        let decided = try one.takeAll(evidence)
        #expect(decided.map(text) == ["1 review 20 [R03.01 20]"])
        #expect(decided[0].ruleSetVersion == 2)
    }

    @Test("Without the version no score is worth anything, and a person looks")
    func rulesMissing() throws {
        for rules in [nil, FraudRules()] {
            var one = Case()
            one.rules = rules
            let decided = try one.takeAll(one.all([finding("R03.01", weight: 95)]))
            #expect(decided.map(text) == ["1 review 95 [R03.01 95, R01.err 0]"])
            #expect(decided[0].reasons[1].reason == "RULES_MISSING")
        }
    }
}

@Suite("R01: waiting for evidence")
struct WaitingTests {
    @Test("The first decision comes with the last answer, in whatever order they come")
    func orders() throws {
        var random = SeededRandom(11)
        let sample = Case()
        var evidence = sample.all([finding("R03.02", weight: 30)])
        evidence[1].findings = [finding("R03.01", weight: 45, floor: .review, evidence: ["device:d"], measured: 3)]
        evidence[2].findings = [finding("R04.x00", weight: 0, floor: .review, evidence: ["ip:1"])]
        evidence[3].findings = [finding("R04.x00", weight: 0, floor: .review, evidence: ["block:1"])]
        // What revises an answer, before the first decision: it joins.
        let revised = [
            sample.answer(.ip, [finding("R04.01", weight: 25, evidence: ["ip:1", "c9"], measured: 5)], revised: true),
            sample.answer(.ip, [finding("R04.01", weight: 25, evidence: ["ip:1", "c8"], measured: 5)], revised: true),
        ]
        var first: RiskDecision?
        for _ in 0..<200 {
            var one = Case()
            let shuffled = evidence.shuffled(using: &random)
            var arrivals = Array(shuffled.dropLast())
            for late in revised { arrivals.insert(late, at: Int.random(in: 0...arrivals.count, using: &random)) }
            // Some twice.
            for again in arrivals where random.chance(30) { arrivals.append(again) }
            #expect(try one.takeAll(arrivals).isEmpty)
            let decided = try one.takeAll(shuffled.suffix(1))
            #expect(decided.count == 1)
            #expect(first == nil || first == decided.first)
            first = decided.first
        }
        #expect(first.map(text) == "1 decline 100 [R03.01 45, R03.02 30, R04.01 25, R04.x00 0, R04.x00 0]")
        #expect(first?.reasons[2].evidence == ["ip:1", "c9"])
    }

    @Test("Evidence that only revises is no answer")
    func revisedIsNoAnswer() throws {
        var one = Case()
        let evidence = one.all()
        _ = try one.takeAll(Array(evidence.dropLast()))
        #expect(try text(one.take(one.answer(.circle, [finding("R07.06", weight: 70)], revised: true))) == "noted")
        #expect(try text(one.take(evidence[6])) == "1 block 70 [R07.06 70]")
    }

    @Test("The deadline is ten minutes after the own checks, or after a claim from the future")
    func deadline() throws {
        let minute = Milliseconds.minute
        for (at, expected) in [(0, 10 * minute), (-5, 10 * minute), (7 * minute, 17 * minute)] as [(Int64, Int64)] {
            var one = Case()
            #expect(try text(one.take(one.own(), at: Samples.start + at)) == "noted")
            #expect(one.verdict.deadlineMs == Samples.start + expected)
        }
    }

    @Test("A replay may wait longer than the rules say, never shorter")
    func leastWait() throws {
        let deadline = 10 * Milliseconds.minute
        for (wait, expected) in [(0, deadline), (deadline - 1, deadline), (deadline + 1, deadline + 1)]
            as [(Int64, Int64)]
        {
            let one = Case()
            var verdict = PendingVerdict()
            _ = try VerdictDecider.decide(one.own(), &verdict, rules: one.rules, leastWait: wait, at: Samples.start)
            #expect(verdict.deadlineMs == Samples.start + expected)
        }
    }

    @Test("At the deadline what is missing counts, once and for a review")
    func missing() throws {
        var one = Case()
        _ = try one.takeAll([one.own(), one.answer(.ip), one.answer(.payment, revised: true)])
        let deadline = one.verdict.deadlineMs
        let outcome = one.due(at: deadline)
        #expect(text(outcome) == "1 review 0 [R01.err 0]")
        let decision = try #require(Case.decision(outcome))
        #expect(
            decision.reasons.map(line) == [
                "R01.err EVIDENCE_MISSING 0 review 5/6 "
                    + "[device:device-f1 block:198.51.100.0/24 payment:payment-f1 referrer:r1 referrer:f1]"
            ])
        #expect(decision.decidedAt.milliseconds == deadline)
        #expect(one.verdict.deadlineMs == deadline + 90 * Milliseconds.day)
        // Answers that come later leave the decision where it is: it does not fall.
        for kind in EntityKey.kinds { #expect(try text(one.take(one.answer(kind), at: deadline + 1)) != "approve") }
        #expect(one.verdict.revision == 1)
        #expect(one.verdict.decision == .review)
    }

    @Test("A late answer may raise what the deadline decided, and counts what is still missing")
    func lateRise() throws {
        var one = Case()
        _ = try one.takeAll([one.own(), one.answer(.ip), one.answer(.ipBlock)])
        _ = one.due(at: one.verdict.deadlineMs)
        let late = one.answer(.device, [finding("R03.01", weight: 70)])
        let outcome = try one.take(late, at: Samples.start + Milliseconds.hour)
        #expect(text(outcome) == "2 block 70 [R03.01 70, R01.err 0]")
        #expect(Case.decision(outcome)?.reasons.last?.measured == 3)
    }

    @Test("Nothing is missing of a claim that was decided in full, and its timer forgets it")
    func forgets() throws {
        var one = Case()
        _ = try one.takeAll(one.all(), at: Samples.start + 9)
        #expect(one.verdict.deadlineMs == Samples.start + 9 + 90 * Milliseconds.day)
        #expect(text(one.due(at: one.verdict.deadlineMs)) == "forgotten")
    }

    @Test("Answers without own checks wait for them, and go after 90 days")
    func early() throws {
        var one = Case()
        #expect(try text(one.take(one.answer(.device), at: Samples.start)) == "noted")
        #expect(one.verdict.deadlineMs == Samples.start + 90 * Milliseconds.day)
        var forgotten = one
        #expect(text(forgotten.due(at: forgotten.verdict.deadlineMs)) == "forgotten")
        #expect(try text(one.take(one.own(), at: Samples.start + 1)) == "noted")
        #expect(one.verdict.deadlineMs == Samples.start + 1 + 10 * Milliseconds.minute)
    }

    @Test("A claim that asks nobody is decided at once")
    func nobody() throws {
        var one = Case()
        var own = one.own()
        own.expectedAnswers = 0
        #expect(try text(one.take(own)) == "1 approve 0 []")
    }
}

@Suite("R01: a decision may rise, and never falls by itself")
struct RevisionTests {
    @Test("Revised evidence raises a decision once")
    func rise() throws {
        var one = Case()
        _ = try one.takeAll(one.all())
        let shared = one.answer(.device, [finding("R03.01", weight: 45, floor: .review, measured: 3)], revised: true)
        #expect(try text(one.take(shared, at: Samples.start + 1)) == "2 review 45 [R03.01 45]")
        #expect(try text(one.take(shared, at: Samples.start + 2)) == "unchanged")
        let light = one.answer(.ip, [finding("R04.01", weight: 19, measured: 5)], revised: true)
        #expect(try text(one.take(light)) == "noted")
        let heavier = one.answer(.ipBlock, [finding("R04.02", weight: 1, measured: 20)], revised: true)
        #expect(try text(one.take(heavier)) == "3 block 65 [R03.01 45, R04.01 19, R04.02 1]")
        #expect(one.verdict.deadlineMs == Samples.start + 90 * Milliseconds.day)
    }

    @Test("Of one outcome the greatest measured stays, even where it weighs less")
    func union() throws {
        var one = Case()
        _ = try one.takeAll(one.all([finding("R03.01", weight: 45, floor: .review, measured: 3)], of: .device))
        let lighter = one.answer(.device, [finding("R03.01", weight: 1, measured: 4)], revised: true)
        #expect(try text(one.take(lighter)) == "noted")
        #expect(one.verdict.decision == .review)
        let older = one.answer(.device, [finding("R03.01", weight: 99, measured: 2)], revised: true)
        #expect(try text(one.take(older)) == "unchanged")
    }

    @Test("An entity answers once: what it says of a claim asked again long after does not count")
    func secondAnswer() throws {
        var one = Case()
        _ = try one.takeAll(one.all())
        #expect(try text(one.take(one.answer(.device, [finding("R03.01", weight: 99, measured: 9)]))) == "unchanged")
        #expect(try text(one.take(one.own([finding("R07.01", weight: 90, measured: 50)]))) == "unchanged")
        #expect(one.verdict.revision == 1)
    }

    @Test("Whatever comes, in whatever order, decisions of one claim only rise and nothing is said twice")
    func property() throws {
        var random = SeededRandom(23)
        var risen = 0
        for _ in 0..<400 {
            var one = Case()
            var stream = one.all().map { evidence in
                var evidence = evidence
                evidence.findings = Self.findings(&random)
                return evidence
            }
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let kind = EntityKey.kinds.randomElement(using: &random) ?? .device
                stream.append(one.answer(kind, Self.findings(&random), revised: true))
            }
            stream.shuffle(using: &random)
            var last: RiskDecision?
            var isDue = random.chance(30)
            for (index, evidence) in stream.enumerated() {
                if isDue, index > stream.count / 2, one.verdict.ownChecksSeen, !one.verdict.isDecided {
                    isDue = false
                    last = Case.decision(one.due(at: Samples.start))
                }
                let outcome = try one.take(evidence)
                if let decision = Case.decision(outcome) {
                    #expect(decision.decision.rank > last?.decision.rank ?? -1)
                    #expect(decision.revision == (last?.revision ?? 0) + 1)
                    if last != nil { risen += 1 }
                    last = decision
                }
                let before = one.verdict
                for again in stream[...index] { #expect(try one.take(again) == .unchanged) }
                #expect(one.verdict == before)
            }
            #expect(last?.decision == one.verdict.decision)
        }
        #expect(risen > 50)
    }

    private static func findings(_ random: inout SeededRandom) -> [Finding] {
        (0..<Int.random(in: 0...2, using: &random)).map { _ in
            finding(
                ["R03.01", "R04.01", "R05.02"].randomElement(using: &random) ?? "R03.01",
                weight: UInt32.random(in: 0...30, using: &random),
                floor: random.chance(10) ? .review : .approve, evidence: ["e\(Int.random(in: 0...3, using: &random))"],
                measured: Int64.random(in: 0...3, using: &random))
        }
    }
}

@Suite("R01: a person's word")
struct ReviewTests {
    /// A claim decided on a device that weighs so much.
    private func decided(_ weight: UInt32) throws -> Case {
        var one = Case()
        _ = try one.takeAll(one.all([finding("R03.01", weight: weight, measured: 3)], of: .device))
        return one
    }

    @Test("A person's word is a revision with the same reasons, also where it says the same")
    func word() throws {
        var one = try decided(45)
        let approved = try one.review(.approve, at: Samples.start + 7)
        #expect(text(approved) == "2 approve 45 [R03.01 45] by ann")
        #expect(Case.decision(approved)?.decisionID == "c1#2")
        #expect(Case.decision(approved)?.decidedAt.milliseconds == Samples.start + 7)
        #expect(
            try text(one.review(.decline, by: "bob", reviewedAt: Samples.start + 1))
                == "3 decline 45 [R03.01 45] by bob")
        #expect(
            try text(one.review(.decline, by: "ann", reviewedAt: Samples.start + 2))
                == "4 decline 45 [R03.01 45] by ann")
        #expect(one.verdict.deadlineMs == Samples.start + 90 * Milliseconds.day)
    }

    @Test("A word that is not later than the last changes nothing")
    func redelivery() throws {
        var one = try decided(45)
        _ = try one.review(.approve, by: "bob", reviewedAt: Samples.start + 5)
        let before = one.verdict
        #expect(try text(one.review(.approve, by: "bob", reviewedAt: Samples.start + 5)) == "unchanged")
        #expect(try text(one.review(.decline, by: "zoe", reviewedAt: Samples.start + 4)) == "unchanged")
        #expect(try text(one.review(.decline, by: "ann", reviewedAt: Samples.start + 5)) == "unchanged")
        #expect(one.verdict == before)
        #expect(try text(one.review(.decline, by: "bob", reviewedAt: Samples.start + 5)).hasPrefix("3 decline"))
    }

    @Test("An approval stands against evidence that leads to less than decline")
    func approvalStands() throws {
        var one = try decided(45)
        _ = try one.review(.approve)
        let block = one.answer(.ip, [finding("R04.01", weight: 44, measured: 5)], revised: true)
        #expect(try text(one.take(block)) == "noted")
        #expect(one.verdict.decision == .approve)
        let decline = one.answer(.ipBlock, [finding("R04.02", weight: 1, measured: 20)], revised: true)
        #expect(try text(one.take(decline)) == "3 decline 90 [R03.01 45, R04.01 44, R04.02 1]")
    }

    @Test("An approval against a decline stands against more of the same")
    func approvedDecline() throws {
        var one = try decided(95)
        #expect(try text(one.review(.approve)) == "2 approve 95 [R03.01 95] by ann")
        let more = one.answer(.ip, [finding("R04.01", weight: 25, floor: .decline, measured: 5)], revised: true)
        #expect(try text(one.take(more)) == "noted")
        #expect(one.verdict.decision == .approve)
    }

    @Test("After evidence has overruled a word, the old word changes nothing and a new one does")
    func overruled() throws {
        var one = try decided(45)
        _ = try one.review(.approve, reviewedAt: Samples.start + 1)
        let decline = one.answer(.ip, [finding("R04.01", weight: 45, measured: 5)], revised: true)
        #expect(try text(one.take(decline)) == "3 decline 90 [R03.01 45, R04.01 45]")
        #expect(try text(one.review(.approve, reviewedAt: Samples.start + 1)) == "unchanged")
        #expect(
            try text(one.review(.approve, reviewedAt: Samples.start + 2))
                == "4 approve 90 [R03.01 45, R04.01 45] by ann")
    }

    @Test("A decline stands")
    func declineStands() throws {
        var one = try decided(0)
        _ = try one.review(.decline)
        let decline = one.answer(.ip, [finding("R04.01", weight: 100, measured: 5)], revised: true)
        #expect(try text(one.take(decline)) == "noted")
        #expect(one.verdict.revision == 2)
    }

    @Test("A word on a claim that is unknown, or not yet decided, is refused")
    func refused() throws {
        var unknown = Case()
        var rejection = #expect(throws: Rejection.self) { try unknown.review(.approve) }
        #expect(rejection?.reason == .businessReject)
        #expect(unknown.verdict == PendingVerdict())
        var waiting = Case()
        _ = try waiting.take(waiting.own())
        rejection = #expect(throws: Rejection.self) { try waiting.review(.approve) }
        #expect(rejection?.reason == .businessReject)
    }

    @Test(
        "A word is approve or decline, by somebody, at some time",
        arguments: [
            (.approve, "ann", true, true), (.decline, "ann", true, true), (.review, "ann", true, false),
            (.blockAndReview, "ann", true, false), (.unspecified, "ann", true, false),
            (.UNRECOGNIZED(7), "ann", true, false), (.approve, "", true, false), (.approve, "ann", false, false),
        ] as [(Decision, String, Bool, Bool)])
    func door(outcome: Decision, reviewer: String, hasTime: Bool, isValid: Bool) {
        let review = ReviewOutcome.with {
            $0.claimID = "c1"
            $0.friendID = "f1"
            $0.outcome = outcome
            $0.reviewer = reviewer
            if hasTime { $0.reviewedAt = Google_Protobuf_Timestamp(milliseconds: Samples.start) }
        }
        if isValid {
            #expect(throws: Never.self) { try ValidReview(review) }
        } else {
            let rejection = #expect(throws: Rejection.self) { try ValidReview(review) }
            #expect(rejection?.reason == .validation)
        }
    }
}

@Suite("R01: evidence refused at the door")
struct EvidenceDoorTests {
    @Test("What cannot be is refused and leaves no trace")
    func refuses() {
        let sample = Case()
        func changed(_ evidence: ClaimEvidence, _ change: (inout ClaimEvidence) -> Void) -> ClaimEvidence {
            var evidence = evidence
            change(&evidence)
            return evidence
        }
        let rows: [(ClaimEvidence, Rejection.Reason)] = [
            (changed(sample.own()) { $0.claimID = "" }, .validation),
            (changed(sample.own()) { $0.friendID = "" }, .validation),
            (changed(sample.own()) { $0.clearClaim() }, .validation),
            (changed(sample.own()) { $0.claim.clearClaimedAt() }, .validation),
            (changed(sample.own()) { $0.claim.claimID = "c2" }, .validation),
            (changed(sample.own()) { $0.claim.friendID = "f2" }, .validation),
            (changed(sample.own()) { $0.entityKey = "device:d" }, .validation),
            (changed(sample.own()) { $0.expectedAnswers = 15 }, .validation),
            (changed(sample.own()) { $0.kind = .UNRECOGNIZED(9) }, .schema),
            (changed(sample.answer(.device)) { $0.entityKey = "" }, .validation),
            (changed(sample.answer(.device)) { $0.entityKey = "ip:1.2.3.4" }, .validation),
            (changed(sample.answer(.circle)) { $0.entityKey = "review" }, .validation),
            (
                changed(sample.answer(.device)) {
                    $0.findings = (0..<33).map { finding("R03.\($0)", weight: 0) }
                }, .validation
            ),
        ]
        for (evidence, reason) in rows {
            var one = Case()
            let rejection = #expect(throws: Rejection.self) { try one.take(evidence) }
            #expect(rejection?.reason == reason, "\(evidence)")
            #expect(one.verdict == PendingVerdict())
        }
    }

    @Test("Ids that join to the same key do not share a state")
    func joinedIDs() throws {
        var one = Case(Samples.claim("b/c", friend: "a"))
        let other = Case(Samples.claim("c", friend: "a/b"))
        #expect(
            VerdictDecider.stateKey(friendID: "a", claimID: "b/c")
                == VerdictDecider.stateKey(friendID: "a/b", claimID: "c"))
        _ = try one.takeAll(one.all())
        let before = one.verdict
        var rejection = #expect(throws: Rejection.self) { try one.take(other.own()) }
        #expect(rejection?.reason == .conflict)
        var word = Case(Samples.claim("c", friend: "a/b"))
        word.verdict = one.verdict
        rejection = #expect(throws: Rejection.self) { try word.review(.decline) }
        #expect(rejection?.reason == .conflict)
        #expect(one.verdict == before)
    }

    @Test("More entities than a claim can have are refused")
    func entities() throws {
        var one = Case()
        for number in 0..<16 {
            var evidence = one.answer(.device)
            evidence.entityKey = "device:\(number)"
            #expect(try text(one.take(evidence)) == "noted")
        }
        var evidence = one.answer(.device)
        evidence.entityKey = "device:16"
        let rejection = #expect(throws: Rejection.self) { try one.take(evidence) }
        #expect(rejection?.reason == .validation)
    }
}
