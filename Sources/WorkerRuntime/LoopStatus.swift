import Schemas
import Synchronization

/// What the other threads may see of a loop: replaced as a whole after each step.
struct LoopSnapshot: Sendable {
    enum Phase: String, Sendable {
        case starting, restoring, running, draining, stopped, failed
    }

    struct Task: Sendable {
        var partition: Int32
        var state: String
        var offsets: [String: Int64]
        var streamTime: Int64
        var transactionNumber: UInt64
    }

    var phase = Phase.starting
    var tasks: [Task] = []
    var lastPollNanoseconds: UInt64 = 0
    var joined = false
    var failure: String?
    var records: UInt64 = 0
    var transactions: UInt64 = 0
    var aborts: UInt64 = 0
    var restarts: UInt64 = 0
    var rebalances: UInt64 = 0
}

/// The one thing a loop shares with the rest of the process.
final class LoopStatus: Sendable {
    let stage: String
    let thread: Int
    private let snapshot = Mutex(LoopSnapshot())

    init(stage: String, thread: Int) {
        self.stage = stage
        self.thread = thread
    }

    func update(_ body: (inout LoopSnapshot) -> Void) { snapshot.withLock { body(&$0) } }
    var current: LoopSnapshot { snapshot.withLock { $0 } }
}
