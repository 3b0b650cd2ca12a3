import KafkaProtocol

/// One life of a simulated process, from its start to its end.
final class Life {
    unowned let process: SimulatedProcess
    private(set) var isDead = false
    /// Until then nothing of the process happens; what it sent is under way all the same.
    private(set) var stalledUntil: Int64 = 0
    /// What happens to the process at a client call of the schedule's choice.
    var trap: CallTrap?
    /// How many of the next records the client refuses to take.
    var refusedSends = 0
    /// Milliseconds that each of the next writes to the disk takes.
    var diskDelays: [Int64] = []

    /// Until then its clients do nothing by themselves: after a stall they may wake later than the application.
    private(set) var clientsStalledUntil: Int64 = 0

    init(_ process: SimulatedProcess) { self.process = process }

    func stall(until end: Int64, clientsUntil clientsEnd: Int64) {
        stalledUntil = max(stalledUntil, end)
        clientsStalledUntil = max(clientsStalledUntil, clientsEnd)
    }

    func resume() {
        stalledUntil = 0
        clientsStalledUntil = 0
    }

    func end() {
        isDead = true
        trap = nil
    }

    func isStalled(at now: Int64) -> Bool { now < stalledUntil }

    func areClientsStalled(at now: Int64) -> Bool { now < clientsStalledUntil }
}

/// A death or a stall at the n-th client call from now on.
struct CallTrap {
    enum Outcome {
        case death(DiskAfterCrash)
        case stall(milliseconds: Int64)
    }

    enum Place: Int, CaseIterable {
        /// Before the request is sent.
        case beforeSend
        /// The request is on the wire.
        case afterSend
        /// The answer has come.
        case afterReply
        /// Before the state is written.
        case atDisk
    }

    var place: Place
    /// Which request it must be; nil for any call.
    var api: ApiKey?
    var calls: Int
    var outcome: Outcome
}

/// What a crash leaves of the write buffers.
enum DiskAfterCrash: Int, CaseIterable {
    case keepsBuffers
    case losesBuffers
    /// Some of the newest batches are lost, for each store another number.
    case losesSome
    /// The disk comes back empty.
    case wiped
}
