import ProtobufCodec
import Schemas
import Testing

@testable import fraud_worker
@testable import notification_worker
@testable import settlement_worker
@testable import tagging_worker

/// The stress history through the workers' stages and through the model, side by side in this process: what the
/// demonstration on a broker hardly meets is met in every test run.
///
/// One partition, so each stage sees what the earlier ones said of the same round; `StressFeedTests` is for more.
@Suite struct StressRunTests {
    /// Records in one round: every stage takes what came in before the next round begins.
    static let roundLength = 150

    @Test(arguments: [1, 2] as [UInt64]) func everyStageDoesWhatTheRulesSay(seed: UInt64) throws {
        var stages: [any StressStage] = try Self.stages()
        var log = StressLog()
        let records = StressHistory(seed: seed, count: 4_000).records
        for start in stride(from: 0, to: records.count, by: Self.roundLength) {
            for record in records[start..<min(start + Self.roundLength, records.count)] { try log.add(record) }
            for index in stages.indices { log.add(try stages[index].takeRound(log)) }
            try log.addReceipts()
        }
        for stage in stages {
            // A plain Bool, so that a failure prints the report and not the whole multiset.
            let isEqual = stage.comparison.isEqual
            #expect(isEqual, "\(stage.name)\n\(stage.comparison.report())")
            #expect(stage.comparison.compared > 0, "\(stage.name) published nothing")
            #expect(stage.deadLetters == stage.refusals, "\(stage.name): dead letters, refusals of the model")
        }
    }

    private static func stages() throws -> [any StressStage] {
        let campaigns = Dictionary(uniqueKeysWithValues: StressDefinitions.campaigns.map { ($0.campaignID, $0) })
        let templates = Dictionary(uniqueKeysWithValues: StressDefinitions.templates.map { ($0.templateID, $0) })
        let rules = StressDefinitions.rules
        return [
            try StressPair(ProfilesStage.self, TaggingModel(calibration: StressDefinitions.calibration)),
            try StressPair(ClaimsStage.self, ClaimsModel(rules: rules, campaigns: campaigns)),
            try StressPair(EntitiesStage.self, EntitiesModel(rules: rules)),
            try StressPair(VerdictsStage.self, VerdictsModel(rules: rules)),
            try StressPair(RewardsStage.self, RewardsModel(campaigns: campaigns)),
            try StressPair(BudgetsStage.self, BudgetsModel(campaigns: campaigns)),
            try StressPair(AccountsStage.self, AccountsModel()),
            try StressPair(DispatchStage.self, DispatchModel(templates: templates)),
        ]
    }
}
