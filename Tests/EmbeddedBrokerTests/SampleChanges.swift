import BrokerCore
import KafkaProtocol

/// One change of every kind, and some with unusual values.
enum SampleChanges {
    static let all: [Change] = [
        .topicCreated(
            name: "orders", id: KafkaUUID(high: 1, low: .max), partitions: 3,
            configuration: ["cleanup.policy": "compact", "retention.ms": "-1", "": ""]),
        .topicCreated(name: "", id: .zero, partitions: 0, configuration: [:]),
        .topicDeleted(name: "größer/\u{0}/😀"),
        .partitionsAdded(topic: "orders", total: 6),
        .topicConfigured(name: "orders", configuration: ["a": "b"]),
        .brokerConfigured(configuration: [:]),
        .appended(topic: "orders", partition: 2, batch: Array(0...255)),
        .appended(topic: "orders", partition: .max, batch: []),
        .logStartMoved(topic: "orders", partition: 0, offset: .max),
        .compacted(topic: "orders", partition: 1, batches: [[1, 2, 3], [], [4]], end: 17),
        .producerKept(
            topic: "orders", partition: 1,
            ProducerRecord(
                producerID: 5, epoch: 3,
                batches: [
                    .init(firstSequence: 0, lastSequence: 9, baseOffset: 100, lastOffset: 109, timestamp: 12)
                ], transactionStart: 100, coordinatorEpoch: 2, lastTimestamp: 13)),
        .producerKept(topic: "orders", partition: 1, ProducerRecord(producerID: -1, epoch: -1)),
        .producerIDsUsed(next: 1_000),
        .transaction(transaction(.ongoing)), .transaction(transaction(.prepareEpochFence)),
        .transactionForgotten(id: "tx"),
        .offset(
            group: "g", topic: "orders", partition: 0,
            OffsetRecord(offset: 5, leaderEpoch: -1, metadata: "m", committedAt: 9, expiresAt: 10)),
        .offset(
            group: "g", topic: "orders", partition: 0,
            OffsetRecord(offset: 5, leaderEpoch: 0, metadata: "", committedAt: 9)),
        .offset(group: "g", topic: "orders", partition: 0, nil),
        .offsetsPending(
            group: "g", producerID: 5,
            offsets: [
                PendingOffset(
                    partition: TopicPartition("orders", 1),
                    record: OffsetRecord(offset: 7, leaderEpoch: 1, metadata: "x", committedAt: 2))
            ]),
        .offsetsResolved(group: "g", producerID: 5, committed: true),
        .offsetsResolved(group: "g", producerID: 5, committed: false),
        .group(
            GroupRecord(
                id: "g", generation: 4, protocolType: "consumer", protocolName: "range", leader: "m-1",
                members: [
                    .init(
                        id: "m-1", instanceID: "i-1", clientID: "c", clientHost: "/127.0.0.1",
                        rebalanceTimeoutMs: 1, sessionTimeoutMs: 2, subscription: [1], assignment: [2, 3])
                ], changedAt: 77)),
        .group(
            GroupRecord(
                id: "g", generation: 0, protocolType: "", protocolName: nil, leader: nil, members: [], changedAt: -1)),
        .groupForgotten(id: "g"),
    ]

    private static func transaction(_ state: TransactionRecord.State) -> TransactionRecord {
        var record = TransactionRecord(
            id: "tx", producerID: 5, epoch: 3, timeoutMs: 60_000, state: state, changedAt: 1_700_000_000_000)
        record.partitions = [TopicPartition("orders", 0), TopicPartition("a", 2)]
        record.groups = ["g", "h"]
        record.lastProducerID = 4
        record.lastEpoch = 2
        record.startedAt = 12
        return record
    }
}
