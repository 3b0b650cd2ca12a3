import Schemas
import Synchronization

/// What the other threads may see of a loop: replaced as a whole after each step.
package struct LoopSnapshot: Sendable {
    package enum Phase: String, Sendable {
        case starting, restoring, running, draining, stopped, failed
    }

    package struct Task: Sendable {
        package var partition: Int32
        package var state: String
        package var offsets: [String: Int64]
        package var streamTime: Int64
        package var transactionNumber: UInt64
    }

    package var phase = Phase.starting
    package var tasks: [Task] = []
    package var lastPollNanoseconds: UInt64 = 0
    package var joined = false
    package var failure: String?
    package var records: UInt64 = 0
    package var transactions: UInt64 = 0
    package var aborts: UInt64 = 0
    package var restarts: UInt64 = 0
    package var rebalances: UInt64 = 0
}

/// The one thing a loop shares with the rest of the process.
package final class LoopStatus: Sendable {
    package let stage: String
    package let thread: Int
    private let snapshot = Mutex(LoopSnapshot())

    package init(stage: String, thread: Int) {
        self.stage = stage
        self.thread = thread
    }

    func update(_ body: (inout LoopSnapshot) -> Void) { snapshot.withLock { body(&$0) } }
    package var current: LoopSnapshot { snapshot.withLock { $0 } }
}
