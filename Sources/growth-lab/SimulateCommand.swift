import CommandLineTools
import Simulation
import WorkerRuntime

/// `growth-lab simulate`: the runtime's own code against the embedded broker, in virtual time, on seeded schedules.
enum SimulateCommand {
    private static let schedules = Option<Int>(
        "schedules", placeholder: "n", default: 2_000, allowed: .range(1...1_000_000_000),
        help: "How many schedules to run, one seed after another.")
    private static let firstSeed = Option<Int>(
        "first-seed", placeholder: "seed", default: 1, allowed: .range(0...Int.max - 1_000_000_000),
        help: "The seed of the first schedule.")
    private static let seed = Option<Int?>(
        "seed", placeholder: "seed", help: "Run this one schedule, say what goes wrong in it, and repeat it exactly.")
    private static let plant = Option<String?>(
        "plant", placeholder: "fault",
        allowed: .matching(PlantedFault.allCases.map(\.rawValue).joined(separator: ", ")) {
            PlantedFault(rawValue: $0) != nil
        }, help: "Switch a deliberate bug on, to see that it is found.")
    private static let threads = Option<Int>(
        "threads", placeholder: "n", default: 1, allowed: .range(1...64), help: "Schedules to run side by side.")

    static let command = Command(
        "simulate",
        abstract: "Runs workers on a simulated cluster with crashes, stalls and lost answers, and checks them.",
        discussion: """
            Each seed is one schedule: two chained stages, two to five processes, one broker, one thread. \
            Transactions, restores and rebalances are the runtime's real code. Afterwards outputs, dead letters, \
            state, offsets and stores must be those of a plain sequential model. A failure prints its seed and the \
            shortest list of disturbances that still breaks the same promise; the exit code is then 1.
            """,
        examples: [
            .init("growth-lab simulate --schedules 100000 --threads 2", "A hundred thousand schedules on two cores."),
            .init("growth-lab simulate --seed 4711", "Repeat one schedule."),
            .init("growth-lab simulate --plant applyBatchTwice", "See a deliberate bug found."),
        ],
        parameters: [schedules, firstSeed, seed, plant, threads]
    ) { parsed in
        let faults = Set([parsed[plant].flatMap { PlantedFault(rawValue: $0) }].compactMap(\.self))
        let runner = ScheduleRunner(plantedFaults: faults)
        if let seed = parsed[seed] { return try runOne(runner, UInt64(max(0, seed)), parsed) }
        return try await runMany(runner, parsed)
    }

    private static func runOne(_ runner: ScheduleRunner, _ seed: UInt64, _ parsed: ParsedCommand) throws -> ExitCode {
        let outcome = runner.shorten(runner.run(seed: seed))
        var table = TextTable([.init("seed \(seed)"), .init("")])
        table.append(["steps", "\(outcome.steps)"])
        table.append(["trace", String(outcome.traceDigest, radix: 16)])
        for disturbance in outcome.perturbations { table.append(["disturbance", "\(disturbance)"]) }
        table.append(["result", outcome.violation.map { "\($0)" } ?? "every promise kept"])
        try Lab.show(parsed, kind: "SimulatedSchedule", table, [json(outcome)])
        return outcome.violation == nil ? .success : .failure
    }

    private static func runMany(_ runner: ScheduleRunner, _ parsed: ParsedCommand) async throws -> ExitCode {
        let first = UInt64(max(0, parsed[firstSeed]))
        let batch = ScheduleBatch(
            runner: runner, seeds: first..<first + UInt64(parsed[schedules]), threads: parsed[threads])
        var bar = ProgressBar(
            "simulate", unit: "schedules", total: Int64(parsed[schedules]), console: parsed.console)
        let clock = ContinuousClock()
        let begun = clock.now
        let report = await batch.run { bar.update(Int64($0)) }
        let seconds = Lab.seconds(clock.now - begun)
        bar.finish(Int64(report.counts[.schedules]))
        try Lab.show(parsed, kind: "Simulation", table(report, seconds), [json(report, seconds)])
        return report.failures.isEmpty ? .success : .failure
    }

    private static func table(_ report: ScheduleBatch.Report, _ seconds: Double) -> TextTable {
        var table = TextTable([.init("what"), .number("times"), .init("")])
        for (name, count) in report.counts.named where count != 0 {
            table.append([name, NumberText.grouped(Int64(count)), ""])
        }
        let schedules = Double(report.counts[.schedules]) / max(seconds, 1e-9)
        let steps = Double(report.counts[.steps]) / max(seconds, 1e-9)
        table.append(["schedules/s", NumberText.grouped(Int64(schedules)), ""])
        table.append(["steps/s", NumberText.grouped(Int64(steps)), ""])
        table.append(["failing schedules", NumberText.grouped(Int64(report.failures.count)), ""])
        for failure in report.failures.prefix(shownFailures) {
            table.append(["failing seed", "\(failure.seed)", failure.violation.map { "\($0)" } ?? ""])
            for disturbance in failure.perturbations { table.append(["", "", "\(disturbance)"]) }
        }
        return table
    }

    private static let shownFailures = 5

    private static func json(_ report: ScheduleBatch.Report, _ seconds: Double) -> JSONValue {
        var counts = JSONObject()
        for (name, count) in report.counts.named { counts[name] = .integer(Int64(count)) }
        return .object([
            "seconds": .number(seconds), "counts": .object(counts),
            "schedulesPerSecond": .number(Double(report.counts[.schedules]) / max(seconds, 1e-9)),
            "stepsPerSecond": .number(Double(report.counts[.steps]) / max(seconds, 1e-9)),
            "failures": .array(report.failures.map(json)),
        ])
    }

    private static func json(_ outcome: ScheduleRunner.Outcome) -> JSONValue {
        .object([
            "seed": .string(String(outcome.seed)), "steps": .integer(Int64(outcome.steps)),
            "traceDigest": .string(String(outcome.traceDigest, radix: 16)),
            "invariant": outcome.violation.map { .string($0.invariant.rawValue) } ?? .null,
            "detail": outcome.violation.map { .string($0.detail) } ?? .null,
            "disturbances": .array(outcome.perturbations.map { .string("\($0)") }),
        ])
    }
}
