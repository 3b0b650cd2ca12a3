import CommandLineTools
import Testing

@Suite struct TerminalTests {
    @Test(
        arguments: [
            ([:], true, true), (["NO_COLOR": "1"], false, true), (["NO_COLOR": ""], true, true),
            (["GROWTHCTL_NO_COLOR": "x"], false, true),
            (["TERM": "dumb"], false, false), (["TERM": "xterm"], true, true),
        ] as [([String: String], Bool, Bool)])
    func theEnvironmentSaysWhetherColourIsWanted(environment: [String: String], color: Bool, cursor: Bool) {
        let terminal = Terminal.current(environment: environment)
        #expect(terminal.allowsColor == color)
        #expect(terminal.allowsCursor == cursor)
    }

    @Test func stylesNeedATerminalThatAllowsThem() {
        var terminal = Terminal(outputIsTerminal: true, errorIsTerminal: false, inputIsTerminal: true)
        #expect(terminal.styled("x", .green) == "\u{1b}[32mx\u{1b}[0m")
        #expect(terminal.styledError("x", .green) == "x")
        terminal.allowsColor = false
        #expect(terminal.styled("x", .green) == "x")
    }

    @Test func widthIsUnknownWithoutATerminal() {
        #expect(Terminal.none.width == nil)
    }
}
