import KafkaProtocol

/// A Kafka broker as a deterministic state machine: requests and time in, answers out.
///
///     shell ── handle(request, at) ─▶ decide ─▶ record(Change) ─▶ apply ─▶ state
///           ◀── [Effect] ───────────────┘            └─▶ takeChanges() ─▶ journal
///
/// It has no sockets, no threads, no clock and no randomness; the same calls give the same bytes. One owner at a time
/// uses it. Times are milliseconds since 1970 and never run backwards: an earlier `now` counts as the latest seen.
public final class Broker {
    public let configuration: BrokerConfiguration
    var topics = TopicTable()
    var groups = GroupTable()
    var transactions = TransactionTable()
    var fetches = WaitingFetches()
    /// Settings of the broker itself, as clients altered them.
    var dynamicConfiguration: [String: String] = [:]

    private var effects: [Effect] = []
    private var changes: [Change] = []
    private var identifiers: UInt64
    private(set) var now: Int64 = 0

    public init(_ configuration: BrokerConfiguration = BrokerConfiguration()) {
        self.configuration = configuration
        identifiers = configuration.seed
    }

    // MARK: The shell's side

    /// Takes a request; its answer is among the effects, now or of a later call.
    public func handle(_ request: Request, at time: Int64) -> [Effect] {
        now = max(now, time)
        dispatch(request)
        completeFetches()
        return takeEffects()
    }

    /// Does what time alone brings: time-outs of sessions, rebalances, transactions and fetches; retention.
    public func tick(at time: Int64) -> [Effect] {
        now = max(now, time)
        tickGroups()
        tickTransactions()
        tickLogs()
        completeFetches()
        return takeEffects()
    }

    /// When `tick` has something to do next; nil if nothing waits for time.
    public var nextDeadline: Int64? {
        [groupDeadline, transactionDeadline, logDeadline, fetches.nextDeadline].compactMap(\.self).min()
    }

    /// Forgets what a closed connection was waiting for.
    public func disconnected(_ connection: ConnectionID, at time: Int64) -> [Effect] {
        now = max(now, time)
        fetches.remove(connection)
        disconnectGroups(connection)
        completeFetches()
        return takeEffects()
    }

    /// The durable changes since the last call, in order; empty unless the configuration records them.
    public func takeChanges() -> [Change] {
        defer { changes.removeAll(keepingCapacity: true) }
        return changes
    }

    /// Brings one change into the state: live, and after a restart.
    public func apply(_ change: Change) {
        switch change {
        case .topicCreated, .topicDeleted, .partitionsAdded, .topicConfigured, .brokerConfigured, .appended,
            .logStartMoved, .compacted, .producerKept:
            applyToLogs(change)
        case .producerIDsUsed, .transaction, .transactionForgotten:
            applyToTransactions(change)
        case .offset, .offsetsPending, .offsetsResolved, .group, .groupForgotten:
            applyToGroups(change)
        }
    }

    /// The state as changes: applied to an empty broker they give this one back, waiting requests left out.
    public func snapshot() -> [Change] { logSnapshot() + transactionSnapshot() + groupSnapshot() }

    /// Starts service after changes were applied: sessions and time-outs begin anew.
    public func resume(at time: Int64) {
        now = max(now, time)
        resumeGroups()
        resumeTransactions()
    }

    // MARK: For the parts

    /// Decides a durable change: it takes effect now and is handed to the journal.
    func record(_ change: Change) {
        apply(change)
        if configuration.recordsChanges { changes.append(change) }
    }

    func reply(_ connection: ConnectionID, _ body: ResponseBody) { effects.append(.reply(connection, body)) }

    func done(_ connection: ConnectionID) { effects.append(.done(connection)) }

    func close(_ connection: ConnectionID, _ reason: String) { effects.append(.close(connection, reason: reason)) }

    private func takeEffects() -> [Effect] {
        defer { effects.removeAll(keepingCapacity: true) }
        return effects
    }

    /// A number that no other call gives, made from the seed (SplitMix64).
    func nextIdentifier() -> UInt64 {
        identifiers &+= 0x9e37_79b9_7f4a_7c15
        var mixed = identifiers
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    func nextUUID() -> KafkaUUID { KafkaUUID(high: nextIdentifier(), low: nextIdentifier()) }
}
