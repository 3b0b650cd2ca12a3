import KafkaProtocol

@testable import BrokerCore

/// A broker with topics, and the requests that look into them.
final class LogWorld {
    let broker: Broker
    private let configuration: BrokerConfiguration
    private(set) var now: Int64
    private(set) var changes: [Change] = []
    private var connection: UInt64 = 0
    /// Answers that came later than their request.
    private(set) var late: [ConnectionID: ResponseBody] = [:]

    init(now: Int64 = 1_000_000_000, _ configure: (inout BrokerConfiguration) -> Void = { _ in }) {
        var configuration = BrokerConfiguration()
        configuration.recordsChanges = true
        configuration.port = 9092
        configure(&configuration)
        self.configuration = configuration
        self.now = now
        broker = Broker(configuration)
    }

    /// What the changes so far make of an empty broker.
    func replayed() -> Broker {
        let other = Broker(configuration)
        for change in changes { other.apply(change) }
        return other
    }

    func wait(_ milliseconds: Int64) {
        now += milliseconds
        take(broker.tick(at: now))
    }

    @discardableResult
    private func take(_ effects: [Effect]) -> [Effect] {
        changes += broker.takeChanges()
        for case .reply(let connection, let body) in effects { late[connection] = body }
        return effects
    }

    /// What a request brings at once.
    func effects(_ body: RequestBody, _ version: Int16? = nil) -> [Effect] {
        connection += 1
        let header = RequestHeader(
            api: body.api, version: version ?? body.api.validVersions.upperBound, correlationID: 1)
        return take(
            broker.handle(Request(connection: ConnectionID(connection), header: header, body: body), at: now))
    }

    /// The answer to a request; nil where it waits or the connection goes.
    func ask(_ body: RequestBody, _ version: Int16? = nil) -> ResponseBody? {
        let effects = effects(body, version)
        for case .reply(ConnectionID(connection), let answer) in effects { return answer }
        return nil
    }

    /// The connection of the last request.
    var lastConnection: ConnectionID { ConnectionID(connection) }

    func disconnect(_ connection: ConnectionID) { take(broker.disconnected(connection, at: now)) }

    func create(_ name: String, partitions: Int32 = 1, _ configuration: [String: String] = [:]) {
        broker.record(
            .topicCreated(
                name: name, id: broker.nextUUID(), partitions: partitions, configuration: configuration))
        changes += broker.takeChanges()
    }

    func mark(
        _ kind: ControlRecord.Kind, _ producer: Int64, epoch: Int16 = 0, _ topic: String = "t", _ partition: Int32 = 0
    ) {
        broker.appendMarker(
            kind, producerID: producer, epoch: epoch, coordinatorEpoch: 0, to: TopicPartition(topic, partition))
        take(broker.tick(at: now))
    }

    func log(_ topic: String = "t", _ partition: Int32 = 0) -> PartitionLog {
        broker.topics.log(TopicPartition(topic, partition)) ?? PartitionLog()
    }

    // MARK: Requests

    func produce(
        _ bytes: [UInt8]?, to topic: String = "t", _ partition: Int32 = 0, acks: Int16 = -1,
        transactionalID: String? = nil, version: Int16 = 12
    ) -> ProduceResponse.PartitionProduceResponse? {
        guard
            case .produce(let response)? = ask(
                .produce(Self.produceRequest(bytes, topic, partition, acks: acks, transactionalID)), version)
        else { return nil }
        return response.responses.first?.partitionResponses.first
    }

    static func produceRequest(
        _ bytes: [UInt8]?, _ topic: String, _ partition: Int32, acks: Int16 = -1, _ transactionalID: String? = nil
    ) -> ProduceRequest {
        var data = ProduceRequest.PartitionProduceData()
        data.index = partition
        data.records = bytes.map { RecordSet([$0]) }
        var topicData = ProduceRequest.TopicProduceData()
        topicData.name = topic
        topicData.partitionData = [data]
        var message = ProduceRequest()
        message.acks = acks
        message.transactionalId = transactionalID
        message.topicData = [topicData]
        return message
    }

    static func fetchRequest(
        _ offset: Int64, _ topic: String = "t", _ partition: Int32 = 0, committed: Bool = false, maxBytes: Int32 = .max,
        partitionMaxBytes: Int32 = .max, minBytes: Int32 = 0, maxWait: Int32 = 0
    ) -> FetchRequest {
        var wanted = FetchRequest.FetchPartition()
        wanted.partition = partition
        wanted.fetchOffset = offset
        wanted.partitionMaxBytes = partitionMaxBytes
        var topics = FetchRequest.FetchTopic()
        topics.topic = topic
        topics.partitions = [wanted]
        var message = FetchRequest()
        message.maxWaitMs = maxWait
        message.minBytes = minBytes
        message.maxBytes = maxBytes
        message.isolationLevel = committed ? 1 : 0
        message.topics = [topics]
        return message
    }

    func fetch(_ message: FetchRequest, version: Int16 = 12) -> FetchResponse.PartitionData? {
        guard case .fetch(let response)? = ask(.fetch(message), version) else { return nil }
        return response.responses.first?.partitions.first
    }

    func list(
        _ timestamp: Int64, _ topic: String = "t", _ partition: Int32 = 0, committed: Bool = false, epoch: Int32 = -1,
        version: Int16 = 11
    ) -> ListOffsetsResponse.ListOffsetsPartitionResponse? {
        var wanted = ListOffsetsRequest.ListOffsetsPartition()
        wanted.partitionIndex = partition
        wanted.timestamp = timestamp
        wanted.currentLeaderEpoch = epoch
        var topics = ListOffsetsRequest.ListOffsetsTopic()
        topics.name = topic
        topics.partitions = [wanted]
        var message = ListOffsetsRequest()
        message.isolationLevel = committed ? 1 : 0
        message.topics = [topics]
        guard case .listOffsets(let response)? = ask(.listOffsets(message), version) else { return nil }
        return response.topics.first?.partitions.first
    }

    func deleteRecords(
        before offset: Int64, _ topic: String = "t", _ partition: Int32 = 0
    ) -> DeleteRecordsResponse.DeleteRecordsPartitionResult? {
        var wanted = DeleteRecordsRequest.DeleteRecordsPartition()
        wanted.partitionIndex = partition
        wanted.offset = offset
        var topics = DeleteRecordsRequest.DeleteRecordsTopic()
        topics.name = topic
        topics.partitions = [wanted]
        var message = DeleteRecordsRequest()
        message.topics = [topics]
        guard case .deleteRecords(let response)? = ask(.deleteRecords(message)) else { return nil }
        return response.topics.first?.partitions.first
    }

    // MARK: Batches

    /// A batch with a record for each value; times in milliseconds, one for each record.
    func batch(
        _ values: [String?] = ["v"], keys: [String?]? = nil, times: [Int64]? = nil, producer: Int64 = -1,
        epoch: Int16 = -1, sequence: Int32 = -1, attributes: Int16 = 0, _ change: (inout BatchHeader) -> Void = { _ in }
    ) -> [UInt8] {
        let times = times ?? values.map { _ in now }
        var header = BatchHeader()
        header.attributes = attributes
        header.baseTimestamp = times.first ?? -1
        header.maxTimestamp = times.max() ?? -1
        header.producerID = producer
        header.producerEpoch = epoch
        header.baseSequence = sequence
        let records = values.indices.map { index in
            BatchRecord(
                offsetDelta: Int32(index), timestampDelta: times[index] - header.baseTimestamp,
                key: (keys.map { $0[index] } ?? "k").map { Array($0.utf8) }, value: values[index].map { Array($0.utf8) }
            )
        }
        let bytes = RecordBatchCodec.batch(header, records)
        guard var changed = try? BatchHeader(bytes) else { return bytes }
        let before = changed
        change(&changed)
        return changed == before ? bytes : changed.replacing(bytes)
    }
}

/// A record as a reader sees it.
struct ReadRecord: Equatable {
    var offset: Int64
    var timestamp: Int64
    var key: [UInt8]?
    var value: [UInt8]?

    /// The data records of whole batches from an offset on.
    static func all(_ records: RecordSet?, from offset: Int64 = 0) -> [ReadRecord] {
        var found: [ReadRecord] = []
        for batch in records?.pieces ?? [] {
            guard let header = try? BatchHeader(batch), !header.isControl,
                let records = try? RecordBatchCodec.records(batch)
            else { continue }
            for record in records where header.baseOffset + Int64(record.offsetDelta) >= offset {
                found.append(
                    ReadRecord(
                        offset: header.baseOffset + Int64(record.offsetDelta),
                        timestamp: header.usesLogAppendTime
                            ? header.maxTimestamp : header.baseTimestamp + record.timestampDelta,
                        key: record.key, value: record.value))
            }
        }
        return found
    }

    /// What a reader of committed data keeps: it drops what the list says is aborted, as clients do.
    static func committed(_ data: FetchResponse.PartitionData, from offset: Int64) -> [ReadRecord] {
        var waiting = (data.abortedTransactions ?? []).sorted { $0.firstOffset < $1.firstOffset }
        var aborted: Set<Int64> = []
        var found: [ReadRecord] = []
        for batch in data.records?.pieces ?? [] {
            guard let header = try? BatchHeader(batch) else { continue }
            while let first = waiting.first, first.firstOffset <= header.lastOffset {
                aborted.insert(first.producerId)
                waiting.removeFirst()
            }
            if header.isControl {
                let marker = (try? RecordBatchCodec.records(batch))?.first.flatMap { ControlRecord($0) }
                if marker?.kind == .abort { aborted.remove(header.producerID) }
            } else if !header.isTransactional || !aborted.contains(header.producerID) {
                found += all(RecordSet([batch]), from: offset)
            }
        }
        return found
    }
}

/// SplitMix64: the same seed gives the same numbers.
struct LogRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
