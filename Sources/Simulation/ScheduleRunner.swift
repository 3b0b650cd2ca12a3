package import WorkerRuntime

/// Runs schedules and says what came of them.
package struct ScheduleRunner: Sendable {
    /// What one schedule came to.
    package struct Outcome: Equatable, Sendable {
        package var seed: UInt64
        package var violation: Violation?
        /// Equal for equal runs.
        package var traceDigest: UInt64
        package var steps: Int
        package var perturbations: [Perturbation]
        package var counts: SimulationCounts
    }

    package var plantedFaults: Set<PlantedFault>
    package init(plantedFaults: Set<PlantedFault> = []) { self.plantedFaults = plantedFaults }

    /// Runs the schedule of a seed.
    package func run(seed: UInt64) -> Outcome {
        let scenario = Scenario(seed: seed, plantedFaults: plantedFaults)
        return run(scenario, Perturbation.draw(scenario))
    }

    /// Runs a schedule with these perturbations in place of its own.
    package func run(_ scenario: Scenario, _ perturbations: [Perturbation]) -> Outcome {
        let world = World(scenario, perturbations)
        world.run()
        var counts = world.counts
        counts[.schedules] = 1
        return Outcome(
            seed: scenario.seed, violation: world.violation, traceDigest: world.trace.value, steps: world.step,
            perturbations: perturbations, counts: counts)
    }

    /// Leaves out every perturbation of a failing schedule that its failure does not need.
    ///
    /// What is left breaks the same promise. Each try is a run; there are at most as many as the square of the list.
    package func shorten(_ outcome: Outcome) -> Outcome {
        guard let violation = outcome.violation else { return outcome }
        let scenario = Scenario(seed: outcome.seed, plantedFaults: plantedFaults)
        var best = outcome
        var isShorter = true
        while isShorter {
            isShorter = false
            for index in best.perturbations.indices.reversed() {
                var fewer = best.perturbations
                fewer.remove(at: index)
                let again = run(scenario, fewer)
                guard again.violation?.invariant == violation.invariant else { continue }
                best = again
                isShorter = true
            }
        }
        return best
    }
}
