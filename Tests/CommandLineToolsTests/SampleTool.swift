import CommandLineTools

enum SampleFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, jsonl
}

/// A small command tree in the shape of the real one.
enum SampleTool {
    static let output = Option<SampleFormat>(
        "output", short: "o", placeholder: "format", default: .table, environment: "GROWTHCTL_OUTPUT",
        help: "How to print.")
    static let quiet = Flag("quiet", short: "q", environment: "GROWTHCTL_QUIET", help: "Print less.")
    static let limit = Option<Int>("limit", default: 10, allowed: .range(1...1000), help: "The most groups to show.")
    static let since = Option<TimeArgument?>("since", placeholder: "time", help: "Only later than this.")
    static let by = Option<[String]>("by", short: "b", environment: "GROWTHCTL_BY", help: "Split by.")
    static let groups = Argument<[String]>("group", help: "Groups; all when none is named.")
    static let topic = Argument<String>("topic", help: "The topic.")
    static let offset = Argument<OffsetArgument?>("offset", help: "Where to begin.")
    static let reason = Option<String>("reason", environment: "GROWTHCTL_REASON", help: "Why, for the audit.")
    static let hidden = Flag("explode", isHidden: true, help: "Not for everyone.")

    static let list = Command(
        "ls", aliases: ["list"], abstract: "Lists groups with their lag.",
        examples: [.init("growthctl lag ls", "All groups."), .init("growthctl lag ls --by topic", "By topic.")],
        parameters: [limit, since, by, groups],
        run: { parsed in
            let groups = parsed[groups].joined(separator: "+")
            parsed.console.print("\(parsed[output]) \(parsed[limit]) \(parsed[by]) [\(groups)] \(parsed[quiet])")
            return .success
        })

    static let purge = Command(
        "purge", abstract: "Deletes a topic's records.", parameters: [reason, topic, offset, hidden],
        run: { parsed in
            switch parsed[topic] {
            case "none": throw CommandFailure(.notFound, "there is no topic 'none'", hint: "Try 'growthctl topic ls'.")
            case "odd": throw UsageError("--reason: too short")
            case "crash": throw SampleError()
            default: return .partial
            }
        })

    static let root = Command(
        "growthctl", abstract: "Looks after a fleet.", parameters: [output, quiet],
        subcommands: [
            Command("lag", abstract: "What groups are behind by.", subcommands: [list]),
            Command("topic", abstract: "Topics.", subcommands: [purge]),
        ])
}

struct SampleError: Error, CustomStringConvertible {
    var description: String { "it broke" }
}
