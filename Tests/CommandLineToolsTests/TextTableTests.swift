import CommandLineTools
import Testing

@Suite struct TextTableTests {
    private static func table() -> TextTable {
        var table = TextTable([
            .init("GROUP", minimumWidth: 6), .number("LAG"), .init("STATUS"),
            .init("NOTE", isWide: true, minimumWidth: 4),
        ])
        table.append(["fraud.claims", "1,234", "OK", "first"])
        table.append(["tagging.profiles.long", "7", "STALLED", ""])
        table.append(["日本", "12", "OK", "wide é"])
        return table
    }

    @Test func columnsAreAligned() throws {
        #expect(
            try Self.table().text() == """
                GROUP                    LAG  STATUS
                fraud.claims           1,234  OK
                tagging.profiles.long      7  STALLED
                日本                      12  OK

                """)
    }

    @Test func wideColumnsAndHeadersAreChosen() throws {
        #expect(
            try Self.table().text(.init(showsWide: true, showsHeaders: false)) == """
                fraud.claims           1,234  OK       first
                tagging.profiles.long      7  STALLED
                日本                      12  OK       wide é

                """)
    }

    @Test func columnsAreChosenByNameInAnyCaseAndOrder() throws {
        #expect(
            try Self.table().text(.init(columns: ["note", "Lag"]))
                == "NOTE      LAG\nfirst   1,234\n            7\nwide é     12\n")
        let error = #expect(throws: UsageError.self) { try Self.table().text(.init(columns: ["stat"])) }
        #expect(
            error?.description
                == "there is no column 'stat'; there are group, lag, status, note; did you mean 'status'?")
    }

    @Test func aNarrowTerminalCutsTheWidestColumnThatMayBeCut() throws {
        #expect(
            try Self.table().text(width: 30) == """
                GROUP             LAG  STATUS
                fraud.claims    1,234  OK
                tagging.profi…      7  STALLED
                日本               12  OK

                """)
        // Numbers and statuses are never cut, even where the line no longer fits.
        #expect(
            try Self.table().text(width: 5) == """
                GROUP     LAG  STATUS
                fraud…  1,234  OK
                taggi…      7  STALLED
                日本       12  OK

                """)
    }

    @Test func aWideCharacterIsNotCutInHalf() throws {
        var table = TextTable([.init("X", minimumWidth: 1)])
        table.append(["日本語"])
        #expect(try table.text(width: 4) == "X\n日…\n")
        #expect(try table.text(width: 6) == "X\n日本語\n")
        #expect(try table.text(width: 1) == "X\n…\n")
    }

    @Test func controlCharactersDoNotReachTheTerminal() throws {
        var table = TextTable([.init("KEY")])
        table.append(["a\u{1b}[31mred\nline\u{9b}\u{202e}"])
        #expect(try table.text() == "KEY\na\\x1b[31mred\\nline\\x9b\\u{202e}\n")
    }

    @Test func anEmptyTableIsItsHeaders() throws {
        #expect(try TextTable([.init("A"), .number("B")]).text() == "A  B\n")
        #expect(try TextTable([.init("A")]).text(.init(showsHeaders: false)) == "")
    }

    @Test func csvQuotesWhatMustBe() throws {
        var table = TextTable([.init("a"), .init("b,c")])
        table.append(["x\"y", "line\nbreak"])
        table.append(["plain", ""])
        #expect(try table.csv() == "a,\"b,c\"\r\n\"x\"\"y\",\"line\nbreak\"\r\nplain,\r\n")
        #expect(try table.csv(.init(columns: ["A"], showsHeaders: false)) == "\"x\"\"y\"\r\nplain\r\n")
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("😀", 2), ("👨‍👩‍👧", 2), ("한", 2), ("ﾊ", 1), ("Ａ", 2),
        ("☀\u{FE0F}", 2),
        ("\u{200B}", 0), ("🇩🇪", 2), ("→", 1),
    ])
    func widthsAreThoseOfTheTerminal(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }
}
