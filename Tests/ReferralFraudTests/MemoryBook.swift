import ReferralFraud
import Schemas

/// The entity histories of a test.
struct MemoryBook: EntityBook, Equatable {
    var histories: [String: EntityHistory] = [:]

    func history(_ key: String) -> EntityHistory? { histories[key] }

    mutating func keep(_ history: EntityHistory, _ key: String) { histories[key] = history }

    /// Decides and returns what would be published.
    mutating func ask(
        _ kind: EntityKind, _ claim: ReferralClaim, rules: FraudRules = Samples.rules
    ) throws -> [ClaimEvidence] {
        switch try EntityDecider.decide(Samples.query(kind, claim), &self, rules: rules) {
        case .known: []
        case .answered(let evidence): evidence
        }
    }
}
