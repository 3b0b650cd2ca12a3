import CommandLineTools
import Kafka
import Observability
import Schemas
import StateStore
package import WorkerRuntime

/// Everything about a schedule that does not change while it runs; drawn from its seed.
package struct Scenario: Sendable {
    package let seed: UInt64
    package let plantedFaults: Set<PlantedFault>
    package var partitions: Int32
    package var processes: Int
    package var clock: ClockMode
    package var areStaticMembers: Bool
    /// Markers of a transaction come one by one, in any order, after its end was answered.
    package var delaysMarkers: Bool
    /// How soon they come, beside 20 for a request.
    package var markerWeight: Int
    package var inputs: [SimulatedInput]
    /// How many things may go wrong.
    package var perturbations: ClosedRange<Int>
    /// Until this step things go wrong.
    package var faultSteps: Int
    package var stepLimit = 30_000
    package var limits = TransactionMachine.Limits()
    package var sessionTimeoutMilliseconds: Int32
    package var transactionTimeoutMilliseconds: Int32
    /// Somebody moves the group's offsets: a loop that refuses to go on is right.
    package var expectsContradictions: Bool

    /// Draws the schedule's scenario.
    package init(seed: UInt64, plantedFaults: Set<PlantedFault> = []) {
        self.seed = seed
        self.plantedFaults = plantedFaults
        var chance = SplitMix64(seed: seed, purpose: 1)
        let size = Size.draw(&chance)
        partitions = Int32(chance.within(size.partitions))
        processes = chance.within(size.processes)
        perturbations = size.perturbations
        clock = chance.oneIn(2) ? .event : .wall
        areStaticMembers = !chance.oneIn(3)
        delaysMarkers = !chance.oneIn(3)
        markerWeight = chance.oneIn(2) ? 1 : 8
        faultSteps = chance.within(size.faultSteps)
        sessionTimeoutMilliseconds = Int32(chance.within(4...10)) * 1_000
        transactionTimeoutMilliseconds = Int32(chance.within(3...12)) * 1_000
        limits.stepRecords = chance.within(2...6)
        limits.records = chance.within(4...40)
        limits.commitIntervalMilliseconds = Int64(chance.within(5...400))
        limits.restarts = 1_000
        expectsContradictions = chance.oneIn(12)
        inputs = SimulatedInput.draw(&chance, count: chance.within(size.inputs), clock: clock)
    }

    /// Most schedules are small: a fault shows in few records, and small ones are cheap.
    private struct Size {
        var partitions: ClosedRange<Int>
        var processes: ClosedRange<Int>
        var inputs: ClosedRange<Int>
        var faultSteps: ClosedRange<Int>
        var perturbations: ClosedRange<Int>

        static let small = Size(
            partitions: 2...2, processes: 2...2, inputs: 5...12, faultSteps: 60...200, perturbations: 1...4)
        static let medium = Size(
            partitions: 2...3, processes: 2...3, inputs: 10...24, faultSteps: 150...350, perturbations: 1...7)
        static let large = Size(
            partitions: 3...4, processes: 3...3, inputs: 20...50, faultSteps: 250...600, perturbations: 3...12)

        static func draw(_ chance: inout SplitMix64) -> Size {
            switch chance.below(10) {
            case 0...5: small
            case 6...8: medium
            default: large
            }
        }
    }

    var stages: [StageDeclaration] { SimulatedStages.all }

    /// Every topic of the fleet, in order.
    var topics: [String] {
        var names: Set<String> = [Topics.executions.name, Topics.clock.name]
        for stage in stages {
            for topic in stage.inputs + stage.outputs + [stage.changelog, stage.deadLetters] {
                names.insert(topic.name)
            }
        }
        return names.sorted()
    }

    func inputTopics(_ stage: Int) -> [String] {
        stages[stage].inputs.map(\.name) + (clock == .event ? [Topics.clock.name] : [])
    }

    func makeLoop(
        stage: Int, process: SimulatedProcess, life: Life, stop: StopFlag, world: World
    ) throws -> TaskLoop<SimulatedClient, SimulatedEnvironment> {
        let shared = SharedParts.value
        var settings = LoopConfiguration(
            factory: shared.factories[stage], configuration: shared.configuration, instanceID: process.instanceID,
            isStaticMember: areStaticMembers, thread: 0, clock: clock, partitions: partitions, worker: "simulation",
            build: "simulation", configurationDigest: "0")
        settings.limits = limits
        settings.sessionTimeoutMilliseconds = sessionTimeoutMilliseconds
        settings.transactionTimeoutMilliseconds = transactionTimeoutMilliseconds
        settings.stateDirectory = "state"
        settings.entryCacheBytes = 1 << 14
        settings.plantedFaults = plantedFaults
        return try TaskLoop(
            settings,
            client: SimulatedClient(world: world, loop: SimulatedClient.LoopPlace(life: life, stage: stage)),
            environment: SimulatedEnvironment(world: world, life: life), disk: process.disk,
            status: LoopStatus(stage: stages[stage].group, thread: 0), metrics: shared.metrics[stage],
            logger: shared.logger, stop: stop)
    }
}

/// What all schedules share, since none changes it in a way that another would notice.
struct SharedParts: Sendable {
    let factories = [StageFactory(TallyStage.self), StageFactory(TotalsStage.self)]
    let configuration: Configuration
    let metrics: [StageMetrics]
    let logger: Logger

    static let value = SharedParts()

    private init() {
        do {
            configuration = try Configuration.resolve(ConfigurationDeclaration([]), environment: [:])
        } catch {
            preconditionFailure("no settings, and yet: \(error)")
        }
        let registry = MetricsRegistry()
        metrics = SimulatedStages.all.map { StageMetrics(registry, stage: $0) }
        var logger = Logger(label: "simulation")
        // What loops tell is told by the audit; a million schedules would fill a disk.
        logger.logLevel = .critical
        self.logger = logger
    }
}
