import Foundation
import Synchronization

/// A file that lines are added to, each in one write, and that is on disk before `append` returns.
///
/// Several processes may add to one file: the operating system puts each write at the end as it then is.
final class AppendOnlyFile: Sendable {
    private struct State {
        let descriptor: Int32
        /// Whether the last line is torn; the next one then begins with a line break, and only the torn one is lost.
        var isTorn: Bool
    }

    private let state: Mutex<State>

    /// Opens the file, making it where there is none, readable by its owner alone.
    init(path: String) throws(ProviderError) {
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC
        let descriptor = unsafe open(path, flags, 0o600)
        guard descriptor >= 0 else { throw .unusableFile(path: path, reason: Self.reason(errno)) }
        var last: UInt8 = 0x0A
        let length = lseek(descriptor, 0, SEEK_END)
        if length > 0 {
            // Safe: one byte is read into one byte.
            let count = unsafe pread(descriptor, &last, 1, length - 1)
            guard count == 1 else {
                close(descriptor)
                throw .unusableFile(path: path, reason: "its end cannot be read")
            }
        }
        state = Mutex(State(descriptor: descriptor, isTorn: last != 0x0A))
    }

    deinit {
        state.withLock { _ = close($0.descriptor) }
    }

    /// Adds the lines and waits until they are on disk; returns what failed, nil where a line is safe.
    func append(_ lines: [[UInt8]]) -> [String?] {
        state.withLock { state in
            var failures = lines.map { Self.write($0, &state) }
            guard failures.contains(nil) else { return failures }
            if fsync(state.descriptor) != 0 {
                let reason = Self.reason(errno)
                failures = failures.map { $0 ?? reason }
            }
            return failures
        }
    }

    private static func write(_ line: [UInt8], _ state: inout State) -> String? {
        let bytes = (state.isTorn ? [0x0A] : []) + line + [0x0A]
        // Safe: the array lives through the call and its count goes with it.
        let written = unsafe Foundation.write(state.descriptor, bytes, bytes.count)
        guard written >= 0 else { return reason(errno) }
        state.isTorn = written > 0 ? written < bytes.count : state.isTorn
        return written == bytes.count ? nil : "only \(written) of \(bytes.count) bytes written"
    }

    private static func reason(_ number: Int32) -> String {
        POSIXErrorCode(rawValue: number).map { "\($0)" } ?? "errno \(number)"
    }
}
