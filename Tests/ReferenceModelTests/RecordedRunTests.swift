import Foundation
import Kafka
import Operations
import ProtobufCodec
import Schemas
import Testing

/// Where a finished demonstration is: `GROWTH_E2E_BOOTSTRAP`, `GROWTH_E2E_PARTITIONS` (12).
enum EndToEnd {
    static let bootstrap = ProcessInfo.processInfo.environment["GROWTH_E2E_BOOTSTRAP"]
    static let partitions = Int32(ProcessInfo.processInfo.environment["GROWTH_E2E_PARTITIONS"] ?? "") ?? 12
    /// Of the stress history to publish: `GROWTH_E2E_FEED`.
    static let seed = UInt64(ProcessInfo.processInfo.environment["GROWTH_E2E_FEED"] ?? "")
}

/// Each stage's recorded inputs through the model, against what the workers published.
@Suite(.enabled(if: EndToEnd.bootstrap != nil), .serialized)
struct RecordedRunTests {
    @Test func everyStageDidWhatTheRulesSay() throws {
        let run = try RecordedRun(bootstrap: EndToEnd.bootstrap ?? "", partitions: EndToEnd.partitions)
        let campaigns = try run.table(Topics.campaigns)
        let rules = try run.table(Topics.fraudRules)["referral"]
        let templates = try run.table(Topics.templates)
        let calibration = try run.table(Topics.calibrations)["rfm"]
        var totals = ModelTotals()

        try compare(run, Stages.profiles, TaggingModel(calibration: calibration), &totals) { comparison in
            try read(run, Stages.profiles, Topics.tags, &comparison)
            try read(run, Stages.profiles, Topics.notificationRequests, &comparison)
            try read(run, Stages.profiles, Topics.audit, &comparison)
        }
        try compare(run, Stages.claims, ClaimsModel(rules: rules, campaigns: campaigns), &totals) { comparison in
            try read(run, Stages.claims, Topics.entityQueries, &comparison)
            try read(run, Stages.claims, Topics.fraudEvidence, &comparison)
        }
        try compare(run, Stages.entities, EntitiesModel(rules: rules), &totals) { comparison in
            try read(run, Stages.entities, Topics.fraudEvidence, &comparison)
        }
        try compare(run, Stages.verdicts, VerdictsModel(rules: rules), &totals) { comparison in
            try read(run, Stages.verdicts, Topics.fraudDecisions, &comparison)
        }
        try compare(run, Stages.rewards, RewardsModel(campaigns: campaigns), &totals) { comparison in
            try read(run, Stages.rewards, Topics.budgetRequests, &comparison)
            try read(run, Stages.rewards, Topics.accountTransfers, &comparison)
        }
        try compare(run, Stages.budgets, BudgetsModel(campaigns: campaigns), &totals) { comparison in
            try read(run, Stages.budgets, Topics.rewards, &comparison)
            try read(run, Stages.budgets, Topics.accountTransfers, &comparison)
            try read(run, Stages.budgets, Topics.alerts, &comparison)
        }
        try compare(run, Stages.accounts, AccountsModel(), &totals) { comparison in
            try read(run, Stages.accounts, Topics.ledgerEntries, &comparison)
            try read(run, Stages.accounts, Topics.notificationRequests, &comparison)
        }
        try compare(run, Stages.dispatch, DispatchModel(templates: templates), &totals) { comparison in
            try read(run, Stages.dispatch, Topics.notificationSends, &comparison)
            try read(run, Stages.dispatch, Topics.notificationOutcomes, &comparison)
            try read(run, Stages.dispatch, Topics.humanTasks, &comparison)
            try read(run, Stages.dispatch, Topics.alerts, &comparison)
        }
        try compareSummary(run, totals)
    }

    /// The provider of the demonstration writes to a file and takes everything.
    @Test func everySendHasOneReceipt() throws {
        let run = try RecordedRun(bootstrap: EndToEnd.bootstrap ?? "", partitions: EndToEnd.partitions)
        var sends: Set<String> = []
        try run.forEach(Topics.notificationSends.declaration) { record in
            sends.insert(try NotificationSend(serializedBytes: record.value ?? []).sendID)
        }
        var receipts: [String: Int] = [:]
        try run.forEach(Topics.notificationReceipts.declaration) { record in
            let receipt = try NotificationReceipt(serializedBytes: record.value ?? [])
            #expect(receipt.result == .sent, "\(receipt.sendID)")
            receipts[receipt.sendID, default: 0] += 1
        }
        #expect(!sends.isEmpty)
        #expect(Set(receipts.keys) == sends)
        #expect(receipts.values.allSatisfy { $0 == 1 })
    }

    private func compare<Stage: ModelStage>(
        _ run: RecordedRun, _ stage: StageDeclaration, _ model: Stage, _ totals: inout ModelTotals,
        _ readOutputs: (inout StageComparison) throws -> Void
    ) throws {
        var comparison = StageComparison()
        var refusals: [String: Int] = [:]
        var records = 0
        for (number, inputs) in try run.inputs(of: stage).enumerated() {
            let partition = Int32(number)
            var task = ModelTask(model)
            for record in inputs { task.take(record) }
            task.finish()
            records += inputs.count
            for refusal in task.refusals { refusals[refusal.reason.rawValue, default: 0] += 1 }
            for output in task.takeOutputs() {
                comparison.model(partition, output)
                totals.add(output)
            }
        }
        try readOutputs(&comparison)
        print(
            "\(stage.group): \(records) records, model \(comparison.compared), recorded \(comparison.recorded), "
                + "\(comparison.differenceCount) differ; refused \(refusals)")
        #expect(records > 0, "\(stage.group) took nothing")
        // A plain Bool, so that a failure prints the report and not the whole multiset.
        let isEqual = comparison.isEqual
        #expect(isEqual, "\(stage.group)\n\(comparison.report())")
        let deadLetters = try run.deadLetters(of: stage)
        #expect(deadLetters == refusals, "\(stage.group): dead letters, refusals of the model")
    }

    private func read<Value: Message>(
        _ run: RecordedRun, _ stage: StageDeclaration, _ topic: Topic<Value>, _ comparison: inout StageComparison
    ) throws {
        for (task, output) in try run.outputs(of: stage, topic) { comparison.record(task, output) }
    }

    private func compareSummary(_ run: RecordedRun, _ totals: ModelTotals) throws {
        let summary = try DemoSummary(TopicFold(run.client, partitions: run.partitions), planted: [:])
        #expect(summary.customersByStage == totals.customersByStage)
        #expect(summary.customersByTag == totals.customersByTag)
        #expect(summary.claimsByDecision == totals.claimsByDecision)
        #expect(summary.rewardsByState == totals.rewardsByState)
        #expect(summary.refusalsByReason == totals.refusals)
        #expect(summary.messages == totals.messages)
        #expect(summary.humanTasks == totals.humanTasks)
        let money = summary.money.mapValues { sum in
            ModelTotals.Money(
                budget: sum.budget, reserve: sum.reserve, granted: sum.granted, held: sum.held, voided: sum.voided,
                clawedBack: sum.clawedBack)
        }
        #expect(money == totals.money)
        #expect(summary.violations == [])
    }
}
