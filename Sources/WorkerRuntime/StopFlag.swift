import Synchronization

/// How far the end has come; set by signals, read by the loops.
package final class StopFlag: Sendable {
    private let level = Atomic<Int>(0)

    package init() {}

    /// Finish what is open, then end.
    package func drain() { level.bitwiseOr(1, ordering: .relaxed) }
    /// End now; what is open is aborted.
    package func stopNow() { level.bitwiseOr(3, ordering: .relaxed) }

    package var isDraining: Bool { level.load(ordering: .relaxed) != 0 }
    package var isImmediate: Bool { level.load(ordering: .relaxed) & 2 != 0 }
}
