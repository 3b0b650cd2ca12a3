import Synchronization

/// Keeps the last text that a callback of another thread brought.
final class LatestText: Sendable {
    private let latest = Mutex<String?>(nil)

    var text: String? { latest.withLock { $0 } }

    func set(_ text: String) { latest.withLock { $0 = text } }
}
