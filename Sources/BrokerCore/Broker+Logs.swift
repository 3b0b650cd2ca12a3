import KafkaProtocol

extension Broker {
    /// Brings a change of topics, logs or the broker's settings into the state.
    func applyToLogs(_ change: Change) {
        switch change {
        case .topicCreated(let name, let id, let partitions, let configuration):
            let count = min(max(0, Int(partitions)), self.configuration.partitionLimit)
            topics.add(
                Topic(
                    name: name, id: id, logs: (0..<count).map { _ in PartitionLog() }, configuration: configuration,
                    settings: settings(configuration)))
        case .topicDeleted(let name):
            fetches.touch(topics.topic(name))
            topics.remove(name)
        case .partitionsAdded(let name, let total):
            topics.grow(name, to: min(total, Int32(clamping: configuration.partitionLimit)))
        case .topicConfigured(let name, let configuration):
            topics.configure(name, configuration, settings(configuration))
        case .brokerConfigured(let configuration):
            dynamicConfiguration = configuration
            for topic in topics.all { topics.configure(topic.name, topic.configuration, settings(topic.configuration)) }
        case .appended(let name, let partition, let batch):
            applyToLog(name, partition) { $0.append(batch, $1) }
        case .logStartMoved(let name, let partition, let offset):
            applyToLog(name, partition) { log, _ in log.moveStart(to: offset) }
        case .compacted(let name, let partition, let batches, let end):
            applyToLog(name, partition) { $0.replace(batches, end: end, $1) }
        case .producerKept(let name, let partition, let producer):
            applyToLog(name, partition) { log, _ in log.keep(producer) }
        case .producerIDsUsed, .transaction, .transactionForgotten, .offset, .offsetsPending, .offsetsResolved, .group,
            .groupForgotten:
            break
        }
    }

    private func applyToLog(_ name: String, _ partition: Int32, _ change: (PartitionLog, TopicSettings) -> Void) {
        guard let topic = topics.topic(name), let log = topic.log(partition) else { return }
        change(log, topic.settings)
        fetches.touch(TopicPartition(name, partition))
    }

    /// The topics and logs as changes that rebuild them in an empty broker.
    func logSnapshot() -> [Change] {
        var changes: [Change] = []
        if !dynamicConfiguration.isEmpty { changes.append(.brokerConfigured(configuration: dynamicConfiguration)) }
        for topic in topics.all {
            changes.append(
                .topicCreated(
                    name: topic.name, id: topic.id, partitions: Int32(clamping: topic.logs.count),
                    configuration: topic.configuration))
            for (index, log) in topic.logs.enumerated() {
                changes += snapshot(of: log, topic.name, Int32(clamping: index))
            }
        }
        return changes
    }

    private func snapshot(of log: PartitionLog, _ topic: String, _ partition: Int32) -> [Change] {
        let batches = log.batches
        var changes: [Change] = batches.map { .appended(topic: topic, partition: partition, batch: $0.bytes) }
        // The last batch may be gone, the end stays.
        if log.end > (batches.last?.lastOffset ?? -1) &+ 1 {
            changes = [.compacted(topic: topic, partition: partition, batches: batches.map(\.bytes), end: log.end)]
        }
        if log.start > 0 { changes.append(.logStartMoved(topic: topic, partition: partition, offset: log.start)) }
        // Also where the batches say it: what they do not say any more is the rest of it.
        for (_, producer) in log.producers.sorted(by: { $0.key < $1.key }) {
            changes.append(.producerKept(topic: topic, partition: partition, producer))
        }
        return changes
    }

    /// Writes a transaction's end into a partition; nothing if there is no such partition.
    func appendMarker(
        _ kind: ControlRecord.Kind, producerID: Int64, epoch: Int16, coordinatorEpoch: Int32,
        to partition: TopicPartition
    ) {
        guard let log = topics.log(partition), log.end < .max else { return }
        var batch = ControlRecord(kind: kind, coordinatorEpoch: coordinatorEpoch).batch(
            producerID: producerID, producerEpoch: epoch, time: now)
        RecordBatchCodec.assign(baseOffset: log.end, leaderEpoch: Self.leaderEpoch, to: &batch)
        record(.appended(topic: partition.topic, partition: partition.partition, batch: batch))
    }

    /// There is one node and it never gives a partition away, so that leadership never changes.
    static let leaderEpoch: Int32 = 0
}
