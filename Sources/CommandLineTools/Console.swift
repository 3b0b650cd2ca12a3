import Foundation

/// Where a command prints: data to standard output, words to standard error.
public struct Console: Sendable {
    /// What is known of the terminal behind the streams.
    public var terminal: Terminal
    private let output: @Sendable (String) -> Void
    private let error: @Sendable (String) -> Void
    /// The wall clock, for `generatedAt` and relative times.
    public let now: @Sendable () -> Timestamp

    /// A console that prints through the two closures, which take text as it is.
    public init(
        terminal: Terminal, now: @escaping @Sendable () -> Timestamp, output: @escaping @Sendable (String) -> Void,
        error: @escaping @Sendable (String) -> Void
    ) {
        self.terminal = terminal
        self.output = output
        self.error = error
        self.now = now
    }

    /// The process's own streams and clock.
    public static let standard = Console(
        terminal: .current(), now: { Timestamp.now },
        output: { try? FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) },
        error: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })

    /// Data: the text and a line break, to standard output.
    public func print(_ text: String) { output(text + "\n") }

    /// Data as it is, to standard output.
    public func write(_ text: String) { output(text) }

    /// Words: the text and a line break, to standard error.
    public func say(_ text: String) { error(text + "\n") }

    /// Words as they are, to standard error.
    public func writeError(_ text: String) { error(text) }
}

extension Timestamp {
    /// The wall clock.
    public static var now: Timestamp {
        Timestamp(millisecondsSince1970: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
