import CommandLineTools
import Kafka
import Observability
import ProtobufCodec
import Schemas
import StateStore
import Testing

@testable import WorkerRuntime

@Suite("The task loop, turn by turn on a stand-in for Kafka")
struct TaskLoopTests {
    /// One process after another on one disk, each dying where it is told to, until one comes to the end.
    private struct World {
        let broker = StandInBroker()
        let disk = MemoryDisk()
        let environment = StandInEnvironment()
        let settings: LoopConfiguration
        let metrics: StageMetrics
        private(set) var deaths = 0

        init(_ faults: Set<PlantedFault> = []) throws {
            let factory = StageFactory(CountingStage.self)
            let configuration = try Configuration.resolve(
                ConfigurationDeclaration(WorkerSettings.all), flags: ConfigurationFlags(texts: [:]), environment: [:],
                readFile: ConfigurationFile.read)
            var settings = LoopConfiguration(
                factory: factory, configuration: configuration, instanceID: "one", isStaticMember: true, thread: 0,
                clock: .event, partitions: 1, worker: "w", build: "b", configurationDigest: "")
            settings.limits.stepRecords = 3
            settings.limits.records = 5
            settings.limits.commitIntervalMilliseconds = 1_000_000
            settings.plantedFaults = faults
            self.settings = settings
            metrics = StageMetrics(MetricsRegistry(), stage: factory.declaration)
            // The refused one is the last of its transaction.
            for number in 0..<12 {
                let event = CustomerEvent.order(number == 5 ? "refuse" : "\(number)", "c\(number % 3)")
                broker.append(
                    Topics.customerEvents.name, key: "c\(number % 3)", value: try event.serializedBytes(),
                    at: StreamTaskTests.start + Int64(number) * 500_000)
            }
        }

        func makeLoop(_ stop: StopFlag) throws -> TaskLoop<StandInClient, StandInEnvironment> {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            return try TaskLoop(
                settings, client: StandInClient(broker: broker), environment: environment, disk: disk,
                status: LoopStatus(stage: settings.declaration.group, thread: 0), metrics: metrics, logger: logger,
                stop: stop)
        }

        /// Runs one process until all is decided; throws what killed it.
        func live() throws {
            let stop = StopFlag()
            let loop = try makeLoop(stop)
            disk.refusal = { [broker] _, _ in
                do {
                    try broker.effect()
                    return nil
                } catch {
                    return .failed(operation: "live", message: "\(error)")
                }
            }
            let input = TopicPartition(topic: Topics.customerEvents.name, partition: 0)
            try loop.start()
            for _ in 0..<200 {
                do {
                    try loop.turn()
                } catch {
                    try loop.recover(from: error)
                    try loop.start()
                }
                if broker.groupOffsets[input] == 12, loop.liveTasks.count == 1 { break }
            }
            stop.drain()
            try loop.drain()
            loop.closeStores()
        }

        /// Runs processes until one ends well; the first dies before the effect.
        mutating func run(dyingAt effect: Int?, keepingMemtable: Bool) throws {
            broker.fatalEffect = effect
            do {
                try live()
            } catch let death where Self.isDeath(death) {
                deaths += 1
                broker.fatalEffect = nil
                disk.crash(keepingMemtable: keepingMemtable)
                try live()
            }
        }

        /// The death itself, or the disk's refusal to serve the dead: nothing else may come of it.
        private static func isDeath(_ error: any Error) -> Bool {
            error is Death || error as? StateStoreError == .failed(operation: "live", message: "Death()")
        }

        /// All that may be seen from outside, and the state.
        func outcome() throws -> [String] {
            disk.refusal = nil
            let store = try StateStore(directory: settings.directory(0), on: disk, settings: StateStoreSettings())
            defer { store.close() }
            // The changelog's fold says the same as the store.
            let folded = try StateStore(directory: "folded", on: MemoryDisk(), settings: StateStoreSettings())
            try folded.applyRestored(
                broker.committed(settings.declaration.changelog.name).map {
                    RestoredRecord(key: $0.key ?? [], value: $0.value)
                }, resumeOffset: 0)
            let tags = try broker.committed(Topics.tags.name).map { record in
                let event = try TagEvent(serializedBytes: record.value ?? [])
                return "\(event.customerID) \(event.tagEventID)"
            }
            return tags + [
                "letters \(broker.committed(settings.declaration.deadLetters.name).count)",
                "offsets \(broker.groupOffsets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })",
                "progress \((store.progress?.inputOffsets ?? [:]).sorted { $0.key < $1.key })",
                "state \(try store.contentDigest())", "changelog \(try folded.contentDigest())",
                "folded \((folded.progress?.inputOffsets ?? [:]).sorted { $0.key < $1.key })",
            ]
        }
    }

    private func outcome(
        _ faults: Set<PlantedFault> = [], dyingAt death: Int? = nil, keepingMemtable: Bool = true,
        abortedAt abort: Int? = nil
    ) throws -> (outcome: [String], effects: Int, deaths: Int) {
        var world = try World(faults)
        world.broker.abortedEffect = abort
        try world.run(dyingAt: death, keepingMemtable: keepingMemtable)
        return (try world.outcome(), world.broker.effects, world.deaths)
    }

    @Test("decides everything, and its state says what the changelog and the group say")
    func whole() throws {
        let (whole, effects, deaths) = try outcome()
        #expect(deaths == 0)
        #expect(effects > 40)
        #expect(whole.filter { $0.contains("order/") }.count == 11)
        #expect(whole.contains("letters 1"))
        #expect(whole.contains { $0.hasPrefix("progress") && $0.contains("12") })
        #expect(
            Set(whole.filter { $0.hasPrefix("state") || $0.hasPrefix("changelog") }.map { $0.split(separator: " ")[1] })
                .count == 1)
        #expect(try outcome().outcome == whole, "the same each time")
    }

    @Test("a death before any effect changes nothing in the end, whatever the disk kept", arguments: [true, false])
    func deaths(keepingMemtable: Bool) throws {
        let (whole, effects, _) = try outcome()
        for effect in 0..<effects {
            let (outcome, _, deaths) = try outcome(dyingAt: effect, keepingMemtable: keepingMemtable)
            #expect(outcome == whole, "effect \(effect)")
            // The last effect is the flush of a close, which tells nobody.
            #expect(deaths == (effect + 1 < effects ? 1 : 0), "effect \(effect)")
        }
    }

    @Test("a refused transaction is decided again, whichever call it was")
    func aborts() throws {
        let (whole, effects, _) = try outcome()
        var longer = 0
        for effect in 0..<effects {
            let (outcome, taken, _) = try outcome(abortedAt: effect)
            #expect(outcome == whole, "effect \(effect)")
            if taken > effects { longer += 1 }
        }
        #expect(longer > 20, "the refusals took place")
    }

    @Test(
        "nothing is committed once the group has put the member out, told or not",
        arguments: [(nil, false), ("member", true)], [true, false])
    func lostPlace(found: (memberID: String?, isLost: Bool), isPlanted: Bool) throws {
        let world = try World(isPlanted ? [.commitOnLostAssignment] : [])
        let loop = try world.makeLoop(StopFlag())
        world.broker.memberID = found.memberID
        world.broker.isAssignmentLost = found.isLost
        try loop.start()
        for _ in 0..<20 { try loop.turn() }
        #expect(loop.liveTasks.count == 1)
        #expect(world.broker.groupOffsets.isEmpty != isPlanted)
        #expect(world.broker.committed(Topics.tags.name).isEmpty != isPlanted)
        world.broker.memberID = "member"
        world.broker.isAssignmentLost = false
        for _ in 0..<20 { try loop.turn() }
        #expect(world.broker.groupOffsets[TopicPartition(topic: Topics.customerEvents.name, partition: 0)] == 12)
        // The one that is refused, and none for the aborts.
        #expect(world.broker.committed(world.settings.declaration.deadLetters.name).count == 1)
    }

    @Test(
        "a planted fault shows in some run of those that show none without it",
        arguments: [
            PlantedFault.writeStateBeforeCommit, .keepOverlayOnAbort, .applyBatchTwice, .skipRewindOnAbort,
            .dropDeadLetter, .skipProgressRecord, .storeOpenedBeforeRestoreDone, .forgetDoomedSend,
            .skipInitTransactions, .dropDeadLetterOffset,
        ])
    func faults(fault: PlantedFault) throws {
        let (whole, effects, _) = try outcome()
        func shows(dyingAt death: Int? = nil, abortedAt abort: Int? = nil) -> Bool {
            (try? outcome([fault], dyingAt: death, keepingMemtable: false, abortedAt: abort).outcome) != whole
        }
        #expect((0..<effects).contains { shows(abortedAt: $0) || shows(dyingAt: $0) })
    }
}
