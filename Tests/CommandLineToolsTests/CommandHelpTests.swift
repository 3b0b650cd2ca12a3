import CommandLineTools
import Testing

@Suite struct CommandHelpTests {
    private func help(_ line: String, width: Int?) throws -> String {
        let words = line.split(separator: " ").map(String.init)
        guard case .help(let command, let path) = try SampleTool.root.parse(words + ["--help"]) else { return "" }
        return CommandHelp(root: SampleTool.root, command: command, path: path).text(width: width)
    }

    @Test func theRootListsCommands() throws {
        #expect(
            try help("", width: 80) == """
                Looks after a fleet.

                Usage: growthctl COMMAND [options]

                Commands:
                  lag    What groups are behind by.
                  topic  Topics.

                Options:
                  -o, --output <format>  How to print. (table, json, jsonl; default: table; env:
                                         GROWTHCTL_OUTPUT)
                  -q, --quiet            Print less. (env: GROWTHCTL_QUIET)
                  -h, --help             Show this help (--help-json: as JSON).
                  --version              Show the version.

                Run 'growthctl COMMAND --help' for more on a command.

                """)
    }

    @Test func aVerbShowsExamplesFirstAndInheritedOptionsLast() throws {
        #expect(
            try help("lag ls", width: 100) == """
                Lists groups with their lag.

                Usage: growthctl lag ls [<group> ...] [options]

                Examples:
                  growthctl lag ls             All groups.
                  growthctl lag ls --by topic  By topic.

                Arguments:
                  <group>  Groups; all when none is named.

                Options:
                  --limit <limit>  The most groups to show. (default: 10)
                  --since <time>   Only later than this.
                  -b, --by <by>    Split by. (may be repeated; env: GROWTHCTL_BY)
                  -h, --help       Show this help (--help-json: as JSON).

                Options of every command:
                  -o, --output <format>  How to print. (table, json, jsonl; default: table; env: GROWTHCTL_OUTPUT)
                  -q, --quiet            Print less. (env: GROWTHCTL_QUIET)

                """)
    }

    @Test func requiredOptionsStandInTheUsageAndHiddenOnesNowhere() throws {
        let text = try help("topic purge", width: nil)
        #expect(text.contains("Usage: growthctl topic purge <topic> [<offset>] --reason <reason> [options]\n"))
        #expect(text.contains("Why, for the audit. (required; env: GROWTHCTL_REASON)\n"))
        #expect(!text.contains("explode"))
    }

    @Test(arguments: [10, 40, 60, 79, 120])
    func noLineIsWiderThanTheTerminal(width: Int) throws {
        // A word that is wider than its column cannot be broken; none of the sample's is, from 60 columns on.
        let limit = max(width, 60)
        for line in try help("lag ls", width: limit).split(separator: "\n") { #expect(line.count <= limit, "\(line)") }
        #expect(try !help("lag ls", width: width).isEmpty)
    }

    @Test func theDocumentDescribesTheWholeTree() throws {
        let document = CommandHelp(root: SampleTool.root, command: SampleTool.root, path: ["growthctl"]).document
        #expect(document["apiVersion"] == "growth/v1")
        #expect(document["kind"] == "CommandHelp")
        let list = try #require(document["command"]?["subcommands"]?[0]?["subcommands"]?[0])
        #expect(list["path"] == ["growthctl", "lag", "ls"])
        #expect(list["aliases"] == ["list"])
        #expect(list["examples"]?[1] == ["line": "growthctl lag ls --by topic", "purpose": "By topic."])
        #expect(
            list["parameters"]?[0] == [
                "kind": "option", "name": "limit", "short": nil, "placeholder": "limit",
                "help": "The most groups to show.", "choices": [], "default": "10", "environment": nil,
                "required": false, "repeated": false,
            ])
        #expect(!document.text().contains("explode"))
        // What is printed is JSON that reads back as the same value.
        #expect(try JSONParser.parse(document.text(.pretty)).value == document)
    }
}
