import ProtobufCodec
import Schemas
import Testing

/// Boundaries worked out by hand from Rules.md, "fraud".
struct FraudModelTests {
    static let rules = FraudRules.with {
        $0.name = "referral"
        $0.versions = [
            .with {
                $0.version = 1
                $0.validFromMs = start - 400 * day
                $0.historySinceMs = start - 400 * day
                $0.proposedBy = "ana"
                $0.approvedBy = "bo"
                $0.deviceAccountsLimit = 3
                $0.deviceWindowMs = 30 * day
                $0.deviceWeight = 45
                $0.emulatorWeight = 30
                $0.ipAccountsLimit = 5
                $0.ipBlockAccountsLimit = 20
                $0.ipWindowMs = day
                $0.ipWeight = 25
                $0.ipBlockWeight = 15
                $0.carrierBlocks = ["100.64.0.0/10"]
                $0.carrierWeightPercent = 40
                $0.velocityWindowMs = hour
                $0.velocityReferrerLimit = 10
                $0.velocityDeviceLimit = 3
                $0.velocityIpLimit = 8
                $0.velocityPaymentLimit = 3
                $0.velocityWeight = 35
                $0.minimumConversionMs = minute
                $0.conversionWeight = 45
                $0.reviewScore = 40
                $0.blockScore = 65
                $0.declineScore = 90
                $0.evidenceDeadlineMs = 10 * minute
            }
        ]
    }

    static let campaigns: [String: Campaign] = [
        "camp": .with {
            $0.campaignID = "camp"
            $0.kind = .referral
        },
        "points": .with {
            $0.campaignID = "points"
            $0.kind = .loyalty
        },
    ]

    static func claim(_ id: String, _ time: Int64 = 0, _ fill: (inout ReferralClaim) -> Void = { _ in })
        -> ReferralClaim
    {
        .with {
            $0.claimID = id
            $0.campaignID = "camp"
            $0.referrerID = "r"
            $0.friendID = "f-\(id)"
            $0.claimedAt = stamp(start + time)
            $0.clickedAt = stamp(start - 2 * day)
            $0.registeredAt = stamp(start - day)
            $0.qualifyingOrderID = "o-\(id)"
            $0.qualifyingOrderAt = stamp(start - hour)
            $0.qualifyingOrderAmount = Money(minorUnits: 1_000, currency: "USD")
            $0.deviceID = "d-\(id)"
            $0.ipAddress = "10.0.0.1"
            $0.paymentFingerprint = "p-\(id)"
            fill(&$0)
        }
    }

    // MARK: Own checks

    static func own(_ fill: @escaping @Sendable (inout ReferralClaim) -> Void) -> [String] {
        var script = ModelScript(ClaimsModel(rules: rules, campaigns: campaigns))
        script.take(Topics.referralClaims, at: 0, claim("a", 0, fill))
        let findings = script.messages(ClaimEvidence.self).first?.findings ?? []
        return findings.map { "\($0.ruleID)\($0.outcome) \($0.weight)" }
    }

    typealias Change = @Sendable (inout ReferralClaim) -> Void

    static let ownRows: [(String, Change, [String])] = [
        ("honest", { _ in }, []),
        ("the friend is the referrer", { $0.referrerID = "f-a" }, ["R02.01 100"]),
        ("one device", { $0.referrerDeviceID = "d-a" }, ["R02.02 100"]),
        ("one card", { $0.referrerPaymentFingerprint = "p-a" }, ["R02.03 100"]),
        ("empty addresses are not equal", { $0.addressHash = "" }, []),
        ("a prior order", { $0.friendPriorOrders = 1 }, ["R07.01 90"]),
        ("click at the registration", { $0.registeredAt = $0.clickedAt }, []),
        (
            "click after the registration", { $0.clickedAt = stamp(start - day + 1) }, ["R07.02 60"]
        ),
        (
            "order before the registration", { $0.registeredAt = stamp(start - hour + 1) }, ["R07.03 60"]
        ),
        (
            "60 s to convert",
            {
                $0.clickedAt = stamp(start - hour - minute)
                $0.registeredAt = $0.clickedAt
            }, []
        ),
        (
            "59.999 s to convert",
            {
                $0.clickedAt = stamp(start - hour - minute + 1)
                $0.registeredAt = $0.clickedAt
            }, ["R07.04 45"]
        ),
        (
            "order before the click",
            {
                $0.clickedAt = stamp(start - hour + 1)
                $0.registeredAt = stamp(start - hour)
            }, ["R07.02 60", "R07.05 60"]
        ),
        ("emulator", { $0.emulator = true }, ["R03.02 30"]),
        ("no device", { $0.deviceID = "" }, ["R03.x00 0"]),
        ("no address", { $0.ipAddress = "10.0.0.01" }, ["R04.x00 0"]),
        ("no card", { $0.paymentFingerprint = "" }, ["R05.x00 0"]),
    ]

    @Test(arguments: ownRows) func ownCheck(_ name: String, _ change: @escaping Change, _ expected: [String]) {
        #expect(Self.own(change) == expected, "\(name)")
    }

    @Test func queriesOfAClaim() {
        #expect(
            FraudModel.queries(Self.claim("a")).map(\.key) == [
                "device:d-a", "ip:10.0.0.1", "block:10.0.0.0/24", "payment:p-a", "referrer:r", "referrer:f-a",
            ])
        let own = Self.claim("a") {
            $0.referrerID = "f-a"
            $0.deviceID = ""
            $0.ipAddress = "2001:0DB8:0:0:1::"
        }
        #expect(
            FraudModel.queries(own).map(\.key) == [
                "ip:2001:db8:0:0:1::", "block:2001:db8:0:0::/64", "payment:p-a", "referrer:f-a",
            ])
    }

    static let addresses: [(String, String?)] = [
        ("1.2.3.4", "1.2.3.4"), ("1.2.3.04", nil), ("1.2.3", nil), ("256.1.1.1", nil), ("::", "::"), ("::1", "::1"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("::ffff:1.2.3.4", "1.2.3.4"), ("::FFFF:0102:0304", "1.2.3.4"), ("1::2::3", nil), ("1:2:3:4:5:6:7", nil),
        ("fe80::1%eth0", nil), ("1:2:3:4:5:6:7::8", nil), ("g::", nil), ("", nil),
        ("1::2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
    ]

    @Test(arguments: addresses) func address(_ text: String, _ expected: String?) {
        #expect(ModelAddress(text)?.text == expected)
    }

    @Test func carrierBlock() {
        #expect(ModelAddress("100.127.255.255")?.isIn("100.64.0.0/10") == true)
        #expect(ModelAddress("100.128.0.0")?.isIn("100.64.0.0/10") == false)
    }

    @Test func refusals() {
        var script = ModelScript(ClaimsModel(rules: Self.rules, campaigns: Self.campaigns))
        script.take(Topics.referralClaims, at: 0, Self.claim("a") { $0.campaignID = "none" })
        script.take(Topics.referralClaims, at: 0, Self.claim("b") { $0.campaignID = "points" })
        script.take(Topics.referralClaims, at: 0, Self.claim("c", -400 * day - 1))
        script.take(Topics.referralClaims, at: 0, Self.claim("d") { $0.clearClickedAt() })
        #expect(script.refusals == [.businessReject, .businessReject, .businessReject, .validation])
        #expect(script.lines().isEmpty)
    }

    // MARK: Entities

    static func entities(
        _ kind: EntityKind, _ times: [Int64], _ fill: @escaping (Int, inout ReferralClaim) -> Void = { _, _ in }
    ) -> [ClaimEvidence] {
        var script = ModelScript(EntitiesModel(rules: rules))
        for (number, time) in times.enumerated() {
            script.take(
                Topics.entityQueries, at: time,
                .with {
                    $0.entityKey = "key"
                    $0.kind = kind
                    $0.claim = claim("c\(number)", time) { fill(number, &$0) }
                })
        }
        return script.messages(ClaimEvidence.self)
    }

    static func words(_ evidence: [ClaimEvidence]) -> [String] {
        evidence.flatMap { each in
            each.findings.map {
                "\(each.claimID)\(each.revised ? "*" : "") \($0.ruleID)\($0.outcome) \($0.weight) "
                    + "\($0.measured)/\($0.limit)"
            }
        }
    }

    @Test func aDeviceOfThreeAccountsIsTold() {
        #expect(
            Self.words(Self.entities(.device, [0, 1, 30 * day - 1])) == [
                "c2 R03.01 45 3/3", "c0* R03.01 45 3/3", "c1* R03.01 45 3/3",
            ])
    }

    @Test func exactlyAWindowAgoIsOut() {
        #expect(Self.words(Self.entities(.device, [0, 1, 30 * day])) == [])
    }

    @Test func twoClaimsOfOneFriendAreOneAccount() {
        let evidence = Self.entities(.device, [0, 2 * hour, 4 * hour]) { _, claim in claim.friendID = "same" }
        #expect(Self.words(evidence) == [])
    }

    @Test func theFourthIsToldAloneAndAKnownClaimIsSilent() {
        let evidence = Self.entities(.device, [0, 2 * hour, 4 * hour, 6 * hour, 8 * hour]) { number, claim in
            if number == 4 { claim.claimID = "c3" }
        }
        #expect(Self.words(evidence).suffix(1) == ["c3 R03.01 45 4/3"])
        #expect(evidence.count == 6)
    }

    @Test func aLateClaimIsMeasuredAtLaterEntries() {
        // c2 comes last and lies between: the window at c1 holds all three.
        #expect(
            Self.words(Self.entities(.device, [0, 2 * day, day])) == [
                "c2 R03.01 45 3/3", "c0* R03.01 45 3/3", "c1* R03.01 45 3/3",
            ])
    }

    @Test func aCarrierWeighsLess() {
        let evidence = Self.entities(.ip, (0..<5).map { $0 * 2 * hour }) { _, claim in claim.ipAddress = "100.64.0.9" }
        #expect(Self.words(evidence).first == "c4 R04.01 10 5/5")
        #expect(
            evidence.first { !$0.findings.isEmpty }?.findings.first?.evidence == ["key", "carrier", "c3", "c2", "c1"])
    }

    @Test func velocityIsMoreThanTheLimit() {
        #expect(Self.words(Self.entities(.payment, [0, 1, 2])) == [])
        #expect(
            Self.words(Self.entities(.payment, [0, 1, 2, hour - 1])) == [
                "c3 R05.04 35 4/3", "c0* R05.04 35 4/3", "c1* R05.04 35 4/3", "c2* R05.04 35 4/3",
            ])
        #expect(Self.words(Self.entities(.payment, [0, 1, 2, hour])) == [])
    }

    @Test func velocityIsToldOnce() {
        // At c6 the hour is too full again: c3 has been told, c4 and c5 have not.
        #expect(
            Self.words(Self.entities(.payment, [0, 1, 2, 3, hour + 2, hour + 2, hour + 2])).suffix(3) == [
                "c6 R05.04 35 4/3", "c4* R05.04 35 4/3", "c5* R05.04 35 4/3",
            ])
    }

    @Test func aClaimBeforeTheHistoryHasNotEnough() {
        #expect(Self.words(Self.entities(.payment, [31 * day, hour])) == [])
        #expect(Self.words(Self.entities(.payment, [31 * day, hour - 1])) == ["c1 R05.x00 0 1/3"])
    }

    static func circle(_ queries: [(EntityKind, ReferralClaim)]) -> [ClaimEvidence] {
        var script = ModelScript(EntitiesModel(rules: rules))
        for (kind, claim) in queries {
            script.take(
                Topics.entityQueries, at: 10,
                .with {
                    $0.entityKey = "referrer:a"
                    $0.kind = kind
                    $0.claim = claim
                })
        }
        return script.messages(ClaimEvidence.self)
    }

    @Test func aCircleCloses() {
        // a referred b, then b refers a.
        let first = Self.claim("1", 0) {
            $0.referrerID = "a"
            $0.friendID = "b"
        }
        let second = Self.claim("2", 1) {
            $0.referrerID = "b"
            $0.friendID = "a"
        }
        #expect(Self.words(Self.circle([(.referrer, first), (.circle, second)])) == ["2 R07.06 70 1/1"])
        #expect(Self.words(Self.circle([(.circle, second), (.referrer, first)])) == ["2* R07.06 70 1/1"])
        let earlier = Self.claim("0", -1) {
            $0.referrerID = "b"
            $0.friendID = "a"
        }
        #expect(Self.words(Self.circle([(.referrer, first), (.circle, earlier)])) == [])
    }

    // MARK: Verdicts

    static func evidence(_ key: String, _ findings: [Finding], isRevised: Bool = false) -> ClaimEvidence {
        .with {
            $0.claimID = "a"
            $0.friendID = "f-a"
            $0.kind = key.isEmpty ? .unspecified : .device
            $0.entityKey = key
            $0.findings = findings
            $0.ruleSetVersion = 1
            $0.revised = isRevised
            if key.isEmpty {
                $0.claim = claim("a")
                $0.expectedAnswers = 1
            }
        }
    }

    static func finding(_ weight: UInt32, _ floor: Decision = .approve, _ measured: Int64 = 0) -> Finding {
        FraudModel.finding("R03", ".01", "X", weight, floor, measured: measured)
    }

    static func verdicts(_ evidence: [ClaimEvidence], to end: Int64 = 0) -> ModelScript<VerdictsModel> {
        var script = ModelScript(VerdictsModel(eventWait: 0, rules: rules))
        for each in evidence { script.take(Topics.fraudEvidence, at: 0, each) }
        script.pass(to: end)
        return script
    }

    static let bands: [(UInt32, String)] = [
        (39, "approve"), (40, "review"), (64, "review"), (65, "blockAndReview"), (89, "blockAndReview"),
        (90, "decline"), (300, "decline"),
    ]

    @Test(arguments: bands) func band(_ weight: UInt32, _ decision: String) {
        var script = Self.verdicts([Self.evidence("", [Self.finding(weight)]), Self.evidence("k", [])])
        #expect(script.lines() == ["a#1 \(decision) \(min(weight, 100)) @0"])
    }

    @Test func aFloorWinsOverALowerBand() {
        var script = Self.verdicts([Self.evidence("", [Self.finding(0, .blockAndReview)]), Self.evidence("k", [])])
        #expect(script.lines() == ["a#1 blockAndReview 0 @0"])
    }

    @Test func theDeadlineDecidesWithoutTheAnswer() {
        var early = Self.verdicts([Self.evidence("", [])], to: 10 * minute - 1)
        #expect(early.lines().isEmpty)
        var script = Self.verdicts([Self.evidence("", [])], to: 10 * minute)
        #expect(script.lines() == ["a#1 review 0 @\(10 * minute)"])
    }

    @Test func laterEvidenceRaisesAndNeverLowers() {
        var script = Self.verdicts([
            Self.evidence("", []), Self.evidence("k", [Self.finding(45, .approve, 3)]),
            Self.evidence("k", [Self.finding(10, .approve, 2)], isRevised: true),
            Self.evidence("k", [Self.finding(70, .approve, 4)], isRevised: true),
        ])
        #expect(script.lines() == ["a#1 review 45 @0", "a#2 blockAndReview 70 @0"])
    }

    @Test func revisedEvidenceIsNoAnswer() {
        var script = Self.verdicts([Self.evidence("", []), Self.evidence("k", [Self.finding(45)], isRevised: true)])
        #expect(script.lines().isEmpty)
    }

    @Test func anAnswerAfterTheDeadlineLowersNothing() {
        var script = Self.verdicts([Self.evidence("", [])], to: 10 * minute)
        script.take(Topics.fraudEvidence, at: 11 * minute, Self.evidence("k", []))
        #expect(script.lines() == ["a#1 review 0 @\(10 * minute)"])
    }

    static func review(_ outcome: Decision, _ time: Int64) -> ReviewOutcome {
        .with {
            $0.claimID = "a"
            $0.friendID = "f-a"
            $0.outcome = outcome
            $0.reviewer = "eve"
            $0.reviewedAt = stamp(start + time)
        }
    }

    @Test func aPersonApprovesAndOnlyADeclineChangesIt() {
        var script = Self.verdicts([Self.evidence("", [Self.finding(45)]), Self.evidence("k", [])])
        script.take(Topics.fraudReviews, at: 5, Self.review(.approve, 5))
        script.take(Topics.fraudReviews, at: 6, Self.review(.decline, 4))
        var block = Self.evidence("k", [Self.finding(20)], isRevised: true)
        script.take(Topics.fraudEvidence, at: 7, block)
        block.findings = [Self.finding(60, .approve, 1)]
        script.take(Topics.fraudEvidence, at: 8, block)
        #expect(script.lines() == ["a#1 review 45 @0", "a#2 approve 45 @5", "a#3 decline 100 @8"])
    }

    @Test func aReviewOfAnUndecidedClaimIsRefused() {
        var script = Self.verdicts([])
        script.take(Topics.fraudReviews, at: 5, Self.review(.approve, 5))
        #expect(script.refusals == [.businessReject])
    }

    @Test func aDecidedClaimIsForgottenAfter90Days() {
        var script = Self.verdicts([Self.evidence("", []), Self.evidence("k", [])], to: 90 * day)
        script.take(Topics.fraudReviews, at: 90 * day, Self.review(.approve, 90 * day))
        #expect(script.refusals == [.businessReject])
    }
}
