import Schemas

/// Draws the stages and their topics as text, straight from their declarations.
public enum Topology {
    /// One block for each worker, one paragraph for each stage.
    public static func text() -> String {
        var lines: [String] = []
        var workers: [String] = []
        for stage in Stages.all where !workers.contains(stage.worker) { workers.append(stage.worker) }
        for worker in workers {
            lines.append(worker)
            for stage in Stages.all where stage.worker == worker { lines += block(stage) }
            lines.append("")
        }
        lines.removeLast()
        return lines.joined(separator: "\n")
    }

    private static func block(_ stage: StageDeclaration) -> [String] {
        let inputs = stage.inputs.map(\.name) + stage.globalTables.map { "\($0.name) (global)" }
        let outputs = stage.outputs.map(\.name)
        let width = inputs.map(\.count).max() ?? 0
        let middle = " ─▶ [\(stage.group)] ─▶ "
        let rows = max(inputs.count, outputs.count)
        return (0..<rows).map { row in
            let left = row < inputs.count ? inputs[row] : ""
            let padded = left + String(repeating: " ", count: width - left.count)
            let between = row == 0 ? middle : String(repeating: " ", count: middle.count)
            let right = row < outputs.count ? outputs[row] : ""
            return trimmed("  " + padded + between + right)
        }
    }

    private static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    /// The same as a Mermaid flowchart.
    public static func mermaid() -> String {
        var lines = ["flowchart LR"]
        for stage in Stages.all {
            let node = stage.group.split(separator: ".").joined(separator: "_")
            lines.append("  \(node)[[\(stage.group)]]")
            for input in stage.inputs { lines.append("  \(identifier(input.name))([\(input.name)]) --> \(node)") }
            for table in stage.globalTables {
                lines.append("  \(identifier(table.name))[(\(table.name))] -.-> \(node)")
            }
            for output in stage.outputs { lines.append("  \(node) --> \(identifier(output.name))([\(output.name)])") }
        }
        return lines.joined(separator: "\n")
    }

    private static func identifier(_ name: String) -> String {
        String(name.map { $0 == "." || $0 == "-" ? "_" : $0 })
    }
}
