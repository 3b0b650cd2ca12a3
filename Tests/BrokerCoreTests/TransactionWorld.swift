import KafkaProtocol

@testable import BrokerCore

/// A broker with the topic `t` of three partitions, and requests of transactional producers to it.
final class TransactionWorld {
    private(set) var broker: Broker
    private let configuration: BrokerConfiguration
    private(set) var now: Int64 = 1_000_000
    private(set) var changes: [Change] = []
    private var connection = ConnectionID(1)

    init(_ configure: (inout BrokerConfiguration) -> Void = { _ in }) {
        var configuration = BrokerConfiguration()
        configuration.recordsChanges = true
        configure(&configuration)
        self.configuration = configuration
        broker = Broker(configuration)
        broker.record(
            .topicCreated(name: "t", id: KafkaUUID(high: 1, low: 1), partitions: 3, configuration: [:]))
        changes += broker.takeChanges()
    }

    /// The broker as the changes so far make it, before it resumes.
    func replayed() -> Broker {
        let other = Broker(configuration)
        for change in changes { other.apply(change) }
        return other
    }

    /// Starts again from all changes, or from the snapshot that they make.
    func restart(fromSnapshot: Bool = false) {
        var other = replayed()
        if fromSnapshot {
            let snapshot = other.snapshot()
            other = Broker(configuration)
            for change in snapshot { other.apply(change) }
        }
        broker = other
        broker.resume(at: now)
        changes += broker.takeChanges()
    }

    func record(_ change: Change) {
        broker.record(change)
        changes += broker.takeChanges()
    }

    func wait(_ milliseconds: Int64) {
        now += milliseconds
        _ = broker.tick(at: now)
        changes += broker.takeChanges()
    }

    func write(_ marker: PendingMarker) {
        broker.writeMarker(marker)
        changes += broker.takeChanges()
    }

    /// The answer to a request; nil where it closes the connection or is kept.
    func ask(_ api: ApiKey, _ version: Int16, _ body: RequestBody) -> ResponseBody? {
        connection = ConnectionID(connection.value + 1)
        let header = RequestHeader(api: api, version: version, correlationID: 1)
        let effects = broker.handle(Request(connection: connection, header: header, body: body), at: now)
        changes += broker.takeChanges()
        for case .reply(let to, let body) in effects where to == connection { return body }
        return nil
    }

    // MARK: Requests

    struct Init: Equatable {
        var error: ErrorCode
        var producer: ProducerIdentity
    }

    func initialize(
        _ id: String?, expecting expected: ProducerIdentity? = nil, timeoutMs: Int32 = 60_000, version: Int16 = 5
    ) -> Init {
        var message = InitProducerIdRequest()
        message.transactionalId = id
        message.transactionTimeoutMs = timeoutMs
        message.producerId = expected?.id ?? -1
        message.producerEpoch = expected?.epoch ?? -1
        guard case .initProducerId(let answer)? = ask(.initProducerId, version, .initProducerId(message)) else {
            return Init(error: .networkException, producer: ProducerIdentity(id: -9, epoch: -9))
        }
        return Init(
            error: ErrorCode(rawValue: answer.errorCode),
            producer: ProducerIdentity(id: answer.producerId, epoch: answer.producerEpoch))
    }

    /// The errors by partition, in the order asked.
    func add(
        _ partitions: [Int32], to id: String, _ producer: ProducerIdentity, topic: String = "t", version: Int16 = 3,
        verifyOnly: Bool = false
    ) -> [ErrorCode] {
        var entry = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
        entry.name = topic
        entry.partitions = partitions
        var message = AddPartitionsToTxnRequest()
        message.v3AndBelowTransactionalId = id
        message.v3AndBelowProducerId = producer.id
        message.v3AndBelowProducerEpoch = producer.epoch
        message.v3AndBelowTopics = [entry]
        var transaction = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction()
        transaction.transactionalId = id
        transaction.producerId = producer.id
        transaction.producerEpoch = producer.epoch
        transaction.verifyOnly = verifyOnly
        transaction.topics = [entry]
        message.transactions = [transaction]
        guard case .addPartitionsToTxn(let answer)? = ask(.addPartitionsToTxn, version, .addPartitionsToTxn(message))
        else { return [] }
        let results =
            version < 4 ? answer.resultsByTopicV3AndBelow : answer.resultsByTransaction.flatMap(\.topicResults)
        return results.flatMap(\.resultsByPartition).map { ErrorCode(rawValue: $0.partitionErrorCode) }
    }

    func addOffsets(of group: String, to id: String, _ producer: ProducerIdentity, version: Int16 = 3) -> ErrorCode {
        var message = AddOffsetsToTxnRequest()
        message.transactionalId = id
        message.producerId = producer.id
        message.producerEpoch = producer.epoch
        message.groupId = group
        guard case .addOffsetsToTxn(let answer)? = ask(.addOffsetsToTxn, version, .addOffsetsToTxn(message)) else {
            return .networkException
        }
        return ErrorCode(rawValue: answer.errorCode)
    }

    func commitOffset(
        _ offset: Int64, _ partition: Int32 = 0, group: String, _ id: String, _ producer: ProducerIdentity,
        version: Int16 = 3, generation: Int32 = -1, memberID: String = "", metadata: String? = nil
    ) -> ErrorCode {
        var entry = TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition()
        entry.partitionIndex = partition
        entry.committedOffset = offset
        entry.committedMetadata = metadata
        var topic = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic()
        topic.name = "t"
        topic.partitions = [entry]
        var message = TxnOffsetCommitRequest()
        message.transactionalId = id
        message.groupId = group
        message.producerId = producer.id
        message.producerEpoch = producer.epoch
        message.generationId = generation
        message.memberId = memberID
        message.topics = [topic]
        guard case .txnOffsetCommit(let answer)? = ask(.txnOffsetCommit, version, .txnOffsetCommit(message)),
            let result = answer.topics.first?.partitions.first
        else { return .networkException }
        return ErrorCode(rawValue: result.errorCode)
    }

    func end(_ id: String, _ producer: ProducerIdentity, committed: Bool, version: Int16 = 3) -> ErrorCode {
        var message = EndTxnRequest()
        message.transactionalId = id
        message.producerId = producer.id
        message.producerEpoch = producer.epoch
        message.committed = committed
        guard case .endTxn(let answer)? = ask(.endTxn, version, .endTxn(message)) else { return .networkException }
        return ErrorCode(rawValue: answer.errorCode)
    }

    /// Produces one record with a text as its value.
    func produce(
        _ text: String, _ partition: Int32 = 0, _ id: String?, _ producer: ProducerIdentity, sequence: Int32,
        isTransactional: Bool = true, version: Int16 = 9
    ) -> ErrorCode {
        var header = BatchHeader()
        header.attributes = isTransactional ? 0x10 : 0
        header.baseTimestamp = now
        header.maxTimestamp = now
        header.producerID = producer.id
        header.producerEpoch = producer.epoch
        header.baseSequence = sequence
        var data = ProduceRequest.PartitionProduceData()
        data.index = partition
        data.records = RecordSet([RecordBatchCodec.batch(header, [BatchRecord(key: nil, value: Array(text.utf8))])])
        var topic = ProduceRequest.TopicProduceData()
        topic.name = "t"
        topic.topicId = KafkaUUID(high: 1, low: 1)
        topic.partitionData = [data]
        var message = ProduceRequest()
        message.transactionalId = id
        message.acks = -1
        message.timeoutMs = 1_000
        message.topicData = [topic]
        guard case .produce(let answer)? = ask(.produce, version, .produce(message)),
            let result = answer.responses.first?.partitionResponses.first
        else { return .networkException }
        return ErrorCode(rawValue: result.errorCode)
    }

    // MARK: Looking

    struct Log: Equatable {
        var values: [String] = []
        var lastStable: Int64 = -1
        var end: Int64 = -1
    }

    /// What a consumer makes of a partition: with aborted data left out, or with all there is.
    func read(_ partition: Int32, committed: Bool) -> Log {
        var wanted = FetchRequest.FetchPartition()
        wanted.partition = partition
        wanted.partitionMaxBytes = .max
        var topic = FetchRequest.FetchTopic()
        topic.topic = "t"
        topic.partitions = [wanted]
        var message = FetchRequest()
        message.maxBytes = .max
        message.isolationLevel = committed ? 1 : 0
        message.sessionEpoch = -1
        message.topics = [topic]
        guard case .fetch(let answer)? = ask(.fetch, 11, .fetch(message)),
            let data = answer.responses.first?.partitions.first,
            let batches = try? RecordBatchCodec.split(data.records?.bytes ?? [])
        else { return Log() }
        return Log(
            values: Self.values(batches, committed ? data.abortedTransactions ?? [] : []),
            lastStable: data.lastStableOffset, end: data.highWatermark)
    }

    private static func values(_ batches: [[UInt8]], _ aborted: [FetchResponse.AbortedTransaction]) -> [String] {
        var waiting = aborted.sorted { $0.firstOffset < $1.firstOffset }[...]
        var hidden: Set<Int64> = []
        var values: [String] = []
        for bytes in batches {
            guard let header = try? RecordBatchCodec.header(bytes), let records = try? RecordBatchCodec.records(bytes)
            else { continue }
            while let first = waiting.first, first.firstOffset <= header.lastOffset {
                hidden.insert(first.producerId)
                waiting.removeFirst()
            }
            if header.isControl {
                if records.first.flatMap({ ControlRecord($0) })?.kind == .abort { hidden.remove(header.producerID) }
            } else if !hidden.contains(header.producerID) || !header.isTransactional {
                values += records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
            }
        }
        return values
    }

    struct Offset: Equatable {
        var error: ErrorCode
        var offset: Int64
    }

    /// A group's offset of a partition of `t`.
    func offset(_ partition: Int32 = 0, group: String, stable: Bool = false) -> Offset {
        var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
        topic.name = "t"
        topic.partitionIndexes = [partition]
        var message = OffsetFetchRequest()
        message.groupId = group
        message.topics = [topic]
        message.requireStable = stable
        guard case .offsetFetch(let answer)? = ask(.offsetFetch, 7, .offsetFetch(message)),
            let result = answer.topics.first?.partitions.first
        else { return Offset(error: .networkException, offset: -9) }
        return Offset(error: ErrorCode(rawValue: result.errorCode), offset: result.committedOffset)
    }

    func state(_ id: String) -> TransactionRecord.State? { broker.transactions[id]?.state }
}
