/// Where the broker's few words go: one line for each connection refused or closed for a reason, and for its own life.
public struct BrokerLog: Sendable {
    /// How much a line matters.
    public enum Level: String, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }
    }

    /// One line.
    public struct Line: Sendable {
        public var level: Level
        /// Milliseconds since 1970.
        public var time: Int64
        public var message: String
    }

    /// Lines below this level are not made.
    public var level: Level
    private let write: @Sendable (Line) -> Void

    /// A log that hands its lines to a closure, on the broker's thread.
    public init(level: Level = .info, write: @escaping @Sendable (Line) -> Void) {
        self.level = level
        self.write = write
    }

    /// No words at all.
    public static let silent = BrokerLog(level: .error) { _ in }

    func callAsFunction(_ level: Level, _ message: @autoclosure () -> String) {
        guard level >= self.level else { return }
        write(Line(level: level, time: WallClock.milliseconds, message: message()))
    }
}
