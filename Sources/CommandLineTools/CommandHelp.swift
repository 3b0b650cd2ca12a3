/// The help of one command, as text and as JSON.
public struct CommandHelp: Sendable {
    let command: Command
    let path: [String]
    /// Options of the commands above, which are understood here too.
    let inherited: [ParameterDeclaration]

    /// The path leads from the root to the command.
    public init(root: Command, command: Command, path: [String]) {
        self.command = command
        self.path = path
        var above: [ParameterDeclaration] = []
        var node = root
        for name in path.dropFirst() {
            above.append(contentsOf: node.declarations.filter { $0.kind != .argument })
            guard let next = node.subcommand(named: name) else { break }
            node = next
        }
        inherited = above
    }

    /// Text wraps at the terminal's width, within these bounds; without a terminal at 100 columns.
    static let widths = 40...120

    /// What it is, usage, examples, commands, arguments, options, discussion.
    public func text(width: Int?) -> String {
        let width = min(max(width ?? 100, Self.widths.lowerBound), Self.widths.upperBound)
        var sections = [WrappedText.wrap(command.abstract, width: width, indent: 0)]
        sections.append("Usage: " + usageLine)
        sections.append(section("Examples", exampleRows, width))
        sections.append(section("Commands", commandRows, width))
        sections.append(section("Arguments", command.arguments.map(row), width))
        sections.append(section("Options", ownOptions.map(row) + helpRows, width))
        sections.append(section("Options of every command", inherited.filter { !$0.isHidden }.map(row), width))
        sections.append(WrappedText.wrap(command.discussion, width: width, indent: 0))
        if !command.subcommands.isEmpty {
            sections.append("Run '\(path.joined(separator: " ")) COMMAND --help' for more on a command.")
        }
        return sections.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    /// As in "growthctl lag ls [<group> ...] [options]".
    public var usageLine: String {
        let words = path.joined(separator: " ")
        if !command.subcommands.isEmpty { return words + " COMMAND [options]" }
        let required = ownOptions.filter(\.isRequired).map(\.usage)
        return ([words] + command.arguments.map(\.usage) + required + ["[options]"]).joined(separator: " ")
    }

    private var ownOptions: [ParameterDeclaration] {
        command.declarations.filter { $0.kind != .argument && !$0.isHidden }
    }

    private typealias Row = (left: String, right: String)

    private var exampleRows: [Row] { command.examples.map { ($0.line, $0.purpose) } }

    private var commandRows: [Row] {
        command.subcommands.filter { !$0.isHidden }.map { subcommand in
            (([subcommand.name] + subcommand.aliases).joined(separator: ", "), subcommand.abstract)
        }
    }

    private var helpRows: [Row] {
        [("-h, --help", "Show this help (--help-json: as JSON).")]
            + (path.count == 1 ? [("--version", "Show the version.")] : [])
    }

    private func row(_ declaration: ParameterDeclaration) -> Row {
        let short = declaration.short.map { "-\($0), " } ?? ""
        let value = declaration.kind == .option ? " <\(declaration.placeholder)>" : ""
        return (short + declaration.spelling + value, description(of: declaration))
    }

    private func description(of declaration: ParameterDeclaration) -> String {
        var facts: [String] = []
        if !declaration.choices.isEmpty { facts.append(declaration.choices.joined(separator: ", ")) }
        if let text = declaration.defaultText { facts.append("default: \(text)") }
        if declaration.isRequired { facts.append("required") }
        if declaration.isRepeated, declaration.kind == .option { facts.append("may be repeated") }
        if let variable = declaration.environmentVariable { facts.append("env: \(variable)") }
        return facts.isEmpty ? declaration.help : "\(declaration.help) (\(facts.joined(separator: "; ")))"
    }

    private func section(_ title: String, _ rows: [Row], _ width: Int) -> String {
        guard !rows.isEmpty else { return "" }
        let lefts = rows.map { DisplayWidth.of($0.left) }
        let column = min(lefts.max() ?? 0, width / 2 - 4) + 4
        var lines = [title + ":"]
        for (row, left) in zip(rows, lefts) {
            let wrapped = WrappedText.lines(row.right, width: max(20, width - column))
            if left + 4 > column {
                lines.append("  " + row.left)
                lines += wrapped.map { String(repeating: " ", count: column) + $0 }
                continue
            }
            let padding = String(repeating: " ", count: column - left - 2)
            lines.append(wrapped.isEmpty ? "  " + row.left : "  " + row.left + padding + wrapped[0])
            lines += wrapped.dropFirst().map { String(repeating: " ", count: column) + $0 }
        }
        return lines.joined(separator: "\n")
    }
}
