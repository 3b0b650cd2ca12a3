import Schemas

/// One thing a rule can find: the mission row, the outcome under it, and the reason code people read.
public struct RuleOutcome: Hashable, Sendable {
    /// `R03`.
    public let ruleID: String
    /// `.01` and on are findings, `.x00` is not enough to judge by, `.err` a rule that could not be asked.
    public let outcome: String
    /// `DEVICE_SHARED`.
    public let reason: String

    init(_ ruleID: String, _ outcome: String, _ reason: String) {
        self.ruleID = ruleID
        self.outcome = outcome
        self.reason = reason
    }

    // R01
    public static let evidenceMissing = RuleOutcome("R01", ".err", "EVIDENCE_MISSING")
    public static let rulesMissing = RuleOutcome("R01", ".err", "RULES_MISSING")

    // R02
    public static let sameCustomer = RuleOutcome("R02", ".01", "SELF_REFERRAL_SAME_CUSTOMER")
    public static let sameDevice = RuleOutcome("R02", ".02", "SELF_REFERRAL_SAME_DEVICE")
    public static let samePayment = RuleOutcome("R02", ".03", "SELF_REFERRAL_SAME_PAYMENT")
    public static let sameAddress = RuleOutcome("R02", ".04", "SELF_REFERRAL_SAME_ADDRESS")

    // R03
    public static let deviceShared = RuleOutcome("R03", ".01", "DEVICE_SHARED")
    public static let emulator = RuleOutcome("R03", ".02", "EMULATOR")
    public static let noDevice = RuleOutcome("R03", ".x00", "NO_DEVICE")
    public static let deviceHistory = RuleOutcome("R03", ".x00", notEnoughHistory)

    // R04
    public static let ipShared = RuleOutcome("R04", ".01", "IP_SHARED")
    public static let ipBlockShared = RuleOutcome("R04", ".02", "IP_BLOCK_SHARED")
    public static let noIP = RuleOutcome("R04", ".x00", "NO_IP")
    public static let ipHistory = RuleOutcome("R04", ".x00", notEnoughHistory)

    // R05
    public static let referrerVelocity = RuleOutcome("R05", ".01", "VELOCITY_REFERRER")
    public static let deviceVelocity = RuleOutcome("R05", ".02", "VELOCITY_DEVICE")
    public static let ipVelocity = RuleOutcome("R05", ".03", "VELOCITY_IP")
    public static let paymentVelocity = RuleOutcome("R05", ".04", "VELOCITY_PAYMENT")
    public static let noPayment = RuleOutcome("R05", ".x00", "NO_PAYMENT")
    public static let velocityHistory = RuleOutcome("R05", ".x00", notEnoughHistory)

    // R07
    public static let friendNotNew = RuleOutcome("R07", ".01", "FRIEND_NOT_NEW")
    public static let clickAfterRegistration = RuleOutcome("R07", ".02", "CLICK_AFTER_REGISTRATION")
    public static let orderBeforeRegistration = RuleOutcome("R07", ".03", "ORDER_BEFORE_REGISTRATION")
    public static let zeroTimeToConvert = RuleOutcome("R07", ".04", "ZERO_TIME_TO_CONVERT")
    public static let orderBeforeClick = RuleOutcome("R07", ".05", "ORDER_BEFORE_CLICK")
    public static let circularReferral = RuleOutcome("R07", ".06", "CIRCULAR_REFERRAL")

    private static let notEnoughHistory = "NOT_ENOUGH_HISTORY"

    /// Everything the rules can find, by rule id and outcome.
    public static let all = [
        evidenceMissing, rulesMissing, sameCustomer, sameDevice, samePayment, sameAddress, deviceShared, emulator,
        noDevice, deviceHistory, ipShared, ipBlockShared, noIP, ipHistory, referrerVelocity, deviceVelocity, ipVelocity,
        paymentVelocity, noPayment, velocityHistory, friendNotNew, clickAfterRegistration, orderBeforeRegistration,
        zeroTimeToConvert, orderBeforeClick, circularReferral,
    ]

    /// Evidence lines of one finding at most.
    static let evidenceLimit = 5

    func finding(
        weight: UInt32, floor: Decision, evidence: [String] = [], measured: Int64 = 0, limit: Int64 = 0
    ) -> Finding {
        var finding = Finding()
        finding.ruleID = ruleID
        finding.outcome = outcome
        finding.reason = reason
        finding.weight = weight
        finding.floor = floor
        finding.evidence = evidence
        finding.measured = measured
        finding.limit = limit
        return finding
    }
}
