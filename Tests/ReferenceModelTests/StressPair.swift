import Kafka
import ProtobufCodec
import Schemas
import StageTestKit
import WorkerRuntime

/// One stage that takes every round's records, whatever its model is.
protocol StressStage {
    var name: String { get }
    var comparison: StageComparison { get }
    /// By reason.
    var deadLetters: [String: Int] { get }
    var refusals: [String: Int] { get }
    /// Decides what came in since the last round; returns what the worker published.
    mutating func takeRound(_ log: StressLog) throws -> [OutputRecord]
}

/// A worker's stage beside its model: both take the same records in the same order.
struct StressPair<Model: ModelStage>: StressStage {
    let name: String
    private let declaration: StageDeclaration
    private let harness: StageHarness
    private var task: ModelTask<Model>
    /// Records taken of each topic.
    private var taken: [String: Int] = [:]
    private(set) var comparison = StageComparison()
    private(set) var deadLetters: [String: Int] = [:]

    init<Worker: Stage>(_ worker: Worker.Type, _ model: Model) throws where Worker: SendableMetatype {
        declaration = Worker.declaration
        name = declaration.group
        harness = try StageHarness(worker)
        task = ModelTask(model)
        try applyGlobals()
    }

    private func applyGlobals() throws {
        let names = Set(declaration.globalTables.map(\.name))
        if names.contains(Topics.campaigns.name) {
            for campaign in StressDefinitions.campaigns { try harness.global(campaign, Topics.campaigns) }
        }
        if names.contains(Topics.fraudRules.name) { try harness.global(StressDefinitions.rules, Topics.fraudRules) }
        if names.contains(Topics.calibrations.name) {
            try harness.global(StressDefinitions.calibration, Topics.calibrations)
        }
        if names.contains(Topics.templates.name) {
            for template in StressDefinitions.templates { try harness.global(template, Topics.templates) }
        }
    }

    var refusals: [String: Int] {
        task.refusals.reduce(into: [:]) { counts, refusal in counts[refusal.reason.rawValue, default: 0] += 1 }
    }

    mutating func takeRound(_ log: StressLog) throws -> [OutputRecord] {
        var inputs: [[StressLog.Entry]] = []
        for topic in declaration.inputs.map(\.name) + [Topics.clock.name] {
            inputs.append(Array(log.entries(topic)[taken[topic, default: 0]...]))
            taken[topic] = log.entries(topic).count
        }
        for record in RecordedRun.merged(inputs.map { $0.map(\.record) }) { task.take(record) }
        task.finish()
        for output in task.takeOutputs() { comparison.model(0, output) }

        let commit = try harness.feed(
            inputs.joined().map { entry in
                harness.raw(
                    entry.record.topic, key: entry.key, value: entry.record.value, at: entry.record.timestamp)
            })
        var published: [OutputRecord] = []
        for output in commit.outputs {
            if output.topic.name == declaration.deadLetters.name {
                deadLetters[output.headers.last { $0.name == "growth-reason" }?.text ?? "unknown", default: 0] += 1
            } else {
                comparison.record(0, try StressLog.modelOutput(output))
                published.append(output)
            }
        }
        return published
    }
}
