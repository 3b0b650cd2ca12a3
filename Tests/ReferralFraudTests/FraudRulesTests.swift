import ProtobufCodec
import ReferralFraud
import Schemas
import Testing

@Suite("R13: versions of the rules")
struct FraudRulesVersionTests {
    /// Versions 1 to 3, valid from 1,000, 2,000 and 3,000 ms, all approved.
    private static let three = FraudRules.with { rules in
        rules.name = "referral"
        rules.versions = (1...3).map { number in
            var version = FraudRulesVersion.defaults
            version.version = UInt32(number)
            version.validFromMs = Int64(number) * 1_000
            version.approvedBy = "second"
            return version
        }
    }

    @Test(
        "The version valid at the claim's time is the one that began last",
        arguments: [
            (0, nil), (999, nil), (1_000, 1), (1_999, 1), (2_000, 2), (2_999, 2), (3_000, 3), (Int64.max, 3),
        ] as [(Int64, UInt32?)])
    func validAt(time: Int64, number: UInt32?) {
        #expect(Self.three.version(at: time)?.version == number)
    }

    @Test(
        "A version that its author approved, or nobody, is passed over",
        arguments: [("", 1), ("growthfleet", 1), ("second", 2)] as [(String, UInt32)])
    func twoPersons(approvedBy: String, used: UInt32) {
        var rules = Self.three
        rules.versions.removeLast()
        rules.versions[1].approvedBy = approvedBy
        #expect(rules.version(at: 2_500)?.version == used)
    }

    @Test("The order of versions in the record does not matter to which one is valid")
    func unordered() {
        var rules = Self.three
        rules.versions.reverse()
        #expect(rules.version(at: 2_500)?.version == 2)
    }

    @Test("The defaults are proposed, not approved")
    func defaultsNeedApproval() throws {
        try FraudRules.defaults.validate()
        #expect(FraudRules.defaults.version(at: Samples.start) == nil)
        #expect(FraudRules.defaults.approved(by: "growthfleet").version(at: Samples.start) == nil)
        let approved = FraudRules.defaults.approved(by: "second")
        try approved.validate()
        #expect(approved.version(at: 0)?.version == 1)
    }

    @Test("The defaults are those of Rules.md")
    func defaults() {
        let version = FraudRulesVersion.defaults
        #expect([version.deviceAccountsLimit, version.deviceWeight, version.emulatorWeight] == [3, 45, 30])
        #expect(version.deviceWindowMs == 2_592_000_000)
        #expect([version.ipAccountsLimit, version.ipBlockAccountsLimit] == [5, 20])
        #expect([version.ipWeight, version.ipBlockWeight, version.carrierWeightPercent] == [25, 15, 40])
        #expect(version.ipWindowMs == 86_400_000)
        #expect(version.carrierBlocks.isEmpty)
        #expect(version.velocityWindowMs == 3_600_000)
        #expect([version.velocityReferrerLimit, version.velocityDeviceLimit] == [10, 3])
        #expect([version.velocityIpLimit, version.velocityPaymentLimit, version.velocityWeight] == [8, 3, 35])
        #expect(version.minimumConversionMs == 60_000)
        #expect(version.conversionWeight == 45)
        #expect([version.reviewScore, version.blockScore, version.declineScore] == [40, 65, 90])
        #expect(version.evidenceDeadlineMs == 600_000)
    }
}

@Suite("R13: a record of rules is checked before it is believed")
struct FraudRulesValidationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isValid: Bool
        let change: @Sendable (inout FraudRules) -> Void

        init(_ name: String, _ isValid: Bool, _ change: @escaping @Sendable (inout FraudRules) -> Void) {
            testDescription = name
            self.isValid = isValid
            self.change = change
        }

        /// The value at each side of a bound.
        static func version(
            _ name: String, _ isValid: Bool, _ change: @escaping @Sendable (inout FraudRulesVersion) -> Void
        ) -> Row {
            Row(name, isValid) { change(&$0.versions[0]) }
        }
    }

    static let month: Int64 = 2_592_000_000

    static let record: [Row] = [
        Row("as it is", true) { _ in },
        Row("another name", false) { $0.name = "rewards" },
        Row("no versions", false) { $0.versions = [] },
        Row("1,000 versions", true) { $0.versions = many(1_000) },
        Row("1,001 versions", false) { $0.versions = many(1_001) },
        Row("a version that does not rise", false) {
            $0.versions = many(3)
            $0.versions[2].version = 2
        },
        Row("a time that does not rise", false) {
            $0.versions = many(3)
            $0.versions[2].validFromMs = $0.versions[1].validFromMs
        },
        Row("a bad second version", false) {
            $0.versions = many(2)
            $0.versions[1].deviceWindowMs = 0
        },
        .version("version 0", false) { $0.version = 0 },
        .version("valid from before the epoch", false) { $0.validFromMs = -1 },
        .version("valid from 2100", false) { $0.validFromMs = 4_102_444_800_000 },
        .version("history since before the epoch", false) { $0.historySinceMs = -1 },
        .version("history since the last ms of 2099", true) { $0.historySinceMs = 4_102_444_799_999 },
        .version("no author", false) { $0.proposedBy = "" },
        .version("no approval yet", true) { $0.approvedBy = "" },
        .version("an approval that is no id", false) { $0.approvedBy = "a\nb" },
        .version("carrier blocks", true) { $0.carrierBlocks = ["203.0.112.0/22", "2001:db8::/32"] },
        .version("a carrier block that is none", false) { $0.carrierBlocks = ["203.0.112.0/22", "203.0.113.9/24"] },
        .version("1,000 carrier blocks", true) { $0.carrierBlocks = .init(repeating: "10.0.0.0/8", count: 1_000) },
        .version("1,001 carrier blocks", false) { $0.carrierBlocks = .init(repeating: "10.0.0.0/8", count: 1_001) },
        .version("no least conversion", true) { $0.minimumConversionMs = 0 },
        .version("a negative least conversion", false) { $0.minimumConversionMs = -1 },
        .version("a least conversion of 30 days", true) { $0.minimumConversionMs = month },
        .version("a least conversion above", false) { $0.minimumConversionMs = month + 1 },
        .version("bands that touch", true) {
            $0.reviewScore = 50
            $0.blockScore = 50
            $0.declineScore = 50
        },
        .version("review above block", false) { $0.reviewScore = 66 },
        .version("block above decline", false) { $0.blockScore = 91 },
        .version("review at 0", false) { $0.reviewScore = 0 },
        .version("review at 1", true) { $0.reviewScore = 1 },
        .version("decline at 101", true) { $0.declineScore = 101 },
        .version("decline at 102", false) { $0.declineScore = 102 },
    ]

    /// Every limit: 1 to 999. Every window: 1 ms to 30 days. Every weight: 0 to 100.
    static let bounds: [Row] = limits + windows + weights

    private static let limits = rows(
        [
            ("device_accounts", \.deviceAccountsLimit), ("ip_accounts", \.ipAccountsLimit),
            ("ip_block_accounts", \.ipBlockAccountsLimit), ("velocity_referrer", \.velocityReferrerLimit),
            ("velocity_device", \.velocityDeviceLimit), ("velocity_ip", \.velocityIpLimit),
            ("velocity_payment", \.velocityPaymentLimit),
        ], [(0, false), (1, true), (999, true), (1_000, false)])

    private static let windows = rows(
        [
            ("device_window", \.deviceWindowMs), ("ip_window", \.ipWindowMs), ("velocity_window", \.velocityWindowMs),
            ("evidence_deadline", \.evidenceDeadlineMs),
        ], [(-1, false), (0, false), (1, true), (month, true), (month + 1, false)])

    private static let weights = rows(
        [
            ("device_weight", \.deviceWeight), ("emulator_weight", \.emulatorWeight), ("ip_weight", \.ipWeight),
            ("ip_block_weight", \.ipBlockWeight), ("velocity_weight", \.velocityWeight),
            ("conversion_weight", \.conversionWeight), ("carrier_weight_percent", \.carrierWeightPercent),
        ], [(0, true), (100, true), (101, false)])

    private static func rows<Value: Sendable>(
        _ fields: [(String, any WritableKeyPath<FraudRulesVersion, Value> & Sendable)], _ values: [(Value, Bool)]
    ) -> [Row] {
        fields.flatMap { name, field in
            values.map { value, isValid in
                Row.version("\(name) \(value)", isValid) { $0[keyPath: field] = value }
            }
        }
    }

    private static func many(_ count: Int) -> [FraudRulesVersion] {
        (1...count).map { number in
            var version = FraudRulesVersion.defaults
            version.version = UInt32(number)
            version.validFromMs = Int64(number)
            return version
        }
    }

    @Test("Each bound holds at its edge and not beyond", arguments: record + bounds)
    func validates(row: Row) {
        var rules = Samples.rules
        row.change(&rules)
        if row.isValid {
            #expect(throws: Never.self) { try rules.validate() }
        } else {
            #expect(throws: Rejection.self) { try rules.validate() }
        }
    }
}
