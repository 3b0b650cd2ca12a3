import CommandLineTools
import Operations
import Schemas

/// `growthctl topology`: the stages and their topics, from the declarations.
enum TopologyCommand {
    private static let mermaid = Flag("mermaid", help: "Print a Mermaid flowchart.")

    static let command = Command(
        "topology", abstract: "Draws the stages and their topics.",
        examples: [
            .init("growthctl topology", "Draw it as text."), .init("growthctl topology --mermaid", "As Mermaid."),
        ],
        parameters: [mermaid]
    ) { parsed in
        if Common.isJSON(parsed) {
            Common.printJSON(parsed, kind: "Topology", Stages.all.map(item))
        } else {
            parsed.console.print(parsed[mermaid] ? Topology.mermaid() : Topology.text())
        }
        return .success
    }

    private static func item(_ stage: StageDeclaration) -> JSONValue {
        .object([
            "stage": .string(stage.group),
            "worker": .string(stage.worker),
            "inputs": .array(stage.inputs.map { .string($0.name) }),
            "globalTables": .array(stage.globalTables.map { .string($0.name) }),
            "tables": .array(stage.tables.map { .string($0.name) }),
            "outputs": .array(stage.outputs.map { .string($0.name) }),
            "changelog": .string(stage.changelog.name),
            "deadLetters": .string(stage.deadLetters.name),
        ])
    }
}
