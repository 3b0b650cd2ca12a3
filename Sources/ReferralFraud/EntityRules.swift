import Schemas

/// Distinct accounts per entity (R03, R04).
struct AccountsRule {
    let shared: RuleOutcome
    let history: RuleOutcome
    let limit: UInt32
    let windowMilliseconds: Int64
    let weight: UInt32
    let floor: Decision
}

/// Claims per entity (R05).
struct VelocityRule {
    let outcome: RuleOutcome
    let limit: UInt32
}

extension FraudRulesVersion {
    // R03, R04
    func accountsRule(_ kind: EntityKind) -> AccountsRule? {
        switch kind {
        case .device:
            AccountsRule(
                shared: .deviceShared, history: .deviceHistory, limit: deviceAccountsLimit,
                windowMilliseconds: deviceWindowMs, weight: deviceWeight, floor: .review)
        case .ip:
            AccountsRule(
                shared: .ipShared, history: .ipHistory, limit: ipAccountsLimit, windowMilliseconds: ipWindowMs,
                weight: ipWeight, floor: .approve)
        case .ipBlock:
            AccountsRule(
                shared: .ipBlockShared, history: .ipHistory, limit: ipBlockAccountsLimit,
                windowMilliseconds: ipWindowMs, weight: ipBlockWeight, floor: .approve)
        case .payment, .referrer, .circle, .unspecified, .UNRECOGNIZED: nil
        }
    }

    // R05
    func velocityRule(_ kind: EntityKind) -> VelocityRule? {
        switch kind {
        case .device: VelocityRule(outcome: .deviceVelocity, limit: velocityDeviceLimit)
        case .ip: VelocityRule(outcome: .ipVelocity, limit: velocityIpLimit)
        case .payment: VelocityRule(outcome: .paymentVelocity, limit: velocityPaymentLimit)
        case .referrer: VelocityRule(outcome: .referrerVelocity, limit: velocityReferrerLimit)
        case .ipBlock, .circle, .unspecified, .UNRECOGNIZED: nil
        }
    }

    /// Tells whether the address is one that a carrier lets many customers share (R04).
    ///
    /// The blocks are read at each use: it is asked where something is found, which is seldom.
    func isCarrier(_ address: IPAddress) -> Bool {
        carrierBlocks.contains { CIDRBlock($0)?.contains(address) ?? false }
    }

    /// The weight of a finding in a carrier's network, rounded down.
    func carrierWeight(_ weight: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: UInt64(weight) * UInt64(carrierWeightPercent) / 100)
    }
}
