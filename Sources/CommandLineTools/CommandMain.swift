public import Foundation

extension Command {
    /// Parses, runs and prints errors; the result is the process's exit code.
    ///
    /// With `-o json` (or `jsonl`) on the command line an error is a JSON document on standard error.
    public func main(
        _ arguments: [String] = Array(CommandLine.arguments.dropFirst()), version: String,
        environment: [String: String] = ProcessInfo.processInfo.environment, console: Console = .standard
    ) async -> ExitCode {
        let report = ErrorReport(root: self, asJSON: ErrorReport.wantsJSON(arguments), console: console)
        let parsed: ParsedCommand
        do {
            switch try parse(arguments, environment: environment, console: console) {
            case .run(let command): parsed = command
            case .help(let command, let path):
                console.write(CommandHelp(root: self, command: command, path: path).text(width: console.terminal.width))
                return .success
            case .helpJSON(let command, let path):
                console.print(CommandHelp(root: self, command: command, path: path).document.text(.pretty))
                return .success
            case .version:
                console.print("\(name) \(version)")
                return .success
            }
        } catch {
            return report.usage(error)
        }
        guard let run = parsed.command.run else { return .usage }
        do {
            return try await run(parsed)
        } catch {
            return report.failure(error, path: parsed.path)
        }
    }
}

struct ErrorReport {
    let root: Command
    let asJSON: Bool
    let console: Console

    /// Looks at the raw words, since the command line may be what is wrong.
    static func wantsJSON(_ arguments: [String]) -> Bool {
        for (index, word) in arguments.enumerated() {
            if word == "--" { return false }
            switch word {
            case "-ojson", "-ojsonl", "-o=json", "-o=jsonl", "--output=json", "--output=jsonl": return true
            case "-o", "--output":
                let next = arguments.indices.contains(index + 1) ? arguments[index + 1] : ""
                if next == "json" || next == "jsonl" { return true }
            default: continue
            }
        }
        return false
    }

    func usage(_ error: UsageError) -> ExitCode {
        let path = (error.path.isEmpty ? [root.name] : error.path).joined(separator: " ")
        report(.usage, error.description, hint: "Run '\(path) --help' for what it takes.", details: [:])
        return .usage
    }

    func failure(_ error: any Error, path: [String]) -> ExitCode {
        switch error {
        case let failure as CommandFailure:
            report(failure.code, failure.message, hint: failure.hint, details: failure.details)
            return failure.code
        case var usageError as UsageError:
            if usageError.path.isEmpty { usageError.path = path }
            return usage(usageError)
        case let error as ConfigurationError:
            report(.usage, error.description, hint: nil, details: [:])
            return .usage
        default:
            report(.failure, "\(error)", hint: nil, details: [:])
            return .failure
        }
    }

    private func report(_ code: ExitCode, _ message: String, hint: String?, details: JSONObject) {
        if asJSON {
            let document = OutputEnvelope.error(
                code, message, hint: hint, details: details, generatedAt: console.now())
            return console.say(document.text())
        }
        console.say(console.terminal.styledError("Error:", .red) + " " + message)
        if let hint { console.say(hint) }
    }
}
