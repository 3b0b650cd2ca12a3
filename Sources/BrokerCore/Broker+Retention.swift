extension Broker {
    /// How often producers that have been silent for long are forgotten, in milliseconds; as often as Kafka does.
    private static let producerCheckIntervalMs: Int64 = 600_000

    /// Lets go of what retention and compaction take.
    func tickLogs() {
        guard !topics.isEmpty, now >= logDeadline ?? .max else { return }
        topics.checkedAt = now
        for topic in topics.all {
            for index in topic.logs.indices { clean(topic, Int32(clamping: index), topic.logs[index]) }
        }
        forgetProducers()
    }

    var logDeadline: Int64? {
        if topics.isEmpty { return nil }
        return topics.checkedAt.map { $0 &+ max(1, configuration.retentionCheckIntervalMs) } ?? now
    }

    private func clean(_ topic: Topic, _ partition: Int32, _ log: PartitionLog) {
        if let start = log.retainedStart(topic.settings, now: now) {
            record(.logStartMoved(topic: topic.name, partition: partition, offset: start))
        }
        guard log.needsCompaction(topic.settings, now: now) else { return }
        let compaction = Compaction(log, topic.settings, now: now)
        if compaction.isChanged {
            record(
                .compacted(topic: topic.name, partition: partition, batches: compaction.batches, end: log.end))
        }
        log.compactedTo = compaction.end
        log.deleteHorizon = compaction.deleteHorizon
    }

    private func forgetProducers() {
        guard now >= (topics.checkedProducersAt ?? .min) else { return }
        topics.checkedProducersAt = now &+ Self.producerCheckIntervalMs
        for topic in topics.all {
            for log in topic.logs { log.forgetProducers(silentSince: now &- configuration.producerIDExpirationMs) }
        }
    }
}
