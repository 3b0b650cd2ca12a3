public import Schemas

/// What a record of rules may say at most.
public enum FraudRulesBounds {
    /// Most versions in one record.
    public static let versions = 1_000
    /// Greatest limit of accounts or claims: an entity keeps `EntityDecider.claimsLimit` claims, so more would never be
    /// reached.
    public static let limit: UInt32 = 999
    /// Longest window; an entity keeps its claims a day longer.
    public static let windowMilliseconds = 30 * Milliseconds.day
    /// Greatest weight, and greatest percent of a carrier.
    public static let weight: UInt32 = 100
    /// Most carrier blocks of one version.
    public static let carrierBlocks = 1_000
    /// Greatest border: above the greatest score, a band that only a floor leads to.
    public static let border: UInt32 = 101
    /// Longest wait for evidence.
    public static let deadlineMilliseconds = 30 * Milliseconds.day
}

extension FraudRules {
    /// Checks the whole record: versions and their times rise, limits, windows and weights are possible, bands are in
    /// order.
    ///
    /// A version that waits for its approval is valid here, and not yet used.
    ///
    /// - Throws: a `Rejection` with the reason `validation`, naming the version and the field.
    public func validate() throws(Rejection) {
        guard name == Self.referralName else { throw Rejection(.validation, "name is not \(Self.referralName)") }
        guard !versions.isEmpty else { throw Rejection(.validation, "versions is empty") }
        guard versions.count <= FraudRulesBounds.versions else {
            throw Rejection(.validation, "more than \(FraudRulesBounds.versions) versions")
        }
        var last: FraudRulesVersion?
        for version in versions {
            if let last {
                guard version.version > last.version else { throw version.refused("version", "does not rise") }
                guard version.validFromMs > last.validFromMs else {
                    throw version.refused("valid_from_ms", "does not rise")
                }
            }
            try version.validate()
            last = version
        }
    }
}

extension FraudRulesVersion {
    func validate() throws(Rejection) {
        guard version > 0 else { throw refused("version", "is 0") }
        try validateTimes()
        try validateSignatures()
        try validateLimits()
        try validateWindows()
        try validateWeights()
        try validateCarriers()
        try validateBands()
    }

    func refused(_ field: String, _ why: String) -> Rejection {
        Rejection(.validation, "version \(version): \(field) \(why)")
    }

    private func validateTimes() throws(Rejection) {
        for (field, time) in [("valid_from_ms", validFromMs), ("history_since_ms", historySinceMs)] {
            guard time >= 0, time < Validation.latestMilliseconds else {
                throw refused(field, "lies outside 1970 to 2099")
            }
        }
    }

    private func validateSignatures() throws(Rejection) {
        try Validation.identifier(proposedBy, "proposed_by")
        if !approvedBy.isEmpty { try Validation.identifier(approvedBy, "approved_by") }
    }

    private func validateLimits() throws(Rejection) {
        let limits = [
            ("device_accounts_limit", deviceAccountsLimit), ("ip_accounts_limit", ipAccountsLimit),
            ("ip_block_accounts_limit", ipBlockAccountsLimit), ("velocity_referrer_limit", velocityReferrerLimit),
            ("velocity_device_limit", velocityDeviceLimit), ("velocity_ip_limit", velocityIpLimit),
            ("velocity_payment_limit", velocityPaymentLimit),
        ]
        for (field, limit) in limits {
            guard (1...FraudRulesBounds.limit).contains(limit) else {
                throw refused(field, "is not 1 to \(FraudRulesBounds.limit)")
            }
        }
    }

    private func validateWindows() throws(Rejection) {
        let windows = [
            ("device_window_ms", deviceWindowMs), ("ip_window_ms", ipWindowMs),
            ("velocity_window_ms", velocityWindowMs),
        ]
        for (field, window) in windows {
            guard (1...FraudRulesBounds.windowMilliseconds).contains(window) else {
                throw refused(field, "is not 1 ms to 30 days")
            }
        }
        guard (0...FraudRulesBounds.windowMilliseconds).contains(minimumConversionMs) else {
            throw refused("minimum_conversion_ms", "is not 0 to 30 days")
        }
        guard (1...FraudRulesBounds.deadlineMilliseconds).contains(evidenceDeadlineMs) else {
            throw refused("evidence_deadline_ms", "is not 1 ms to 30 days")
        }
    }

    private func validateWeights() throws(Rejection) {
        let weights = [
            ("device_weight", deviceWeight), ("emulator_weight", emulatorWeight), ("ip_weight", ipWeight),
            ("ip_block_weight", ipBlockWeight), ("velocity_weight", velocityWeight),
            ("conversion_weight", conversionWeight), ("carrier_weight_percent", carrierWeightPercent),
        ]
        for (field, weight) in weights {
            guard weight <= FraudRulesBounds.weight else { throw refused(field, "is above \(FraudRulesBounds.weight)") }
        }
    }

    private func validateCarriers() throws(Rejection) {
        guard carrierBlocks.count <= FraudRulesBounds.carrierBlocks else {
            throw refused("carrier_blocks", "are more than \(FraudRulesBounds.carrierBlocks)")
        }
        for (index, block) in carrierBlocks.enumerated() {
            guard CIDRBlock(block) != nil else { throw refused("carrier_blocks[\(index)]", "is no CIDR block") }
        }
    }

    private func validateBands() throws(Rejection) {
        guard reviewScore >= 1, reviewScore <= blockScore, blockScore <= declineScore,
            declineScore <= FraudRulesBounds.border
        else {
            throw refused(
                "bands", "are not 1 <= review_score <= block_score <= decline_score <= \(FraudRulesBounds.border)")
        }
    }
}
