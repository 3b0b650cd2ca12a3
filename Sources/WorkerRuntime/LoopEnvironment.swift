import Dispatch
import Foundation

/// What a task loop takes from the machine it runs on: time, waiting and chance.
///
/// Asked a few times for each turn and each transaction, never for each record.
package protocol LoopEnvironment {
    /// Milliseconds since 1970; may jump.
    func wallClockMilliseconds() -> Int64
    /// Nanoseconds that only grow, from an origin of the environment's own.
    func monotonicNanoseconds() -> UInt64
    /// Lets time go by.
    func wait(milliseconds: Int64)
    /// Bytes that nobody can foretell.
    func randomBytes(_ count: Int) -> [UInt8]
}

/// The process's own clocks, its thread and its random numbers.
package struct SystemEnvironment: LoopEnvironment, Sendable {
    package init() {}

    package func wallClockMilliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    package func monotonicNanoseconds() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

    package func wait(milliseconds: Int64) { Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000) }

    package func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
