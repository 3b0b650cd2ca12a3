/// Progress on standard error: one live line on a terminal, otherwise a plain line at most every ten seconds.
public struct ProgressBar: Sendable {
    /// The least time between two plain lines.
    public static let plainInterval: Duration = .seconds(10)
    /// The least time between two redraws of the live line.
    public static let liveInterval: Duration = .milliseconds(100)

    private let title: String
    private let unit: String
    private let total: Int64?
    private let console: Console
    private let clock: @Sendable () -> Duration
    private let started: Duration
    private var lastShown: Duration?
    private let isLive: Bool

    /// A total of nil is not known. The clock tells time since any fixed moment; it is a parameter for tests.
    public init(
        _ title: String, unit: String = "records", total: Int64?, console: Console,
        clock: @escaping @Sendable () -> Duration = ProgressBar.steadyClock
    ) {
        self.title = title
        self.unit = unit
        self.total = total
        self.console = console
        self.clock = clock
        started = clock()
        isLive = console.terminal.errorIsTerminal && console.terminal.allowsCursor
        // The first plain line is due an interval after the start: short work prints none.
        lastShown = isLive ? nil : started
    }

    /// Time since a moment fixed per process, on a clock that never steps back.
    public static let steadyClock: @Sendable () -> Duration = {
        let origin = ContinuousClock.now
        return { origin.duration(to: .now) }
    }()

    /// Shows how much is done when it is time to show something.
    public mutating func update(_ done: Int64) {
        let now = clock()
        let interval = isLive ? Self.liveInterval : Self.plainInterval
        if let lastShown, now - lastShown < interval { return }
        lastShown = now
        show(done, now: now, ends: false)
    }

    /// Shows the last state and leaves the line.
    public mutating func finish(_ done: Int64) {
        show(done, now: clock(), ends: true)
    }

    private func show(_ done: Int64, now: Duration, ends: Bool) {
        let text = ControlCharacters.spelledOut(status(done, elapsed: now - started, ends: ends))
        guard isLive else { return console.say(text) }
        let width = console.terminal.width ?? 80
        console.writeError("\r\u{1b}[K" + TextTable.cut(text, to: width - 1) + (ends ? "\n" : ""))
    }

    private func status(_ done: Int64, elapsed: Duration, ends: Bool) -> String {
        let milliseconds = max(0, DurationText.milliseconds(of: elapsed))
        let rate = milliseconds > 0 ? Double(done) * 1000 / Double(milliseconds) : 0
        var text = title + (isLive ? bar(done) : ":") + " " + NumberText.grouped(done)
        if let total { text += " of " + NumberText.grouped(total) }
        text += " " + unit
        if let total, total > 0 { text += ", \(percent(done, of: total))%" }
        text += ", \(NumberText.compact(rate))/s"
        if ends { return text + ", took " + DurationText.short(milliseconds: milliseconds) }
        if let total, rate > 0, total > done {
            let left = (Double(total - done) / rate * 1000).rounded()
            // An estimate beyond a year tells only that nothing moves.
            if left < 365 * 86_400_000 { text += ", \(DurationText.short(milliseconds: Int64(left))) left" }
        }
        return text
    }

    private func percent(_ done: Int64, of total: Int64) -> Int {
        // Rounded down, so that 100 is said only when all is done.
        Int((min(1, max(0, Double(done) / Double(total))) * 100).rounded(.down))
    }

    private func bar(_ done: Int64) -> String {
        guard let total, total > 0 else { return "" }
        let cells = 20
        let filled = percent(done, of: total) * cells / 100
        return " [" + String(repeating: "#", count: filled) + String(repeating: "-", count: cells - filled) + "]"
    }
}
