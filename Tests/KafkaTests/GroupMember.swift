import Kafka

/// A consumer in a group that notes what its listener hears, and does on revoke what a test wants.
final class GroupMember: RebalanceListener {
    let consumer: Consumer
    let batch = RecordBatch()
    private(set) var assigned: Set<TopicPartition> = []
    private(set) var events: [String] = []
    /// What the listener did on a revoke, before the partitions are gone.
    var onRevoke: (_ partitions: [TopicPartition], _ lost: Bool) -> Void = { _, _ in }
    var onAssign: (_ partitions: [TopicPartition], Consumer) -> Void = { _, _ in }

    init(
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

    func assigned(_ partitions: [TopicPartition], consumer: Consumer) {
        assigned.formUnion(partitions)
        events.append("assigned \(partitions.count)")
        onAssign(partitions, consumer)
    }

    func revoked(_ partitions: [TopicPartition], lost: Bool, consumer: Consumer) {
        onRevoke(partitions, lost)
        assigned.subtract(partitions)
        events.append("\(lost ? "lost" : "revoked") \(partitions.count)")
    }

    /// One poll; the records stay in `batch`.
    @discardableResult
    func poll(limit: Int = 1_000, timeoutMilliseconds: Int32 = 50) throws -> PollResult {
        try consumer.poll(into: batch, limit: limit, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// The records taken so far.
    var records: [OwnedRecord] {
        let batch = batch
        return (0..<batch.count).map { batch[$0].owned() }
    }

    /// The values taken so far, as text.
    var values: [String] { records.compactMap(\.value.text) }
}

/// Polls all members in turn until the condition holds; fails the test after 60 seconds.
func pollAll(_ members: [GroupMember], until condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !condition() {
        for member in members { try member.poll() }
        guard ContinuousClock.now < deadline else { throw Bench.Late() }
    }
}
