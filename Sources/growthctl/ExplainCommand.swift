import CommandLineTools
import Operations
import Schemas

/// `growthctl explain claim|reward|customer ID`: why somebody was paid, refused or written to.
enum ExplainCommand {
    private static let id = Argument<String>("id", help: "The claim's, reward's or customer's id.")

    static let command = Command(
        "explain", abstract: "Prints the chain from the events to the payment or message.",
        subcommands: [
            verb("claim", "growthctl explain claim claim-c00042") { try Explanation.claim($0, $1) },
            verb("reward", "growthctl explain reward order:c00042-o1") { try Explanation.reward($0, $1) },
            verb("customer", "growthctl explain customer c00042") { try Explanation.customer($0, $1) },
        ])

    private static func verb(
        _ noun: String, _ example: String, _ explain: @escaping @Sendable (String, TopicFold) throws -> Explanation
    ) -> Command {
        Command(
            noun, abstract: "Explains one \(noun), step by step, with rule, version and evidence.",
            examples: [.init(example, "Each step in order of time.")], parameters: [id]
        ) { parsed in
            let fold = TopicFold(try Common.client(parsed), partitions: Common.partitionCount(parsed))
            _ = try Common.topics(parsed)
            let explanation = try Common.reachable(parsed) { try explain(parsed[id], fold) }
            guard !explanation.steps.isEmpty else {
                throw CommandFailure(.notFound, "no \(noun) \(parsed[id]) in the topics")
            }
            show(parsed, explanation)
            return .success
        }
    }

    private static func show(_ parsed: ParsedCommand, _ explanation: Explanation) {
        if Common.isJSON(parsed) {
            Common.printJSON(
                parsed, kind: "Explanation",
                explanation.steps.map { step in
                    .object([
                        "time": .string(Timestamp(millisecondsSince1970: step.time).rfc3339),
                        "topic": .string(step.topic),
                        "what": .string(step.what),
                        "rule": .string(step.rule),
                        "version": .string(step.version),
                        "evidence": .array(step.evidence.map { .string($0) }),
                    ])
                })
            return
        }
        for step in explanation.steps {
            let rule = step.rule.isEmpty ? "" : "  [\(step.rule)\(step.version.isEmpty ? "" : " \(step.version)")]"
            parsed.console.print(
                "\(Timestamp(millisecondsSince1970: step.time).rfc3339)  \(ControlCharacters.spelledOut(step.what))\(rule)"
            )
            for evidence in step.evidence { parsed.console.print("    \(ControlCharacters.spelledOut(evidence))") }
        }
    }
}
