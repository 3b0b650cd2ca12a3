import Foundation
import Synchronization

/// Where log lines go and how they look. One per process is enough; loggers share it.
public final class LogOutput: Sendable {
    /// How a line looks.
    public enum Format: String, CaseIterable, Sendable {
        /// A JSON object with the metadata beside the other members; a key that would hide one of them gets a `_`.
        case json
        /// A JSON object with the metadata in a member `metadata`.
        case nestedJSON = "json-nested"
        /// For a person: `2026-03-01T12:00:00.000Z INFO worker: joined group=fraud.claims`.
        case text
    }

    private let sink: @Sendable ([UInt8]) -> Void
    private let now: @Sendable () -> Int64
    private struct Settings {
        var format: Format
        var level: Logger.Level
    }
    private let settings: Mutex<Settings>
    private let writing = Mutex(())

    /// The sink takes one whole line with its line break, one call at a time. `now` tells milliseconds since 1970.
    public init(
        format: Format = .json, level: Logger.Level = .info,
        now: @escaping @Sendable () -> Int64 = LogOutput.wallClock, sink: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.sink = sink
        self.now = now
        settings = Mutex(Settings(format: format, level: level))
    }

    /// The process's standard error: one write(2) for each line.
    public static let shared = LogOutput(sink: { line in
        // A log that cannot be written has nowhere to complain to.
        try? FileHandle.standardError.write(contentsOf: Data(line))
    })

    /// The wall clock in milliseconds since 1970.
    public static let wallClock: @Sendable () -> Int64 = {
        Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))
    }

    /// The level that loggers made from now on begin with.
    public var defaultLevel: Logger.Level {
        get { settings.withLock { $0.level } }
        set { settings.withLock { $0.level = newValue } }
    }

    /// How lines look from now on.
    public var format: Format {
        get { settings.withLock { $0.format } }
        set { settings.withLock { $0.format = newValue } }
    }

    func write(level: Logger.Level, label: String, message: String, metadata: Logger.Metadata) {
        let line = LogLine(
            time: RFC3339.text(milliseconds: now()), level: level, label: label, message: message, metadata: metadata)
        let bytes = line.bytes(format)
        // Held over the write, so that a line longer than a pipe's atomic size is not cut by another's.
        writing.withLock { _ in sink(bytes) }
    }
}
