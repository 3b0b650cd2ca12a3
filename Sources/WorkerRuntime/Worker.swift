public import CommandLineTools
import Dispatch
import Foundation
import Kafka
import Observability
import Schemas
import StateStore
import Synchronization

/// A worker process: its stages, each on its own threads, until it is told to stop.
///
///     flags, environment, file ─▶ topic check ─▶ loops (stages × threads) ─▶ SIGTERM ─▶ drain ─▶ exit code
public struct Worker: Sendable {
    private let name: String
    private let factories: [StageFactory]

    /// Names the executable and the stages it can run.
    public init(_ name: String, stages: [StageFactory]) {
        self.name = name
        factories = stages
    }

    /// The version of this build: goes into dead letters, executions and `growth_build_info`.
    public static let build = ProcessInfo.processInfo.environment["GROWTH_BUILD"] ?? "0.1.0"

    private var program: ConfiguredProgram {
        ConfiguredProgram(
            name, abstract: "Runs the stages \(factories.map(\.declaration.group).joined(separator: ", ")).",
            version: Self.build,
            discussion:
                "Stops cleanly on SIGTERM: what is open is committed, and the process exits with 0. A second signal aborts it.",
            examples: [
                Command.Example(
                    "\(name) --bootstrap-servers kafka:9092 --instance-id worker-01", "Run as a static member."),
                Command.Example(
                    "\(name) --threads 2 --stages \(factories[0].declaration.group)", "Run one stage on two threads."),
            ],
            settings: declaration)
    }

    private var declaration: ConfigurationDeclaration {
        ConfigurationDeclaration(
            WorkerSettings.all + ReExecution.settings + factories.flatMap(\.settings),
            allowedVariables: ["GROWTH_BUILD", "GROWTH_TEST_DEPTH", "GROWTH_BOOTSTRAP"])
    }

    /// Runs the process to its end; the result is its exit code.
    public func main() async -> Int32 {
        switch program.start() {
        case .exit(let code): return code.rawValue
        case .run(let configuration):
            do {
                return try await run(configuration).rawValue
            } catch {
                Logger(label: name).critical("stopped", metadata: ["error": "\(error)"])
                return Self.code(of: error).rawValue
            }
        }
    }

    private static func code(of error: any Error) -> ExitCode {
        if error is ConfigurationError { return .usage }
        if let failure = error as? KafkaError, failure.code.isPassing { return .unreachable }
        return .failure
    }

    /// Runs until a signal or a failure; returns the exit code.
    public func run(_ configuration: Configuration) async throws -> ExitCode {
        try Self.configureLogging(configuration)
        SignalHandling.ignoreBrokenPipes()
        if configuration[ReExecution.stage] != nil {
            return try ReExecution(worker: name, factories: factories, configuration: configuration).run()
        }
        let stages = try selected(configuration)
        return try await WorkerProcess(name: name, stages: stages, configuration: configuration).run()
    }

    private func selected(_ configuration: Configuration) throws -> [StageFactory] {
        let wanted = configuration[WorkerSettings.stages]
        guard !wanted.isEmpty else { return factories }
        let known = factories.map(\.declaration.group)
        if let unknown = wanted.first(where: { !known.contains($0) }) {
            throw ConfigurationError([
                "stages: \(name) has no stage \(unknown); it has \(known.joined(separator: ", "))"
            ])
        }
        return factories.filter { wanted.contains($0.declaration.group) }
    }

    private static func configureLogging(_ configuration: Configuration) throws {
        guard let level = Logger.Level(rawValue: configuration[WorkerSettings.logLevel]) else {
            throw ConfigurationError(["log.level: \(configuration[WorkerSettings.logLevel]) is no level"])
        }
        LogOutput.shared.defaultLevel = level
        LogOutput.shared.format = configuration[WorkerSettings.logFormat] == "text" ? .text : .json
    }

    /// What every client of this process shares.
    static func client(_ configuration: Configuration, name: String) -> ClientConfiguration {
        let logger = Logger(label: "librdkafka")
        var properties: [String: String] = [:]
        for pair in configuration.kafkaProperties.revealedPairs { properties[pair.name] = pair.value }
        return ClientConfiguration(
            bootstrapServers: configuration[WorkerSettings.bootstrapServers], clientID: name, properties: properties,
            log: { level, facility, message in
                let line: Logger.Message = "\(message)"
                switch level {
                case ..<4: logger.error(line, metadata: ["facility": "\(facility)"])
                case 4: logger.warning(line, metadata: ["facility": "\(facility)"])
                default: logger.debug(line, metadata: ["facility": "\(facility)"])
                }
            })
    }

    /// Equal for equal settings, so that a re-execution can tell that it runs under others.
    static func digest(_ configuration: Configuration) -> String {
        String(FNV1a.hash(configuration.canonicalText), radix: 16)
    }
}
