import CommandLineTools
import Foundation
import Operations
import Schemas

/// `growthctl audit re-execute STAGE`: does a stage's decisions again and compares.
enum AuditCommand {
    private static let stage = Argument<[String]>("stage", help: "Stages; all without one.")

    static let command = Command(
        "audit", abstract: "Checks what was done against the logs.", subcommands: [reExecute])

    private static let reExecute = Command(
        "re-execute",
        abstract:
            "Runs committed inputs again in the recorded order and compares outputs and state; exit code 1 on a difference.",
        examples: [
            .init("growthctl audit re-execute settlement.budgets", "One stage."),
            .init("growthctl audit re-execute -o json", "All stages, for programs."),
        ],
        parameters: [stage]
    ) { parsed in
        let names = parsed[stage].isEmpty ? Stages.all.map(\.group) : parsed[stage]
        _ = try Common.topics(parsed)
        var running: [Running] = []
        for name in names {
            guard let declaration = Stages.named(name) else {
                let near = Suggestion.closest(to: name, among: Stages.all.map(\.group))
                throw CommandFailure(.notFound, "there is no stage \(name)", hint: near.map { "Did you mean \($0)?" })
            }
            // They mostly wait for fetches, so all run side by side; each prints little.
            running.append(try start(parsed, declaration))
        }
        var reports: [JSONValue] = []
        var isEqual = true
        for one in running {
            let (items, code) = try finish(one)
            reports += items
            if code != 0 { isEqual = false }
        }
        show(parsed, reports)
        return isEqual ? .success : .failure
    }

    /// One worker at it.
    private struct Running {
        var stage: StageDeclaration
        var process: Process
        var output: Pipe
    }

    /// The deployed worker does it: what is compared is what runs.
    private static func start(_ parsed: ParsedCommand, _ stage: StageDeclaration) throws -> Running {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Common.sibling(stage.worker))
        process.arguments =
            [
                "--re-execute", stage.group, "--bootstrap-servers", parsed[Common.bootstrap], "--partitions",
                String(parsed[Common.partitions]),
            ] + parsed[Common.properties].flatMap { ["-X", $0] }
        let pipe = Pipe()
        process.standardOutput = pipe
        if !parsed.console.terminal.errorIsTerminal { process.standardError = FileHandle.standardError }
        try process.run()
        return Running(stage: stage, process: process, output: pipe)
    }

    private static func finish(_ running: Running) throws -> ([JSONValue], Int32) {
        let (stage, process) = (running.stage, running.process)
        let data = running.output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard let document = try? JSONParser.parse(text, dialect: .strict).value,
            let items = document["items"]?.arrayValue
        else {
            throw CommandFailure(.failure, "\(stage.worker) could not re-execute \(stage.group); see its lines above")
        }
        return (items, process.terminationStatus)
    }

    private static func show(_ parsed: ParsedCommand, _ reports: [JSONValue]) {
        if Common.isJSON(parsed) {
            Common.printJSON(parsed, kind: "ReExecutionReport", reports)
            return
        }
        var sums:
            [String: (transactions: Int64, records: Int64, outputs: Int64, entries: Int64, differences: [String])] = [:]
        var order: [String] = []
        for report in reports {
            let stage = report["stage"]?.stringValue ?? ""
            if sums[stage] == nil { order.append(stage) }
            var sum = sums[stage] ?? (0, 0, 0, 0, [])
            func number(_ name: String) -> Int64 { Int64(report[name]?.stringValue ?? "") ?? 0 }
            sum.transactions += number("transactions")
            sum.records += number("records")
            sum.outputs += number("outputs")
            sum.entries += number("stateEntries")
            sum.differences += (report["differences"]?.arrayValue ?? []).compactMap(\.stringValue)
            sums[stage] = sum
        }
        var table = TextTable([
            .init("STAGE"), .number("TRANSACTIONS"), .number("RECORDS"), .number("OUTPUTS"), .number("STATE"),
            .number("DIFFERENCES"),
        ])
        for stage in order {
            guard let sum = sums[stage] else { continue }
            table.append([
                stage, NumberText.grouped(sum.transactions), NumberText.grouped(sum.records),
                NumberText.grouped(sum.outputs), NumberText.grouped(sum.entries), String(sum.differences.count),
            ])
        }
        if let text = try? table.text(.init(), width: parsed.console.terminal.width) { parsed.console.write(text) }
        for stage in order {
            for difference in sums[stage]?.differences ?? [] { parsed.console.print("\(stage): \(difference)") }
        }
    }
}
