import Foundation
import Simulation
import Testing

/// The runtime's own code on seeded schedules of crashes, stalls, lost answers and rebalances.
@Suite("Schedules", .serialized) struct ScheduleTests {
    /// How many schedules; `SIMULATION_SCHEDULES` makes it more.
    private static let count = UInt64(ProcessInfo.processInfo.environment["SIMULATION_SCHEDULES"] ?? "") ?? 300

    @Test("one seed, one run: the same steps, the same trace", arguments: [1, 7, 42] as [UInt64])
    func repeats(seed: UInt64) {
        let runner = ScheduleRunner()
        #expect(runner.run(seed: seed) == runner.run(seed: seed))
    }

    @Test("the runtime keeps every promise")
    func holds() {
        let runner = ScheduleRunner()
        for seed in 1...Self.count {
            let outcome = runner.run(seed: seed)
            guard outcome.violation != nil else { continue }
            let short = runner.shorten(outcome)
            Issue.record("seed \(seed): \(outcome.violation.map { "\($0)" } ?? "") by \(short.perturbations)")
            return
        }
    }
}
