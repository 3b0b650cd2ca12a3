import CommandLineTools
import Foundation
import Operations

let root = Command(
    "growthctl",
    abstract: "Operates a GrowthFleet: topics, definitions, explanations, audits and the demonstration.",
    discussion:
        "Exit codes: 0 ok, 1 failure, 2 usage, 3 partial, 4 not found, 5 refused, 6 conflict, 7 broker unreachable, 8 not authorised.",
    examples: [
        .init("growthctl topics apply --execute", "Create the fleet's topics."),
        .init("growthctl explain claim claim-c00042", "Say why a claim was paid or refused."),
        .init("growthctl audit re-execute fraud.verdicts", "Do a stage's decisions again and compare."),
    ],
    parameters: Common.all,
    subcommands: [
        TopologyCommand.command, TopicsCommand.command, GenerateCommand.command, TailCommand.command,
        ExplainCommand.command, CalibrateCommand.command, DefinitionsCommand.command, AuditCommand.command,
        DemoCommand.command,
    ])

exit(await root.main(version: "0.1.0").rawValue)
