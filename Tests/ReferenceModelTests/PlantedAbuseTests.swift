import Operations
import ProtobufCodec
import Schemas
import ShopGenerator
import StageTestKit
import Testing
import WorkerRuntime

@testable import fraud_worker

/// The demonstration shop's claims through the fraud stages: all that is planted is stopped, by the rule it is planted for.
@Suite struct PlantedAbuseTests {
    private static let purchases: [Purchase] = (0..<3_000).map { number in
        Purchase(
            customer: String(number % 1_200), day: 9_862 + Int64(number / 40), items: 1,
            cents: 500 + Int64(number % 90) * 37)
    }

    @Test func allOfItIsStopped() throws {
        let history = ShopGenerator(seed: 3).history(of: Self.purchases)
        let rules = DemoDefinitions.fraudRules(from: (history.records.first?.time ?? 0) - 100 * day)
        let claims = try StageHarness(ClaimsStage.self)
        let entities = try StageHarness(EntitiesStage.self)
        let verdicts = try StageHarness(VerdictsStage.self)
        for stage in [claims, entities, verdicts] { try stage.global(rules, Topics.fraudRules) }
        try claims.global(
            Campaign.with {
                $0.campaignID = ShopGenerator().campaignID
                $0.kind = .referral
            }, Topics.campaigns)

        var last: [String: RiskDecision] = [:]
        func pass(_ outputs: [OutputRecord], _ topic: TopicDeclaration, _ stage: StageHarness) throws -> [OutputRecord]
        {
            let records = outputs.filter { $0.topic.name == topic.name }.map { output in
                stage.raw(topic.name, key: output.key, value: output.value, at: output.timestamp)
            }
            return records.isEmpty ? [] : try stage.feed(records).outputs
        }
        for record in history.records {
            guard case .claim(let claim) = record.content else { continue }
            let asked = try claims.feed([claims.record(claim, Topics.referralClaims, at: record.time)]).outputs
            let told = try pass(asked, Topics.entityQueries.declaration, entities)
            let decided = try pass(asked + told, Topics.fraudEvidence.declaration, verdicts)
            for output in decided where output.topic.name == Topics.fraudDecisions.name {
                let decision = try RiskDecision(serializedBytes: output.value ?? [])
                last[decision.claimID] = decision
            }
        }
        var passed: [String] = []
        var honest = 0
        for (claim, kind) in history.planted.sorted(by: { $0.key < $1.key }) {
            let decision = last[claim]
            if kind == .honest {
                honest += decision?.decision == .approve ? 1 : 0
            } else if decision == nil || decision?.decision == .approve
                || decision?.reasons.contains(where: { $0.ruleID == kind.ruleID && $0.outcome != ".x00" }) == false
            {
                passed.append("\(claim) \(kind.rawValue)")
            }
        }
        #expect(passed == [])
        #expect(Set(history.planted.values) == Set(PlantedKind.allCases))
        #expect(honest > 0, "not everything is stopped")
    }
}
