import CommandLineTools
import Foundation
import Kafka
import Operations
import ProtobufCodec
import Schemas
import ShopGenerator
import Tagging

/// `growthctl demo`: a shop's whole history through the four workers, watched, killed at will, and summed up.
enum DemoCommand {
    private static let processes = Option<Int>(
        "processes", placeholder: "n", default: 1, allowed: .range(1...16), help: "Processes of each worker.")
    private static let threads = Option<Int>(
        "threads", placeholder: "n", default: 1, allowed: .range(1...16), help: "Threads of each stage in a process.")
    private static let killEvery = Option<Int?>(
        "kill-every", placeholder: "seconds", allowed: .range(1...3_600),
        help: "Kill -9 a worker this often and start it again.")
    private static let step = Option<String>(
        "step", placeholder: "duration", default: "24h", help: "Event time fed before the fleet must have caught up.")
    private static let directory = Option<String>(
        "directory", placeholder: "folder", default: ".demo", help: "State, logs and sent messages of the run.")
    private static let keep = Flag("keep", help: "Leave the workers running at the end.")

    static let command = Command(
        "demo", abstract: "Runs a shop's history through the four workers and prints what came of it.",
        discussion:
            "Deploy/demo does the set-up and calls this. The broker must be there; topics are created where missing.",
        examples: [
            .init("growthctl demo --bootstrap 127.0.0.1:9092", "One process of each worker."),
            .init(
                "growthctl demo --processes 3 --kill-every 5 -o json",
                "Three of each, and a kill -9 every five seconds."),
        ],
        parameters: [
            GenerateCommand.data, GenerateCommand.seed, GenerateCommand.customers, processes, threads, killEvery, step,
            directory, keep,
        ]
    ) { parsed in
        try await Common.reachableAsync(parsed) { try DemoRun(parsed).run() }
    }

    static func plan(_ parsed: ParsedCommand) throws -> WorkerFleet.Plan {
        let binary = URL(fileURLWithPath: try Common.sibling(WorkerFleet.workers[0]))
        return WorkerFleet.Plan(
            binaries: binary.deletingLastPathComponent().path, directory: parsed[directory],
            processes: parsed[processes],
            arguments: [
                "--bootstrap-servers", parsed[Common.bootstrap], "--partitions", String(parsed[Common.partitions]),
                "--threads", String(parsed[threads]), "--clock", "event", "--session-timeout-ms", "6000",
            ] + parsed[Common.properties].flatMap { ["-X", $0] })
    }

    static func stepMilliseconds(_ parsed: ParsedCommand) throws -> Int64 {
        guard let value = DurationText.milliseconds(parsed[step]), value >= 60_000 else {
            throw UsageError("--step \(parsed[step]) is no duration of at least a minute, such as 6h")
        }
        return value
    }

    static func killInterval(_ parsed: ParsedCommand) -> Int? { parsed[killEvery] }
    static func folder(_ parsed: ParsedCommand) -> String { parsed[directory] }
    static func keepsRunning(_ parsed: ParsedCommand) -> Bool { parsed[keep] }
    static func processCount(_ parsed: ParsedCommand) -> Int { parsed[processes] }
}

extension Common {
    static func reachableAsync(_ parsed: ParsedCommand, _ body: () throws -> ExitCode) async throws -> ExitCode {
        try reachable(parsed, body)
    }
}
