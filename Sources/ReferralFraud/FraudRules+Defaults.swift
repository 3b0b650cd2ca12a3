import ProtobufCodec
public import Schemas

extension FraudRules {
    /// The record a shop starts from: one version with the defaults, proposed by `growthfleet`.
    ///
    /// Nobody has approved it, and so no claim is judged by it, until `approved(by:)` names who did (R13).
    public static let defaults = FraudRules.with {
        $0.name = referralName
        $0.versions = [.defaults]
    }
}

extension FraudRulesVersion {
    /// Version 1 with the defaults of Rules.md, valid at all times and unapproved.
    public static let defaults = FraudRulesVersion.with {
        $0.version = 1
        $0.proposedBy = "growthfleet"

        // R03
        $0.deviceAccountsLimit = 3
        $0.deviceWindowMs = 30 * Milliseconds.day
        $0.deviceWeight = 45
        $0.emulatorWeight = 30

        // R04
        $0.ipAccountsLimit = 5
        $0.ipBlockAccountsLimit = 20
        $0.ipWindowMs = Milliseconds.day
        $0.ipWeight = 25
        $0.ipBlockWeight = 15
        $0.carrierWeightPercent = 40

        // R05
        $0.velocityWindowMs = Milliseconds.hour
        $0.velocityReferrerLimit = 10
        $0.velocityDeviceLimit = 3
        $0.velocityIpLimit = 8
        $0.velocityPaymentLimit = 3
        $0.velocityWeight = 35

        // R07
        $0.minimumConversionMs = Milliseconds.minute
        $0.conversionWeight = 45

        // R01
        $0.reviewScore = 40
        $0.blockScore = 65
        $0.declineScore = 90
        $0.evidenceDeadlineMs = 10 * Milliseconds.minute
    }
}
