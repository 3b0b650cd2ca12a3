public import Kafka

/// A consumer in a group that notes what its listener hears, and does on revoke what a test wants.
public final class GroupMember: RebalanceListener {
    /// The member itself.
    public let consumer: Consumer
    /// The records it has polled.
    public let batch = RecordBatch()
    /// What it holds now.
    public private(set) var assigned: Set<TopicPartition> = []
    /// What its listener heard, in order.
    public private(set) var events: [String] = []
    /// What the listener did on a revoke, before the partitions are gone.
    public var onRevoke: (_ partitions: [TopicPartition], _ lost: Bool) -> Void = { _, _ in }
    /// What the listener did on an assignment.
    public var onAssign: (_ partitions: [TopicPartition], Consumer) -> Void = { _, _ in }

    /// Joins the group under a name of this bench.
    public init(
        _ bench: Bench, group: String, instanceID: String? = nil, topics: [String],
        _ change: (inout ConsumerSettings) -> Void = { _ in }
    ) throws {
        var settings = ConsumerSettings()
        settings.sessionTimeoutMilliseconds = 6_000
        change(&settings)
        consumer = try Consumer(
            bench.configuration(), group: bench.name(group), instanceID: instanceID, settings: settings)
        consumer.listener = self
        try consumer.subscribe(topics)
    }

    public func assigned(_ partitions: [TopicPartition], consumer: Consumer) {
        assigned.formUnion(partitions)
        events.append("assigned \(partitions.count)")
        onAssign(partitions, consumer)
    }

    public func revoked(_ partitions: [TopicPartition], lost: Bool, consumer: Consumer) {
        onRevoke(partitions, lost)
        assigned.subtract(partitions)
        events.append("\(lost ? "lost" : "revoked") \(partitions.count)")
    }

    /// One poll; the records stay in `batch`.
    @discardableResult
    public func poll(limit: Int = 1_000, timeoutMilliseconds: Int32 = 50) throws -> PollResult {
        try consumer.poll(into: batch, limit: limit, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// The records taken so far.
    public var records: [OwnedRecord] {
        let batch = batch
        return (0..<batch.count).map { batch[$0].owned() }
    }

    /// The values taken so far, as text.
    public var values: [String] { records.compactMap(\.value.text) }
}

/// Polls all members in turn until the condition holds; fails the test after 60 seconds.
public func pollAll(_ members: [GroupMember], until condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !condition() {
        for member in members { try member.poll() }
        guard ContinuousClock.now < deadline else { throw Bench.Late() }
    }
}
