import BrokerCore
import KafkaProtocol

/// Changes as bytes, with the protocol's own types: a kind, then its fields.
///
/// A kind's layout never changes; a change that needs other fields gets a new kind, and the version goes up.
enum ChangeCodec {
    /// What this program writes; it reads this and everything older.
    static let version: UInt8 = 1

    private enum Kind: Int8 {
        case topicCreated = 1
        case topicDeleted = 2
        case partitionsAdded = 3
        case topicConfigured = 4
        case brokerConfigured = 5
        case appended = 6
        case logStartMoved = 7
        case compacted = 8
        case producerKept = 9
        case producerIDsUsed = 10
        case transaction = 11
        case transactionForgotten = 12
        case offset = 13
        case offsetDeleted = 14
        case offsetsPending = 15
        case offsetsResolved = 16
        case group = 17
        case groupForgotten = 18
    }

    /// A kind or a state that this program does not know.
    enum Fault: Error, Equatable {
        case unknown(Int)
        case malformed(ProtocolError)
    }

    // MARK: Writing

    static func write(_ change: Change, to writer: inout ProtocolWriter) {
        switch change {
        case .topicCreated(let name, let id, let partitions, let configuration):
            begin(.topicCreated, &writer)
            writer.string(name, true)
            writer.uuid(id)
            writer.int32(partitions)
            write(configuration, &writer)
        case .topicDeleted(let name):
            begin(.topicDeleted, &writer)
            writer.string(name, true)
        case .partitionsAdded(let topic, let total):
            begin(.partitionsAdded, &writer)
            writer.string(topic, true)
            writer.int32(total)
        case .topicConfigured(let name, let configuration):
            begin(.topicConfigured, &writer)
            writer.string(name, true)
            write(configuration, &writer)
        case .brokerConfigured(let configuration):
            begin(.brokerConfigured, &writer)
            write(configuration, &writer)
        case .appended(let topic, let partition, let batch):
            begin(.appended, &writer)
            write(topic, partition, &writer)
            writer.bytes(batch, true)
        case .logStartMoved(let topic, let partition, let offset):
            begin(.logStartMoved, &writer)
            write(topic, partition, &writer)
            writer.int64(offset)
        case .compacted(let topic, let partition, let batches, let end):
            begin(.compacted, &writer)
            write(topic, partition, &writer)
            writer.array(batches, true) { $1.bytes($0, true) }
            writer.int64(end)
        case .producerKept(let topic, let partition, let record):
            begin(.producerKept, &writer)
            write(topic, partition, &writer)
            write(record, &writer)
        case .producerIDsUsed(let next):
            begin(.producerIDsUsed, &writer)
            writer.int64(next)
        case .transaction(let record):
            begin(.transaction, &writer)
            write(record, &writer)
        case .transactionForgotten(let id):
            begin(.transactionForgotten, &writer)
            writer.string(id, true)
        case .offset(let group, let topic, let partition, let record):
            begin(record == nil ? .offsetDeleted : .offset, &writer)
            writer.string(group, true)
            write(topic, partition, &writer)
            if let record { write(record, &writer) }
        case .offsetsPending(let group, let producerID, let offsets):
            begin(.offsetsPending, &writer)
            writer.string(group, true)
            writer.int64(producerID)
            writer.array(offsets, true) { offset, writer in
                write(offset.partition.topic, offset.partition.partition, &writer)
                write(offset.record, &writer)
            }
        case .offsetsResolved(let group, let producerID, let committed):
            begin(.offsetsResolved, &writer)
            writer.string(group, true)
            writer.int64(producerID)
            writer.bool(committed)
        case .group(let record):
            begin(.group, &writer)
            write(record, &writer)
        case .groupForgotten(let id):
            begin(.groupForgotten, &writer)
            writer.string(id, true)
        }
    }

    private static func begin(_ kind: Kind, _ writer: inout ProtocolWriter) { writer.int8(kind.rawValue) }

    private static func write(_ topic: String, _ partition: Int32, _ writer: inout ProtocolWriter) {
        writer.string(topic, true)
        writer.int32(partition)
    }

    /// In the order of names, so that the same state gives the same bytes.
    private static func write(_ configuration: [String: String], _ writer: inout ProtocolWriter) {
        writer.array(configuration.sorted { $0.key < $1.key }, true) { pair, writer in
            writer.string(pair.key, true)
            writer.string(pair.value, true)
        }
    }

    private static func write(_ record: ProducerRecord, _ writer: inout ProtocolWriter) {
        writer.int64(record.producerID)
        writer.int16(record.epoch)
        writer.array(record.batches, true) { batch, writer in
            writer.int32(batch.firstSequence)
            writer.int32(batch.lastSequence)
            writer.int64(batch.baseOffset)
            writer.int64(batch.lastOffset)
            writer.int64(batch.timestamp)
        }
        write(record.transactionStart, &writer)
        writer.int32(record.coordinatorEpoch)
        writer.int64(record.lastTimestamp)
    }

    private static func write(_ value: Int64?, _ writer: inout ProtocolWriter) {
        writer.bool(value != nil)
        if let value { writer.int64(value) }
    }

    private static func write(_ record: TransactionRecord, _ writer: inout ProtocolWriter) {
        writer.string(record.id, true)
        writer.int64(record.producerID)
        writer.int16(record.epoch)
        writer.int64(record.lastProducerID)
        writer.int16(record.lastEpoch)
        writer.int32(record.timeoutMs)
        writer.string(record.state.rawValue, true)
        writer.array(record.partitions.sorted(), true) { write($0.topic, $0.partition, &$1) }
        writer.array(record.groups.sorted(), true) { $1.string($0, true) }
        writer.int64(record.startedAt)
        writer.int64(record.changedAt)
    }

    private static func write(_ record: OffsetRecord, _ writer: inout ProtocolWriter) {
        writer.int64(record.offset)
        writer.int32(record.leaderEpoch)
        writer.string(record.metadata, true)
        writer.int64(record.committedAt)
        write(record.expiresAt, &writer)
    }

    private static func write(_ record: GroupRecord, _ writer: inout ProtocolWriter) {
        writer.string(record.id, true)
        writer.int32(record.generation)
        writer.string(record.protocolType, true)
        writer.nullableString(record.protocolName, true)
        writer.nullableString(record.leader, true)
        writer.array(record.members, true) { member, writer in
            writer.string(member.id, true)
            writer.nullableString(member.instanceID, true)
            writer.string(member.clientID, true)
            writer.string(member.clientHost, true)
            writer.int32(member.rebalanceTimeoutMs)
            writer.int32(member.sessionTimeoutMs)
            writer.bytes(member.subscription, true)
            writer.bytes(member.assignment, true)
        }
        writer.int64(record.changedAt)
    }

    // MARK: Reading

    static func read(from reader: inout ProtocolReader) throws(Fault) -> Change {
        let number: Int8
        let change: Change?
        do throws(ProtocolError) {
            number = try reader.int8()
            change = try Kind(rawValue: number).flatMap { kind throws(ProtocolError) in try read(kind, &reader) }
        } catch {
            throw .malformed(error)
        }
        guard let change else { throw .unknown(Int(number)) }
        return change
    }

    /// nil where a part of it is not known here.
    private static func read(_ kind: Kind, _ reader: inout ProtocolReader) throws(ProtocolError) -> Change? {
        switch kind {
        case .topicCreated:
            return .topicCreated(
                name: try reader.string(true), id: try reader.uuid(), partitions: try reader.int32(),
                configuration: try configuration(&reader))
        case .topicDeleted: return .topicDeleted(name: try reader.string(true))
        case .partitionsAdded:
            return .partitionsAdded(topic: try reader.string(true), total: try reader.int32())
        case .topicConfigured:
            return .topicConfigured(name: try reader.string(true), configuration: try configuration(&reader))
        case .brokerConfigured: return .brokerConfigured(configuration: try configuration(&reader))
        case .appended:
            return .appended(
                topic: try reader.string(true), partition: try reader.int32(), batch: try reader.bytes(true))
        case .logStartMoved:
            return .logStartMoved(
                topic: try reader.string(true), partition: try reader.int32(), offset: try reader.int64())
        case .compacted:
            return .compacted(
                topic: try reader.string(true), partition: try reader.int32(),
                batches: try reader.array(true) { (reader) throws(ProtocolError) in try reader.bytes(true) },
                end: try reader.int64())
        case .producerKept:
            return .producerKept(
                topic: try reader.string(true), partition: try reader.int32(), try producer(&reader))
        case .producerIDsUsed: return .producerIDsUsed(next: try reader.int64())
        case .transaction: return try transaction(&reader).map { .transaction($0) }
        case .transactionForgotten: return .transactionForgotten(id: try reader.string(true))
        case .offset:
            return .offset(
                group: try reader.string(true), topic: try reader.string(true), partition: try reader.int32(),
                try offset(&reader))
        case .offsetDeleted:
            return .offset(
                group: try reader.string(true), topic: try reader.string(true), partition: try reader.int32(), nil)
        case .offsetsPending:
            return .offsetsPending(
                group: try reader.string(true), producerID: try reader.int64(),
                offsets: try reader.array(true) { (reader) throws(ProtocolError) in
                    let partition = TopicPartition(try reader.string(true), try reader.int32())
                    return PendingOffset(partition: partition, record: try offset(&reader))
                })
        case .offsetsResolved:
            return .offsetsResolved(
                group: try reader.string(true), producerID: try reader.int64(), committed: try reader.bool())
        case .group: return .group(try group(&reader))
        case .groupForgotten: return .groupForgotten(id: try reader.string(true))
        }
    }

    private static func configuration(_ reader: inout ProtocolReader) throws(ProtocolError) -> [String: String] {
        let pairs = try reader.array(true) { (reader) throws(ProtocolError) in
            (try reader.string(true), try reader.string(true))
        }
        return Dictionary(pairs) { _, last in last }
    }

    private static func producer(_ reader: inout ProtocolReader) throws(ProtocolError) -> ProducerRecord {
        ProducerRecord(
            producerID: try reader.int64(), epoch: try reader.int16(),
            batches: try reader.array(true) { (reader) throws(ProtocolError) in
                ProducerRecord.Batch(
                    firstSequence: try reader.int32(), lastSequence: try reader.int32(),
                    baseOffset: try reader.int64(), lastOffset: try reader.int64(), timestamp: try reader.int64())
            },
            transactionStart: try optional(&reader), coordinatorEpoch: try reader.int32(),
            lastTimestamp: try reader.int64())
    }

    private static func optional(_ reader: inout ProtocolReader) throws(ProtocolError) -> Int64? {
        try reader.bool() ? try reader.int64() : nil
    }

    private static func transaction(_ reader: inout ProtocolReader) throws(ProtocolError) -> TransactionRecord? {
        let id = try reader.string(true)
        let producerID = try reader.int64()
        let epoch = try reader.int16()
        let lastProducerID = try reader.int64()
        let lastEpoch = try reader.int16()
        let timeoutMs = try reader.int32()
        guard let state = TransactionRecord.State(rawValue: try reader.string(true)) else { return nil }
        let partitions = try reader.array(true) { (reader) throws(ProtocolError) in
            TopicPartition(try reader.string(true), try reader.int32())
        }
        let groups = try reader.array(true) { (reader) throws(ProtocolError) in try reader.string(true) }
        let startedAt = try reader.int64()
        var record = TransactionRecord(
            id: id, producerID: producerID, epoch: epoch, timeoutMs: timeoutMs, state: state,
            changedAt: try reader.int64())
        record.lastProducerID = lastProducerID
        record.lastEpoch = lastEpoch
        record.partitions = Set(partitions)
        record.groups = Set(groups)
        record.startedAt = startedAt
        return record
    }

    private static func offset(_ reader: inout ProtocolReader) throws(ProtocolError) -> OffsetRecord {
        OffsetRecord(
            offset: try reader.int64(), leaderEpoch: try reader.int32(), metadata: try reader.string(true),
            committedAt: try reader.int64(), expiresAt: try optional(&reader))
    }

    private static func group(_ reader: inout ProtocolReader) throws(ProtocolError) -> GroupRecord {
        GroupRecord(
            id: try reader.string(true), generation: try reader.int32(), protocolType: try reader.string(true),
            protocolName: try reader.nullableString(true), leader: try reader.nullableString(true),
            members: try reader.array(true) { (reader) throws(ProtocolError) in
                GroupRecord.Member(
                    id: try reader.string(true), instanceID: try reader.nullableString(true),
                    clientID: try reader.string(true), clientHost: try reader.string(true),
                    rebalanceTimeoutMs: try reader.int32(), sessionTimeoutMs: try reader.int32(),
                    subscription: try reader.bytes(true), assignment: try reader.bytes(true))
            },
            changedAt: try reader.int64())
    }
}
