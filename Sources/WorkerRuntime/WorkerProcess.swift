import CommandLineTools
import Dispatch
import Foundation
import Kafka
import Observability
import Schemas
import StateStore
import Synchronization

/// One running process: starts the loops, answers health questions, and ends them in order.
struct WorkerProcess: Sendable {
    let name: String
    let stages: [StageFactory]
    let configuration: Configuration

    private static let blockCacheBytes = 64 << 20
    private static let threadStackBytes = 8 << 20

    func run() async throws -> ExitCode {
        let logger = Logger(label: name)
        let identity = try InstanceIdentity(configuration, worker: name)
        let client = Worker.client(configuration, name: "\(name)-\(identity.name)")
        try checkTopics(client)
        let registry = MetricsRegistry()
        let stop = StopFlag()
        let loops = try makeLoops(client, identity, registry, stop)
        let server = try startServer(registry, loops.map(\.status), stop)
        defer { server?.stop() }
        let signals = SignalHandling { arrival in
            logger.notice("signal", metadata: ["signal": "\(arrival.signal.rawValue)", "times": "\(arrival.ordinal)"])
            if arrival.isRepeated { stop.stopNow() } else { stop.drain() }
        }
        defer { signals.cancel() }
        logger.notice(
            "started",
            metadata: [
                "instance": "\(identity.name)", "build": "\(Worker.build)",
                "stages": "\(stages.map(\.declaration.group).joined(separator: ","))",
                "http": "\(server.map { "\($0.port)" } ?? "off")",
            ])
        let failures = await runAll(loops, stop, logger)
        for failure in failures { logger.critical("stage failed", metadata: ["error": "\(failure)"]) }
        logger.notice("stopped", metadata: ["records": "\(loops.reduce(0) { $0 + $1.status.current.records })"])
        return failures.isEmpty ? .success : .failure
    }

    private func checkTopics(_ client: ClientConfiguration) throws {
        let clock = try clockMode()
        let admin = try Admin(client)
        let broker = try admin.topics()
        let wanted = stages.flatMap { TopicCheck.topics(of: $0.declaration, usesClock: clock == .event) }
        let problems = TopicCheck.problems(
            wanted, partitionCounts: broker.mapValues(\.partitionCount),
            fleet: Int32(configuration[WorkerSettings.partitions]))
        guard problems.isEmpty else { throw RuntimeFailure.topics(problems) }
    }

    private func clockMode() throws -> ClockMode {
        guard let clock = ClockMode(rawValue: configuration[WorkerSettings.clock]) else {
            throw ConfigurationError(["clock: must be event or wall"])
        }
        return clock
    }

    /// A loop that has not begun, and what the process sees of it.
    private struct PlannedLoop: Sendable {
        var settings: LoopConfiguration
        var client: KafkaClient
        var status: LoopStatus
        var metrics: StageMetrics
    }

    private func makeLoops(
        _ client: ClientConfiguration, _ identity: InstanceIdentity, _ registry: MetricsRegistry, _ stop: StopFlag
    ) throws -> [PlannedLoop] {
        let cache = SharedBlockCache(capacityBytes: Self.blockCacheBytes)
        var limits = TransactionMachine.Limits()
        limits.commitIntervalMilliseconds = Int64(configuration[WorkerSettings.commitInterval])
        limits.records = configuration[WorkerSettings.commitRecords]
        limits.overlayBytes = configuration[WorkerSettings.overlayBytes]
        limits.stepRecords = configuration[WorkerSettings.stepRecords]
        let clock = try clockMode()
        let digest = Worker.digest(configuration)
        return stages.flatMap { factory in
            let metrics = StageMetrics(registry, stage: factory.declaration)
            return (0..<configuration[WorkerSettings.threads]).map { thread in
                var settings = LoopConfiguration(
                    factory: factory, configuration: configuration, instanceID: identity.name,
                    isStaticMember: identity.isStatic, thread: thread, clock: clock,
                    partitions: Int32(configuration[WorkerSettings.partitions]), worker: name, build: Worker.build,
                    configurationDigest: digest)
                settings.limits = limits
                settings.sessionTimeoutMilliseconds = Int32(configuration[WorkerSettings.sessionTimeout])
                settings.transactionTimeoutMilliseconds = Int32(configuration[WorkerSettings.transactionTimeout])
                settings.stateDirectory = configuration[WorkerSettings.stateDirectory]
                settings.blockCache = cache
                return PlannedLoop(
                    settings: settings, client: KafkaClient(client),
                    status: LoopStatus(stage: factory.declaration.group, thread: thread), metrics: metrics)
            }
        }
    }

    /// Each loop on a thread of its own: a blocked poll must not take one of the cooperative pool's few.
    private func runAll(_ loops: [PlannedLoop], _ stop: StopFlag, _ logger: Logger) async -> [String] {
        let failures = Mutex<[String]>([])
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            let group = DispatchGroup()
            for planned in loops {
                group.enter()
                let thread = Thread {
                    do {
                        // Named here, so that the loop is specialised for Kafka and nothing else.
                        let loop = try TaskLoop<KafkaClient, SystemEnvironment>(
                            planned.settings, client: planned.client, environment: SystemEnvironment(),
                            status: planned.status, metrics: planned.metrics, logger: logger, stop: stop)
                        try loop.run()
                        planned.status.update { $0.phase = .stopped }
                    } catch {
                        planned.status.update {
                            $0.phase = .failed
                            $0.failure = "\(error)"
                        }
                        failures.withLock { $0.append("\(planned.settings.declaration.group): \(error)") }
                        // One stage that cannot go on ends the process: its supervisor starts it anew, or a person looks.
                        stop.drain()
                    }
                    group.leave()
                }
                thread.stackSize = Self.threadStackBytes
                thread.name = planned.settings.declaration.group
                thread.start()
            }
            watchDrain(stop)
            group.notify(queue: .global()) { done.resume() }
        }
        return failures.withLock { $0 }
    }

    /// A drain that takes longer than its budget becomes an immediate stop.
    private func watchDrain(_ stop: StopFlag) {
        let budget = Double(configuration[WorkerSettings.drainBudget]) / 1_000
        let watcher = Thread {
            while !stop.isDraining { Thread.sleep(forTimeInterval: 0.1) }
            Thread.sleep(forTimeInterval: budget)
            stop.stopNow()
        }
        watcher.name = "drain-watch"
        watcher.start()
    }

    private func startServer(
        _ registry: MetricsRegistry, _ statuses: [LoopStatus], _ stop: StopFlag
    ) throws -> HTTPServer? {
        let text = configuration[WorkerSettings.httpListen]
        guard text != "off" else { return nil }
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else {
            throw ConfigurationError(["http.listen: \(text) is not HOST:PORT or off"])
        }
        let health = WorkerHealth(name: name, statuses: statuses, stop: stop)
        ProcessMetrics.register(in: registry, program: name, version: Worker.build, revision: Worker.build)
        let endpoints = HealthEndpoints(
            metrics: registry, live: { health.live }, ready: { health.ready }, status: { health.statusDocument })
        return try HTTPServer(host: String(parts[0]), port: port) { endpoints.respond(to: $0) }
    }
}
