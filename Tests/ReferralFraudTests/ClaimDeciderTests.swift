import ProtobufCodec
import ReferralFraud
import Schemas
import Testing

@Suite("R01, R02, R07: what a claim says by itself")
struct ClaimCheckTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let findings: [String]
        let change: @Sendable (inout ReferralClaim) -> Void

        init(_ name: String, _ findings: [String], _ change: @escaping @Sendable (inout ReferralClaim) -> Void) {
            testDescription = name
            self.findings = findings
            self.change = change
        }
    }

    private static func time(_ milliseconds: Int64) -> Google_Protobuf_Timestamp {
        Google_Protobuf_Timestamp(milliseconds: Samples.start + milliseconds)
    }

    static let clean = [Row("a clean claim", []) { _ in }]

    // R02
    static let selfReferral: [Row] = [
        Row("same customer", ["R02.01 SELF_REFERRAL_SAME_CUSTOMER 100 decline 0/0 [friend_id:f1]"]) {
            $0.referrerID = "f1"
        },
        Row("same device", ["R02.02 SELF_REFERRAL_SAME_DEVICE 100 decline 0/0 [device_id:device-f1]"]) {
            $0.referrerDeviceID = "device-f1"
        },
        Row("same payment", ["R02.03 SELF_REFERRAL_SAME_PAYMENT 100 decline 0/0 [payment_fingerprint:payment-f1]"]) {
            $0.referrerPaymentFingerprint = "payment-f1"
        },
        Row("same address", ["R02.04 SELF_REFERRAL_SAME_ADDRESS 100 decline 0/0 [address_hash:address-f1]"]) {
            $0.referrerAddressHash = "address-f1"
        },
        Row("unknown on both sides is not the same", []) {
            $0.addressHash = ""
            $0.referrerAddressHash = ""
        },
        Row("unknown on the friend's side", []) { $0.addressHash = "" },
        Row("unknown on the referrer's side", []) { $0.referrerDeviceID = "" },
        Row("other capitals are another device", []) { $0.referrerDeviceID = "Device-f1" },
        Row("a referrer's payment that is the friend's device", []) { $0.referrerPaymentFingerprint = "device-f1" },
    ]

    // R07
    static let chain: [Row] = [
        Row("a friend with an order before", ["R07.01 FRIEND_NOT_NEW 90 decline 1/0 []"]) { $0.friendPriorOrders = 1 },
        Row("a friend with the most orders", ["R07.01 FRIEND_NOT_NEW 90 decline 4294967295/0 []"]) {
            $0.friendPriorOrders = .max
        },
        Row("click and registration at once", []) { $0.clickedAt = time(-7_200_000) },
        Row("click a millisecond after", ["R07.02 CLICK_AFTER_REGISTRATION 60 block -1/0 []"]) {
            $0.clickedAt = time(-7_199_999)
        },
        Row("order and registration at once", []) { $0.qualifyingOrderAt = time(-7_200_000) },
        Row("order a millisecond before", ["R07.03 ORDER_BEFORE_REGISTRATION 60 block -1/0 []"]) {
            $0.qualifyingOrderAt = time(-7_200_001)
        },
        Row("exactly the least conversion", []) {
            $0.registeredAt = time(-10_800_000)
            $0.qualifyingOrderAt = time(-10_800_000 + 60_000)
        },
        Row("a millisecond below it", ["R07.04 ZERO_TIME_TO_CONVERT 45 review 59999/60000 []"]) {
            $0.registeredAt = time(-10_800_000)
            $0.qualifyingOrderAt = time(-10_800_000 + 59_999)
        },
        Row("no time at all", ["R07.04 ZERO_TIME_TO_CONVERT 45 review 0/60000 []"]) {
            $0.registeredAt = time(-10_800_000)
            $0.qualifyingOrderAt = time(-10_800_000)
        },
        Row(
            "order before the click",
            ["R07.03 ORDER_BEFORE_REGISTRATION 60 block -1/0 []", "R07.05 ORDER_BEFORE_CLICK 60 block -1/0 []"]
        ) {
            $0.registeredAt = time(-10_800_000)
            $0.qualifyingOrderAt = time(-10_800_001)
        },
        Row(
            "everything the wrong way round",
            [
                "R07.02 CLICK_AFTER_REGISTRATION 60 block -2000/0 []",
                "R07.03 ORDER_BEFORE_REGISTRATION 60 block -1000/0 []",
                "R07.05 ORDER_BEFORE_CLICK 60 block -3000/0 []",
            ]
        ) {
            $0.clickedAt = time(-1_000)
            $0.registeredAt = time(-3_000)
            $0.qualifyingOrderAt = time(-4_000)
        },
    ]

    // R03, R04, R05
    static let exits: [Row] = [
        Row("an emulator", ["R03.02 EMULATOR 30 approve 0/0 []"]) { $0.emulator = true },
        Row("no device", ["R03.x00 NO_DEVICE 0 review 0/0 []"]) { $0.deviceID = "" },
        Row("no address", ["R04.x00 NO_IP 0 review 0/0 []"]) { $0.ipAddress = "" },
        Row("an address that is none", ["R04.x00 NO_IP 0 review 0/0 []"]) { $0.ipAddress = "1.2.3" },
        Row("no payment", ["R05.x00 NO_PAYMENT 0 review 0/0 []"]) { $0.paymentFingerprint = "" },
        Row(
            "all at once, in order",
            [
                "R02.01 SELF_REFERRAL_SAME_CUSTOMER 100 decline 0/0 [friend_id:f1]",
                "R07.01 FRIEND_NOT_NEW 90 decline 2/0 []",
                "R03.02 EMULATOR 30 approve 0/0 []", "R03.x00 NO_DEVICE 0 review 0/0 []",
                "R04.x00 NO_IP 0 review 0/0 []",
                "R05.x00 NO_PAYMENT 0 review 0/0 []",
            ]
        ) {
            $0.referrerID = "f1"
            $0.friendPriorOrders = 2
            $0.emulator = true
            $0.deviceID = ""
            $0.ipAddress = ""
            $0.paymentFingerprint = ""
        },
    ]

    @Test("The own checks find what is there and nothing else", arguments: clean + selfReferral + chain + exits)
    func finds(row: Row) throws {
        let claim = Samples.claim("c1", row.change)
        var friend = FriendClaims()
        let outcome = try ClaimDecider.decide(
            ValidClaim(claim), &friend, campaign: Samples.campaign, rules: Samples.rules)
        guard case .checked(let evidence, let queries) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(evidence.findings.map(line) == row.findings)
        #expect(evidence.claim == claim)
        #expect(evidence.claimID == "c1" && evidence.friendID == "f1")
        #expect(evidence.kind == .unspecified && evidence.entityKey.isEmpty && !evidence.revised)
        #expect(evidence.ruleSetVersion == 1)
        #expect(Int(evidence.expectedAnswers) == queries.count)
        #expect(queries.map(\.entityKey) == EntityKey.all(of: claim).map(\.text))
        #expect(queries.map(\.kind) == EntityKey.all(of: claim).map(\.kind))
        #expect(queries.allSatisfy { $0.claim == claim })
    }

    @Test("Weights and the least conversion come from the version")
    func weightsOfTheVersion() throws {
        let rules = Samples.rules {
            $0.version = 7
            $0.emulatorWeight = 31
            $0.conversionWeight = 46
            $0.minimumConversionMs = 2 * Milliseconds.hour + 1
        }
        var friend = FriendClaims()
        let claim = try ValidClaim(Samples.claim { $0.emulator = true })
        let outcome = try ClaimDecider.decide(claim, &friend, campaign: Samples.campaign, rules: rules)
        guard case .checked(let evidence, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(
            evidence.findings.map(line) == [
                "R07.04 ZERO_TIME_TO_CONVERT 46 review 7200000/7200001 []", "R03.02 EMULATOR 31 approve 0/0 []",
            ])
        #expect(evidence.ruleSetVersion == 7)
    }
}

@Suite("R01: claims of one friend")
struct ClaimDeciderTests {
    private func decide(
        _ claim: ReferralClaim, _ friend: inout FriendClaims, campaign: Campaign? = Samples.campaign,
        rules: FraudRules? = Samples.rules
    ) throws -> ClaimOutcome {
        try ClaimDecider.decide(ValidClaim(claim), &friend, campaign: campaign, rules: rules)
    }

    private func findings(_ outcome: ClaimOutcome) -> [String] {
        switch outcome {
        case .duplicate: ["duplicate"]
        case .checked(let evidence, _): evidence.findings.map(line)
        }
    }

    @Test("A second claim of a friend is no new friend's, and names the first")
    func earlierClaims() throws {
        var friend = FriendClaims()
        #expect(try findings(decide(Samples.claim("c1"), &friend)) == [])
        #expect(
            try findings(decide(Samples.claim("c2", referrer: "r2"), &friend)) == [
                "R07.01 FRIEND_NOT_NEW 90 decline 1/0 [c1]"
            ])
        #expect(
            try findings(decide(Samples.claim("c3") { $0.friendPriorOrders = 4 }, &friend)) == [
                "R07.01 FRIEND_NOT_NEW 90 decline 6/0 [c1]"
            ])
    }

    @Test("A redelivered claim changes nothing, whatever else it now says")
    func redelivery() throws {
        var friend = FriendClaims()
        _ = try decide(Samples.claim("c1"), &friend)
        _ = try decide(Samples.claim("c2"), &friend)
        let before = friend
        #expect(try decide(Samples.claim("c1"), &friend) == .duplicate)
        #expect(try decide(Samples.claim("c2") { $0.emulator = true }, &friend) == .duplicate)
        #expect(try decide(Samples.claim("c1"), &friend, campaign: nil, rules: nil) == .duplicate)
        #expect(friend == before)
    }

    @Test("Fifty claims of a friend are remembered; the first leaves first")
    func bound() throws {
        var friend = FriendClaims()
        for number in 1...50 { _ = try decide(Samples.claim("c\(number)"), &friend) }
        #expect(friend.claims.count == 50)
        #expect(try decide(Samples.claim("c1"), &friend) == .duplicate)
        #expect(try findings(decide(Samples.claim("c51"), &friend)) == ["R07.01 FRIEND_NOT_NEW 90 decline 50/0 [c1]"])
        #expect(friend.claims.count == 50)
        #expect(friend.claims.map(\.claimID) == (2...51).map { "c\($0)" })
    }

    @Test("What is remembered of a claim")
    func remembers() throws {
        var friend = FriendClaims()
        _ = try decide(Samples.claim("c1", referrer: "r9"), &friend)
        #expect(
            friend.claims == [
                .with {
                    $0.claimID = "c1"
                    $0.referrerID = "r9"
                    $0.campaignID = "spring"
                    $0.claimedMs = Samples.start
                }
            ])
    }

    @Test("An unknown campaign and one that rewards no referrals are refused, and leave no trace")
    func campaigns() {
        let loyalty = Campaign.with { $0.kind = .loyalty }
        let newer = Campaign.with { $0.kind = .UNRECOGNIZED(8) }
        for campaign in [nil, Campaign(), loyalty, newer] {
            var friend = FriendClaims()
            let rejection = #expect(throws: Rejection.self) {
                try decide(Samples.claim(), &friend, campaign: campaign)
            }
            #expect(rejection?.reason == .businessReject)
            #expect(friend == FriendClaims())
        }
    }

    @Test(
        "R13: a claim before the first approved version is refused",
        arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
    func versions(after: Int64, isRefused: Bool) throws {
        let rules = Samples.rules { $0.validFromMs = Samples.start }
        var friend = FriendClaims()
        let claim = Samples.claim(at: Samples.start + after)
        if isRefused {
            let rejection = #expect(throws: Rejection.self) { try decide(claim, &friend, rules: rules) }
            #expect(rejection?.reason == .businessReject)
        } else {
            #expect(try findings(decide(claim, &friend, rules: rules)) == [])
        }
    }

    @Test("R13: without a second person, and without a record, nothing is judged")
    func unapproved() {
        for rules in [nil, FraudRules.defaults, Samples.rules { $0.approvedBy = $0.proposedBy }] {
            var friend = FriendClaims()
            let rejection = #expect(throws: Rejection.self) { try decide(Samples.claim(), &friend, rules: rules) }
            #expect(rejection?.reason == .businessReject)
        }
    }
}

@Suite("R01: claims refused at the door")
struct ValidClaimTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isValid: Bool
        let change: @Sendable (inout ReferralClaim) -> Void

        init(_ name: String, _ isValid: Bool, _ change: @escaping @Sendable (inout ReferralClaim) -> Void) {
            testDescription = name
            self.isValid = isValid
            self.change = change
        }
    }

    static let required: [Row] = [
        Row("as it is", true) { _ in },
        Row("no claim id", false) { $0.claimID = "" },
        Row("no campaign", false) { $0.campaignID = "" },
        Row("no referrer", false) { $0.referrerID = "" },
        Row("no friend", false) { $0.friendID = "" },
        Row("no order", false) { $0.qualifyingOrderID = "" },
        Row("no claim time", false) { $0.clearClaimedAt() },
        Row("no click time", false) { $0.clearClickedAt() },
        Row("no registration time", false) { $0.clearRegisteredAt() },
        Row("no order time", false) { $0.clearQualifyingOrderAt() },
        Row("no amount", false) { $0.clearQualifyingOrderAmount() },
        Row("a negative amount", false) { $0.qualifyingOrderAmount.minorUnits = -1 },
        Row("an amount of 10¹²", true) { $0.qualifyingOrderAmount.minorUnits = 1_000_000_000_000 },
        Row("an amount above", false) { $0.qualifyingOrderAmount.minorUnits = 1_000_000_000_001 },
        Row("no currency", false) { $0.qualifyingOrderAmount.currency = "" },
        Row("a claim in 1989", false) {
            $0.claimedAt = Google_Protobuf_Timestamp(milliseconds: 631_151_999_999)
        },
        Row("a claim in 2100", false) { $0.claimedAt = Google_Protobuf_Timestamp(milliseconds: 4_102_444_800_000) },
    ]

    static let optional: [Row] = fields.flatMap { name, field in
        [
            Row("\(name) empty", true) { $0[keyPath: field] = "" },
            Row("\(name) of 128 bytes", true) { $0[keyPath: field] = String(repeating: "x", count: 128) },
            Row("\(name) of 129 bytes", false) { $0[keyPath: field] = String(repeating: "x", count: 129) },
            Row("\(name) with a control character", false) { $0[keyPath: field] = "a\u{7F}" },
        ]
    }

    private static let fields: [(String, any WritableKeyPath<ReferralClaim, String> & Sendable)] = [
        ("device", \.deviceID), ("ip", \.ipAddress), ("payment", \.paymentFingerprint), ("address", \.addressHash),
        ("referrer's device", \.referrerDeviceID), ("referrer's payment", \.referrerPaymentFingerprint),
        ("referrer's address", \.referrerAddressHash),
    ]

    @Test("What is required is there, and what is there can be a key", arguments: required + optional)
    func validates(row: Row) {
        let claim = Samples.claim("c1", row.change)
        if row.isValid {
            #expect(throws: Never.self) { try ValidClaim(claim) }
        } else {
            let rejection = #expect(throws: Rejection.self) { try ValidClaim(claim) }
            #expect(rejection?.reason == .validation)
        }
    }
}
