public import Schemas

extension FraudRules {
    /// The key of the one record in `fraud.rules.v1` that these stages read.
    public static let referralName = "referral"

    /// Returns the approved version with the greatest `valid_from_ms` not after the time; nil where there is none
    /// (R13).
    public func version(at time: Int64) -> FraudRulesVersion? {
        var best: FraudRulesVersion?
        for version in versions where version.isApproved && version.validFromMs <= time {
            if let best, version.validFromMs < best.validFromMs { continue }
            best = version
        }
        return best
    }

    /// Returns the version of the number; nil where the record has lost it.
    func version(numbered number: UInt32) -> FraudRulesVersion? {
        versions.last { $0.version == number }
    }

    /// Returns the record with its last version approved by this person, whose word counts unless they proposed it
    /// (R13).
    public func approved(by person: String) -> FraudRules {
        var rules = self
        if let last = rules.versions.indices.last { rules.versions[last].approvedBy = person }
        return rules
    }
}

extension FraudRulesVersion {
    /// Tells whether somebody other than its author approved the version (R13).
    public var isApproved: Bool { !approvedBy.isEmpty && approvedBy != proposedBy }
}
