import Simulation
import Testing
import WorkerRuntime

/// What the simulator is worth: each of these deliberate bugs of the loop is found within the stated number of schedules.
///
/// `PlantedFault` has more; those are not found yet.
@Suite("Planted faults", .serialized) struct PlantedFaultTests {
    struct Row: Sendable, CustomStringConvertible {
        var fault: PlantedFault
        /// Schedules, from seed 1 on, within which it must be found.
        var limit: UInt64

        var description: String { fault.rawValue }
    }

    static let rows: [Row] = [
        Row(fault: .writeStateBeforeCommit, limit: 5),
        Row(fault: .commitPositionInsteadOfDecided, limit: 5),
        Row(fault: .keepOverlayOnAbort, limit: 60),
        Row(fault: .skipInitTransactions, limit: 10),
        Row(fault: .applyBatchTwice, limit: 5),
        Row(fault: .skipRewindOnAbort, limit: 20),
        Row(fault: .dropDeadLetter, limit: 5),
        Row(fault: .dropDeadLetterOffset, limit: 20),
        Row(fault: .staleGroupMetadata, limit: 20),
        Row(fault: .skipProgressRecord, limit: 5),
        Row(fault: .storeOpenedBeforeRestoreDone, limit: 20),
    ]

    @Test("is found", arguments: rows)
    func isFound(row: Row) {
        let runner = ScheduleRunner(plantedFaults: [row.fault])
        let found = (1...row.limit).first { runner.run(seed: $0).violation != nil }
        #expect(found != nil, "\(row.fault) was not found within \(row.limit) schedules")
    }
}
