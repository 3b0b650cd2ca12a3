import CommandLineTools
import Testing

@Suite struct CommandParserTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let line: String
        let environment: [String: String]
        let expected: String

        init(_ line: String, _ expected: String) {
            self.init(line, [:], expected)
        }

        init(_ line: String, _ environment: [String: String], _ expected: String) {
            self.line = line
            self.environment = environment
            self.expected = expected
        }

        var testDescription: String { line }
        var words: [String] { line.split(separator: " ").map(String.init) }
    }

    /// Output format, limit, since, by, groups, quiet.
    static let understood: [Row] = [
        Row("lag ls", "table 10 - [] [] false"),
        Row("lag list", "table 10 - [] [] false"),
        Row("lag ls a b", "table 10 - [] [a b] false"),
        Row("-o json lag ls", "json 10 - [] [] false"),
        Row("lag -o json ls", "json 10 - [] [] false"),
        Row("lag ls -o json", "json 10 - [] [] false"),
        Row("lag ls -o=json", "json 10 - [] [] false"),
        Row("lag ls -ojson", "json 10 - [] [] false"),
        Row("lag ls -qojson", "json 10 - [] [] true"),
        Row("lag ls -qo json", "json 10 - [] [] true"),
        Row("lag ls --output json", "json 10 - [] [] false"),
        Row("lag ls --output=jsonl a --limit=5 b", "jsonl 5 - [] [a b] false"),
        Row("lag ls --since -15m", "table 10 -15m [] [] false"),
        Row("lag ls --since=-15m", "table 10 -15m [] [] false"),
        Row("lag ls --since @0", "table 10 1970-01-01T00:00:00.000Z [] [] false"),
        Row("lag ls --by topic -b member --by=x", "table 10 - [topic member x] [] false"),
        Row("lag ls --by=", "table 10 - [] [] false"),
        Row("lag ls --by a=b", "table 10 - [a=b] [] false"),
        Row("lag ls -- --limit -o", "table 10 - [] [--limit -o] false"),
        Row("lag ls - -5", "table 10 - [] [- -5] false"),
        Row("lag ls", ["GROWTHCTL_OUTPUT": "json"], "json 10 - [] [] false"),
        Row("lag ls -o table", ["GROWTHCTL_OUTPUT": "json"], "table 10 - [] [] false"),
        Row("lag ls", ["GROWTHCTL_OUTPUT": ""], "table 10 - [] [] false"),
        Row("lag ls", ["GROWTHCTL_BY": "a, b"], "table 10 - [a b] [] false"),
        Row("lag ls", ["GROWTHCTL_QUIET": "true"], "table 10 - [] [] true"),
        Row("lag ls", ["GROWTHCTL_QUIET": "false"], "table 10 - [] [] false"),
        Row("lag ls -q", ["GROWTHCTL_QUIET": "false"], "table 10 - [] [] true"),
    ]

    @Test(arguments: understood)
    func valuesAreTypedAndInOrder(row: Row) throws {
        guard case .run(let parsed) = try SampleTool.root.parse(row.words, environment: row.environment) else {
            Issue.record("not a run")
            return
        }
        let since = parsed[SampleTool.since]?.argumentText ?? "-"
        let by = parsed[SampleTool.by].filter { !$0.isEmpty }.joined(separator: " ")
        let groups = parsed[SampleTool.groups].joined(separator: " ")
        let shown = "\(parsed[SampleTool.output]) \(parsed[SampleTool.limit]) \(since) [\(by)] [\(groups)]"
        #expect(shown + " \(parsed[SampleTool.quiet])" == row.expected)
        #expect(parsed.path == ["growthctl", "lag", "ls"])
    }

    static let refused: [Row] = [
        Row("", "a command is missing: one of lag, topic"),
        Row("lag", "a command is missing: one of ls"),
        Row("lagg ls", "unknown command 'lagg'; did you mean 'lag'?"),
        Row("la ls", "unknown command 'la'; did you mean 'lag'?"),
        Row("lag sl", "unknown command 'sl'; did you mean 'ls'?"),
        Row("quite", "unknown command 'quite'"),
        Row("lag ls --limt 5", "unknown option '--limt'; did you mean '--limit'?"),
        Row("lag ls --limt=5", "unknown option '--limt'; did you mean '--limit'?"),
        Row("lag ls --hepl", "unknown option '--hepl'; did you mean '--help'?"),
        Row("lag ls --nothing-like-it", "unknown option '--nothing-like-it'"),
        Row("lag ls --Limit 5", "unknown option '--Limit'; did you mean '--limit'?"),
        Row("lag ls -x", "unknown option '-x'"),
        Row("lag ls -qx", "unknown option '-x'"),
        Row("lag --limit 5 ls", "unknown option '--limit'"),
        Row("topic purge --explod t", "unknown option '--explod'"),
        Row("lag ls --limit", "option '--limit' needs a value: --limit <limit>"),
        Row(
            "lag ls --limit --by",
            "option '--limit' needs a value and '--by' looks like an option;"
                + " write --limit=VALUE for a value that begins with a dash"),
        Row(
            "lag ls -o --by",
            "option '-o' needs a value and '--by' looks like an option;"
                + " write --output=VALUE for a value that begins with a dash"),
        Row("lag ls --limit 5 --limit 6", "option '--limit' is given more than once"),
        Row("lag ls -o json --output table", "option '--output' is given more than once"),
        Row("lag ls --quiet=true", "option '--quiet' takes no value"),
        Row("lag ls -q=true", "option '-q' takes no value"),
        Row("lag ls --limit abc", "--limit: 'abc' is not an integer from 1 to 1000"),
        Row("lag ls --limit 0", "--limit: '0' is not an integer from 1 to 1000"),
        Row("lag ls --limit +5", "--limit: '+5' is not an integer from 1 to 1000"),
        Row("lag ls --limit=", "--limit: '' is not an integer from 1 to 1000"),
        Row("lag ls --limit 99999999999999999999", "--limit: '99999999999999999999' is not an integer from 1 to 1000"),
        Row("lag ls -o jsn", "--output: 'jsn' is not one of table, json, jsonl; did you mean 'json'?"),
        Row("lag ls -o yaml", "--output: 'yaml' is not one of table, json, jsonl"),
        Row(
            "lag ls --since noon",
            "--since: 'noon' is not a time such as 2026-03-01T12:00:00Z, -15m, @1767225600 or now"),
        Row(
            "lag ls", ["GROWTHCTL_OUTPUT": "x"],
            "--output: 'x' is not one of table, json, jsonl (from GROWTHCTL_OUTPUT)"),
        Row("lag ls", ["GROWTHCTL_QUIET": "1"], "--quiet: '1' is not true or false (from GROWTHCTL_QUIET)"),
        Row("topic purge t", "option '--reason' is required (or set GROWTHCTL_REASON)"),
        Row("topic purge --reason r", "argument '<topic>' is required"),
        Row("topic purge --reason r t end extra", "unexpected argument 'extra'"),
        Row(
            "topic purge --reason r t middle",
            "<offset>: 'middle' is not an offset such as start, end, +10, -10, 1234 or @2026-03-01T12:00:00Z"),
        Row("lag ls --\u{1b}[2J", "unknown option '--\\x1b[2J'"),
        Row("help lag nothing", "unknown command 'nothing'"),
    ]

    @Test(arguments: refused)
    func refusalsSayWhatIsWrong(row: Row) {
        let error = #expect(throws: UsageError.self) {
            try SampleTool.root.parse(row.words, environment: row.environment)
        }
        #expect(error?.description == row.expected)
    }

    static let informed: [Row] = [
        Row("--help", "help growthctl"),
        Row("-h", "help growthctl"),
        Row("lag --help", "help growthctl lag"),
        Row("lag ls --help", "help growthctl lag ls"),
        Row("lag ls --limit 5 -h --nonsense", "help growthctl lag ls"),
        Row("help", "help growthctl"),
        Row("help lag ls", "help growthctl lag ls"),
        Row("lag --help-json", "json growthctl lag"),
        Row("--version", "version"),
        Row("lag ls --version", "version"),
    ]

    @Test(arguments: informed)
    func helpAndVersionNeedNothingElse(row: Row) throws {
        let shown =
            switch try SampleTool.root.parse(row.words) {
            case .run: "run"
            case .help(_, let path): "help " + path.joined(separator: " ")
            case .helpJSON(_, let path): "json " + path.joined(separator: " ")
            case .version: "version"
            }
        #expect(shown == row.expected)
    }

    @Test func aDefaultIsNotGiven() throws {
        guard case .run(let parsed) = try SampleTool.root.parse(["lag", "ls", "--limit", "10"]) else { return }
        #expect(parsed.isGiven(SampleTool.limit))
        #expect(!parsed.isGiven(SampleTool.output))
    }

    @Test func thePathLeadsToTheCommandReached() {
        let error = #expect(throws: UsageError.self) { try SampleTool.root.parse(["lag", "ls", "--x"]) }
        #expect(error?.path == ["growthctl", "lag", "ls"])
    }

    @Test func theSampleTreeIsSound() {
        #expect(SampleTool.root.problems == [])
    }

    @Test func problemsOfATreeAreFound() {
        let root = Command(
            "r", abstract: "", parameters: [Flag("a", short: "x", help: ""), Flag("help", help: "")],
            subcommands: [
                Command(
                    "s", aliases: ["t"], abstract: "",
                    parameters: [
                        Flag("a", help: ""), Flag("b", short: "x", help: ""), Argument<[String]>("many", help: ""),
                        Argument<String>("one", help: ""),
                    ], run: { _ in .success }),
                Command("t", abstract: "", subcommands: []),
            ])
        #expect(
            root.problems == [
                "r: 't' is there twice", "r: --help uses a reserved name", "r s: --a is declared twice",
                "r s: -x is declared twice", "r s: <many> takes all that is left and is not last",
                "r s: <one> is required after <many>, which is not", "r t: neither runs nor has subcommands",
            ])
    }
}
