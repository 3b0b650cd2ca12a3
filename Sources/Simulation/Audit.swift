import Kafka
import Schemas
import StateStore
import WorkerRuntime

/// Checks what can be checked while a schedule runs.
final class Audit {
    /// Loops that are told, right now, that they have lost their partitions.
    private var losing: [ObjectIdentifier: Int] = [:]
    private(set) var violation: Violation?
    private var offsets: [[Kafka.TopicPartition: Int64]] = [[:], [:]]
    private var calls = 0

    private static let callsPerLook = 6

    func revokes(_ place: SimulatedClient.LoopPlace, isLost: Bool) {
        if isLost { losing[ObjectIdentifier(place.life)] = place.stage }
    }

    func revoked(_ place: SimulatedClient.LoopPlace) { losing[ObjectIdentifier(place.life)] = nil }

    /// A loop adds offsets to its transaction.
    func commits(_ place: SimulatedClient.LoopPlace) {
        guard losing[ObjectIdentifier(place.life)] == place.stage, violation == nil else { return }
        violation = Violation(.noCommitAfterLoss, "stage \(place.stage) of \(place.life.process.instanceID)")
    }

    /// Looks at the groups' offsets now and then: they only grow.
    func checkOffsets(_ world: World) {
        if let violation { return world.fail(violation) }
        calls += 1
        guard calls % Self.callsPerLook == 0, !world.scenario.expectsContradictions else { return }
        for stage in world.scenario.stages.indices {
            let found = world.committedOffsets(stage)
            for (name, before) in offsets[stage] {
                guard let now = found[name], now >= before else {
                    return world.fail(
                        Violation(
                            .offsetsNeverGoBack, "\(name) from \(before) to \(found[name].map(String.init) ?? "none")")
                    )
                }
            }
            offsets[stage] = found
        }
    }

    /// Whether a loop that gave up was right to.
    func judge(_ failure: any Error, _ world: World) -> Violation? {
        if let failure = failure as? RuntimeFailure {
            switch failure {
            case .fencedRepeatedly: return nil
            case .stateContradictsOffsets:
                if world.scenario.expectsContradictions {
                    world.untamper()
                    return nil
                }
                return Violation(.noStoreWiped, "\(failure)")
            case .undeclaredOutput, .undeclaredTable, .effectUnavailable, .unreadableState, .timerRejected,
                .inputDeleted,
                .topics:
                return Violation(.noFailure, "\(failure)")
            }
        }
        // An answer that did not come in time ends the process, and its supervisor starts it again.
        if failure is KafkaError { return nil }
        return Violation(.noFailure, "\(failure)")
    }
}
