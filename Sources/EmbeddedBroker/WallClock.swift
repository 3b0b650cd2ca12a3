import Foundation

/// Milliseconds since 1970 that never jump: the machine's clock at the start, and the time that has passed since.
///
/// A clock that is set back must not keep sessions and transactions alive, nor one that is set ahead end them.
enum WallClock {
    private static let start = (time: Date().timeIntervalSince1970, instant: ContinuousClock.now)

    static var milliseconds: Int64 {
        let start = start
        let passed = start.instant.duration(to: .now)
        return Int64(start.time * 1_000) + Int64(passed / .milliseconds(1))
    }
}
