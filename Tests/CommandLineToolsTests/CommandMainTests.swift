import CommandLineTools
import Testing

@Suite struct CommandMainTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let line: String
        let code: ExitCode
        let output: String
        let error: String

        var testDescription: String { line }
    }

    static let rows: [Row] = [
        Row(line: "lag ls a b", code: .success, output: "table 10 [] [a+b] false\n", error: ""),
        Row(line: "--version", code: .success, output: "growthctl 1.2.3\n", error: ""),
        Row(
            line: "lag ls --limt 1", code: .usage, output: "",
            error: """
                Error: unknown option '--limt'; did you mean '--limit'?
                Run 'growthctl lag ls --help' for what it takes.

                """),
        Row(
            line: "topic purge none --reason r", code: .notFound, output: "",
            error: "Error: there is no topic 'none'\nTry 'growthctl topic ls'.\n"),
        Row(
            line: "topic purge odd --reason r", code: .usage, output: "",
            error: "Error: --reason: too short\nRun 'growthctl topic purge --help' for what it takes.\n"),
        Row(line: "topic purge crash --reason r", code: .failure, output: "", error: "Error: it broke\n"),
        Row(line: "topic purge fine --reason r", code: .partial, output: "", error: ""),
        Row(
            line: "topic purge none --reason r -o json", code: .notFound, output: "",
            error: #"{"apiVersion":"growth/v1","kind":"Error","generatedAt":"2026-03-01T12:00:00.000Z","error":"#
                + #"{"code":4,"reason":"notFound","message":"there is no topic 'none'","#
                + #""hint":"Try 'growthctl topic ls'.","details":{}}}"# + "\n"),
        Row(
            line: "--output=jsonl nonsense", code: .usage, output: "",
            error: #"{"apiVersion":"growth/v1","kind":"Error","generatedAt":"2026-03-01T12:00:00.000Z","error":"#
                + #"{"code":2,"reason":"usage","message":"unknown command 'nonsense'","#
                + #""hint":"Run 'growthctl --help' for what it takes.","details":{}}}"# + "\n"),
    ]

    @Test(arguments: rows)
    func printsAndEndsAsTheContractSays(row: Row) async {
        let recorder = Recorder()
        let code = await SampleTool.root.main(
            row.line.split(separator: " ").map(String.init), version: "1.2.3", environment: [:],
            console: recorder.console())
        #expect(code == row.code)
        #expect(recorder.output == row.output)
        #expect(recorder.error == row.error)
    }

    @Test func anErrorIsRedOnlyOnATerminalThatMayShowColour() async {
        let colours: [(Terminal, String)] = [
            (
                Terminal(outputIsTerminal: true, errorIsTerminal: true, inputIsTerminal: true),
                "\u{1b}[31mError:\u{1b}[0m"
            ),
            (Terminal(outputIsTerminal: true, errorIsTerminal: false, inputIsTerminal: true), "Error:"),
            (
                Terminal(outputIsTerminal: true, errorIsTerminal: true, inputIsTerminal: true, allowsColor: false),
                "Error:"
            ),
        ]
        for (terminal, beginning) in colours {
            let recorder = Recorder()
            _ = await SampleTool.root.main(["x"], version: "1", environment: [:], console: recorder.console(terminal))
            #expect(recorder.error.hasPrefix(beginning + " unknown command 'x'\n"))
        }
    }
}
