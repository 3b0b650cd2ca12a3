import Synchronization

/// How far the end has come; set by signals, read by the loops.
final class StopFlag: Sendable {
    private let level = Atomic<Int>(0)

    /// Finish what is open, then end.
    func drain() { level.bitwiseOr(1, ordering: .relaxed) }
    /// End now; what is open is aborted.
    func stopNow() { level.bitwiseOr(3, ordering: .relaxed) }

    var isDraining: Bool { level.load(ordering: .relaxed) != 0 }
    var isImmediate: Bool { level.load(ordering: .relaxed) & 2 != 0 }
}
