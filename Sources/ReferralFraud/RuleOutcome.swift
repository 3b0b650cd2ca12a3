import Schemas

/// One thing a rule can find: the mission row, the outcome under it, and the reason code people read.
struct RuleOutcome: Hashable, Sendable {
    /// `R03`.
    let ruleID: String
    /// `.01` and on are findings, `.x00` is not enough to judge by, `.err` a rule that could not be asked.
    let outcome: String
    /// `DEVICE_SHARED`.
    let reason: String

    init(_ ruleID: String, _ outcome: String, _ reason: String) {
        self.ruleID = ruleID
        self.outcome = outcome
        self.reason = reason
    }

    // R01
    static let evidenceMissing = RuleOutcome("R01", ".err", "EVIDENCE_MISSING")
    static let rulesMissing = RuleOutcome("R01", ".err", "RULES_MISSING")

    // R02
    static let sameCustomer = RuleOutcome("R02", ".01", "SELF_REFERRAL_SAME_CUSTOMER")
    static let sameDevice = RuleOutcome("R02", ".02", "SELF_REFERRAL_SAME_DEVICE")
    static let samePayment = RuleOutcome("R02", ".03", "SELF_REFERRAL_SAME_PAYMENT")
    static let sameAddress = RuleOutcome("R02", ".04", "SELF_REFERRAL_SAME_ADDRESS")

    // R03
    static let deviceShared = RuleOutcome("R03", ".01", "DEVICE_SHARED")
    static let emulator = RuleOutcome("R03", ".02", "EMULATOR")
    static let noDevice = RuleOutcome("R03", ".x00", "NO_DEVICE")
    static let deviceHistory = RuleOutcome("R03", ".x00", notEnoughHistory)

    // R04
    static let ipShared = RuleOutcome("R04", ".01", "IP_SHARED")
    static let ipBlockShared = RuleOutcome("R04", ".02", "IP_BLOCK_SHARED")
    static let noIP = RuleOutcome("R04", ".x00", "NO_IP")
    static let ipHistory = RuleOutcome("R04", ".x00", notEnoughHistory)

    // R05
    static let referrerVelocity = RuleOutcome("R05", ".01", "VELOCITY_REFERRER")
    static let deviceVelocity = RuleOutcome("R05", ".02", "VELOCITY_DEVICE")
    static let ipVelocity = RuleOutcome("R05", ".03", "VELOCITY_IP")
    static let paymentVelocity = RuleOutcome("R05", ".04", "VELOCITY_PAYMENT")
    static let noPayment = RuleOutcome("R05", ".x00", "NO_PAYMENT")
    static let velocityHistory = RuleOutcome("R05", ".x00", notEnoughHistory)

    // R07
    static let friendNotNew = RuleOutcome("R07", ".01", "FRIEND_NOT_NEW")
    static let clickAfterRegistration = RuleOutcome("R07", ".02", "CLICK_AFTER_REGISTRATION")
    static let orderBeforeRegistration = RuleOutcome("R07", ".03", "ORDER_BEFORE_REGISTRATION")
    static let zeroTimeToConvert = RuleOutcome("R07", ".04", "ZERO_TIME_TO_CONVERT")
    static let orderBeforeClick = RuleOutcome("R07", ".05", "ORDER_BEFORE_CLICK")
    static let circularReferral = RuleOutcome("R07", ".06", "CIRCULAR_REFERRAL")

    private static let notEnoughHistory = "NOT_ENOUGH_HISTORY"

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
