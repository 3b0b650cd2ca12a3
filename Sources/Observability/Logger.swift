/// Writes log lines under a label; swift-log's `Logger` in names and meaning, so that either can stand in.
///
/// A value: a copy with more metadata or another level leaves the original as it is.
public struct Logger: Sendable {
    /// The subsystem: `worker`, `kafka`, `http`.
    public let label: String
    /// Lines below this level are not written, and their messages not built.
    public var logLevel: Level
    /// Written with every line; a line's own metadata wins.
    public var metadata: Metadata
    private let output: LogOutput

    /// Writes to the output, by default the process's, at the output's level.
    public init(label: String, output: LogOutput = .shared, metadata: Metadata = [:]) {
        self.label = label
        self.output = output
        self.metadata = metadata
        logLevel = output.defaultLevel
    }

    /// Severity, least first.
    public enum Level: String, CaseIterable, Comparable, Sendable {
        case trace, debug, info, notice, warning, error, critical

        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .trace: 0
            case .debug: 1
            case .info: 2
            case .notice: 3
            case .warning: 4
            case .error: 5
            case .critical: 6
            }
        }
    }

    /// Facts beside the message.
    public typealias Metadata = [String: MetadataValue]

    /// A text that string literals and interpolations make.
    public struct Message: ExpressibleByStringInterpolation, CustomStringConvertible, Sendable, Equatable {
        public let description: String

        public init(stringLiteral value: String) { description = value }
    }

    /// One fact of the logger's own metadata.
    public subscript(metadataKey key: String) -> MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line when the level is high enough; what is passed is built only then.
    public func log(
        level: Level, _ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil
    ) {
        guard level >= logLevel else { return }
        let facts = metadata().map { self.metadata.merging($0) { _, new in new } } ?? self.metadata
        output.write(level: level, label: label, message: message().description, metadata: facts)
    }

    /// Writes a line at level trace.
    public func trace(_ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil) {
        log(level: .trace, message(), metadata: metadata())
    }

    /// Writes a line at level debug.
    public func debug(_ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil) {
        log(level: .debug, message(), metadata: metadata())
    }

    /// Writes a line at level info.
    public func info(_ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil) {
        log(level: .info, message(), metadata: metadata())
    }

    /// Writes a line at level notice.
    public func notice(_ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil) {
        log(level: .notice, message(), metadata: metadata())
    }

    /// Writes a line at level warning.
    public func warning(_ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil) {
        log(level: .warning, message(), metadata: metadata())
    }

    /// Writes a line at level error.
    public func error(_ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil) {
        log(level: .error, message(), metadata: metadata())
    }

    /// Writes a line at level critical.
    public func critical(_ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil) {
        log(level: .critical, message(), metadata: metadata())
    }
}
