public import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What is known of the terminal that a command talks to.
public struct Terminal: Sendable, Equatable {
    /// Whether standard output is a terminal.
    public var outputIsTerminal: Bool
    /// Whether standard error is a terminal.
    public var errorIsTerminal: Bool
    /// Whether standard input is a terminal, so that somebody can be asked.
    public var inputIsTerminal: Bool
    /// Columns of the output's terminal; nil when output goes to a file or pipe, where nothing is cut or wrapped.
    public var width: Int?
    /// Whether colour and live lines are wanted at all: off under `NO_COLOR`, `GROWTHCTL_NO_COLOR`, `TERM=dumb`.
    public var allowsColor: Bool
    /// Whether the cursor may be moved: off under `TERM=dumb`.
    public var allowsCursor: Bool

    /// A terminal as described; for tests and for output that is forced.
    public init(
        outputIsTerminal: Bool, errorIsTerminal: Bool, inputIsTerminal: Bool, width: Int? = nil,
        allowsColor: Bool = true, allowsCursor: Bool = true
    ) {
        self.outputIsTerminal = outputIsTerminal
        self.errorIsTerminal = errorIsTerminal
        self.inputIsTerminal = inputIsTerminal
        self.width = width
        self.allowsColor = allowsColor
        self.allowsCursor = allowsCursor
    }

    /// No terminal at all, as under cron or in a pipeline.
    public static let none = Terminal(outputIsTerminal: false, errorIsTerminal: false, inputIsTerminal: false)

    /// The process's own, seen now; `COLUMNS`, where it is set, wins over what the terminal says.
    public static func current(environment: [String: String] = ProcessInfo.processInfo.environment) -> Terminal {
        let isDumb = environment["TERM"] == "dumb"
        let output = isatty(1) == 1
        return Terminal(
            outputIsTerminal: output, errorIsTerminal: isatty(2) == 1, inputIsTerminal: isatty(0) == 1,
            width: output ? columns(environment: environment) : nil,
            allowsColor: !isDumb && isUnset("NO_COLOR", environment) && isUnset("GROWTHCTL_NO_COLOR", environment),
            allowsCursor: !isDumb)
    }

    /// Widths outside of this are a terminal that does not know; 80 columns are taken for it.
    static let plausibleWidths = 20...1000

    private static func columns(environment: [String: String]) -> Int {
        if let text = environment["COLUMNS"], let width = Int(text), plausibleWidths.contains(width) { return width }
        var size = winsize()
        let answer = unsafe ioctl(1, UInt(TIOCGWINSZ), &size)
        guard answer == 0, plausibleWidths.contains(Int(size.ws_col)) else { return 80 }
        return Int(size.ws_col)
    }

    // The convention of no-color.org: any value but the empty one counts.
    private static func isUnset(_ name: String, _ environment: [String: String]) -> Bool {
        environment[name, default: ""].isEmpty
    }
}
