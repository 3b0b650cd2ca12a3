import BrokerTestKit
import Foundation
import KafkaProtocol

/// Which records a reader may see.
enum Reading: Int8 {
    case uncommitted = 0
    case committed = 1
}

/// A producer as the broker knows it.
struct Identity: Equatable {
    var id: Int64 = -1
    var epoch: Int16 = -1
    /// Whose transactions its batches belong to; nil for none.
    var transactionalID: String?

    func with(epoch: Int16) -> Identity { Identity(id: id, epoch: epoch, transactionalID: transactionalID) }
}

/// A time long past, so that notes can show times as they are.
let baseTimeMs: Int64 = 1_600_000_000_000
/// This moment, for topics whose records age.
var nowMs: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

/// A batch of records whose values are these.
func batch(
    _ values: [String?], key: String? = nil, by producer: Identity = Identity(), sequence: Int32 = -1,
    timeMs: Int64 = baseTimeMs, _ change: (inout BatchHeader) -> Void = { _ in }
) -> [UInt8] {
    batch(
        records: values.enumerated().map { index, value in
            BatchRecord(offsetDelta: Int32(index), key: key?.bytes, value: value?.bytes)
        }, by: producer, sequence: sequence, timeMs: timeMs, change)
}

/// A batch of these records; their offset deltas are as given.
func batch(
    records: [BatchRecord], by producer: Identity = Identity(), sequence: Int32 = -1, timeMs: Int64 = baseTimeMs,
    _ change: (inout BatchHeader) -> Void = { _ in }
) -> [UInt8] {
    var header = BatchHeader()
    header.baseTimestamp = timeMs
    header.maxTimestamp = timeMs + (records.map(\.timestampDelta).max() ?? 0)
    header.producerID = producer.id
    header.producerEpoch = producer.epoch
    header.baseSequence = sequence
    if producer.transactionalID != nil { header.attributes |= 0x10 }
    change(&header)
    return RecordBatchCodec.batch(header, records)
}

extension Peer {
    /// Appends batches to a partition.
    @discardableResult
    func produce(
        _ topic: String, _ batch: [UInt8]?, partition: Int32 = 0, acks: Int16 = -1, version: Int16 = 11,
        transactionalID: String? = nil
    ) throws -> ProduceResponse.PartitionProduceResponse {
        let answer = try ask(ProduceRequest.self, version) {
            $0 = Self.produceRequest(topic, partition, batch, acks: acks, transactionalID: transactionalID)
        }
        guard let given = answer.responses.first?.partitionResponses.first else { throw Missing() }
        return given
    }

    static func produceRequest(
        _ topic: String, _ partition: Int32, _ batch: [UInt8]?, acks: Int16, transactionalID: String? = nil
    ) -> ProduceRequest {
        var data = ProduceRequest.PartitionProduceData()
        data.index = partition
        data.records = batch.map { RecordSet([$0]) }
        var topicData = ProduceRequest.TopicProduceData()
        topicData.name = topic
        topicData.partitionData = [data]
        var request = ProduceRequest()
        request.acks = acks
        request.timeoutMs = 10_000
        request.transactionalId = transactionalID
        request.topicData = [topicData]
        return request
    }

    /// Appends values as a producer does, in its transaction where it has one.
    @discardableResult
    func write(
        _ values: [String?], to topic: String, _ partition: Int32 = 0, key: String? = nil,
        by producer: Identity = Identity(), sequence: Int32 = -1, timeMs: Int64 = baseTimeMs, version: Int16 = 11
    ) throws -> ProduceResponse.PartitionProduceResponse {
        try produce(
            topic, batch(values, key: key, by: producer, sequence: sequence, timeMs: timeMs), partition: partition,
            version: version, transactionalID: producer.transactionalID)
    }

    /// What a fetch from one partition gives, at once.
    func fetch(
        _ topic: String, _ reading: Reading = .uncommitted, partition: Int32 = 0, from offset: Int64 = 0,
        version: Int16 = 12, maxBytes: Int32 = 1 << 24, partitionMaxBytes: Int32 = 1 << 20, minBytes: Int32 = 0,
        waitMs: Int32 = 100, _ change: (inout FetchRequest) -> Void = { _ in }
    ) throws -> FetchResponse.PartitionData {
        let answer = try ask(FetchRequest.self, version) {
            $0 = Self.fetchRequest([(topic, partition, offset)], reading, partitionMaxBytes: partitionMaxBytes)
            $0.maxBytes = maxBytes
            $0.minBytes = minBytes
            $0.maxWaitMs = waitMs
            change(&$0)
        }
        guard let data = answer.responses.first?.partitions.first else { throw Missing() }
        return data
    }

    static func fetchRequest(
        _ places: [(topic: String, partition: Int32, offset: Int64)], _ reading: Reading = .uncommitted,
        partitionMaxBytes: Int32 = 1 << 20
    ) -> FetchRequest {
        var request = FetchRequest()
        request.isolationLevel = reading.rawValue
        request.maxWaitMs = 100
        request.maxBytes = 1 << 24
        request.topics = places.map { place in
            var partition = FetchRequest.FetchPartition()
            partition.partition = place.partition
            partition.fetchOffset = place.offset
            partition.partitionMaxBytes = partitionMaxBytes
            var topic = FetchRequest.FetchTopic()
            topic.topic = place.topic
            topic.partitions = [partition]
            return topic
        }
        return request
    }

    /// The offset at a time, or at one of the special times.
    func offset(
        _ topic: String, _ partition: Int32 = 0, at time: OffsetTime, _ reading: Reading = .uncommitted,
        version: Int16 = 10
    ) throws -> ListOffsetsResponse.ListOffsetsPartitionResponse {
        let answer = try ask(ListOffsetsRequest.self, version) {
            var place = ListOffsetsRequest.ListOffsetsPartition()
            place.partitionIndex = partition
            place.timestamp = time.milliseconds
            var places = ListOffsetsRequest.ListOffsetsTopic()
            places.name = topic
            places.partitions = [place]
            $0.replicaId = -1
            $0.isolationLevel = reading.rawValue
            $0.topics = [places]
        }
        guard let found = answer.topics.first?.partitions.first else { throw Missing() }
        return found
    }

    enum OffsetTime {
        case latest, earliest, maxTimestamp, earliestLocal, latestTiered, earliestPendingUpload
        case at(Int64)

        var milliseconds: Int64 {
            switch self {
            case .latest: -1
            case .earliest: -2
            case .maxTimestamp: -3
            case .earliestLocal: -4
            case .latestTiered: -5
            case .earliestPendingUpload: -6
            case .at(let time): time
            }
        }
    }

    /// Log start, last stable offset and end of a partition, as one line.
    func ends(_ topic: String, _ partition: Int32 = 0) throws -> String {
        let start = try offset(topic, partition, at: .earliest).offset
        let stable = try offset(topic, partition, at: .latest, .committed).offset
        return "start \(start), stable \(stable), end \(try offset(topic, partition, at: .latest).offset)"
    }

    /// The values that a reader gets from a whole partition, by the client's own filtering of aborted transactions.
    func values(_ topic: String, _ reading: Reading, partition: Int32 = 0, from start: Int64 = 0) throws -> [String] {
        var values: [String] = []
        var offset = start
        for _ in 0..<1_000 {
            let data = try fetch(topic, reading, partition: partition, from: offset)
            let batches = try Notes.whole(data.records?.bytes ?? [])
            guard !batches.isEmpty else { break }
            var aborted = (data.abortedTransactions ?? []).sorted { $0.firstOffset < $1.firstOffset }
            var open: Set<Int64> = []
            for bytes in batches {
                let header = try RecordBatchCodec.validate(bytes)
                while let first = aborted.first, first.firstOffset <= header.lastOffset {
                    open.insert(first.producerId)
                    aborted.removeFirst()
                }
                offset = header.lastOffset + 1
                if header.isControl {
                    if let record = try RecordBatchCodec.records(bytes).first, ControlRecord(record)?.kind == .abort {
                        open.remove(header.producerID)
                    }
                } else if !(header.isTransactional && open.contains(header.producerID)) {
                    for record in try RecordBatchCodec.records(bytes)
                    where header.baseOffset + Int64(record.offsetDelta) >= start {
                        let key = record.key.map { String(decoding: $0, as: UTF8.self) + "=" } ?? ""
                        values.append(key + (record.value.text ?? "null"))
                    }
                }
            }
        }
        return values
    }

    /// All batches of a partition that are left, however many fetches that takes.
    func log(_ topic: String) throws -> RecordSet {
        var batches: [[UInt8]] = []
        for _ in 0..<1_000 {
            let next = try batches.last.map { try BatchHeader($0).lastOffset + 1 } ?? 0
            let more = try Notes.whole(try fetch(topic, from: next).records?.bytes ?? [])
            guard !more.isEmpty else { break }
            batches += more
        }
        return RecordSet(batches)
    }

    /// The answer has no entry for what was asked.
    struct Missing: Error {}
}

extension Trial {
    /// Connects to the broker.
    func peer() throws -> Peer { try Peer(bench.bootstrap) }

    /// Keeps records of any age, and in one segment however far apart their times are.
    private static let ageless = ["retention.ms": "-1", "segment.ms": "9223372036854775807"]

    /// Creates a topic under a fresh name, for records of any age, and waits until its partitions serve.
    func topic(_ name: String = "topic", partitions: Int32 = 1, _ configuration: [String: String] = [:]) throws
        -> String
    {
        let topic = bench.name(name)
        let peer = try peer()
        let answer = try peer.ask(CreateTopicsRequest.self, 7) {
            var created = CreateTopicsRequest.CreatableTopic()
            created.name = topic
            created.numPartitions = partitions
            created.replicationFactor = 1
            created.configs = configuration.merging(Self.ageless) { given, _ in given }
                .sorted { $0.key < $1.key }.map { name, value in
                    var config = CreateTopicsRequest.CreatableTopicConfig()
                    config.name = name
                    config.value = value
                    return config
                }
            $0.topics = [created]
        }
        guard answer.topics.first?.errorCode == 0 else { throw Refused(answer: seen.text(answer)) }
        try awaitService(topic, partitions: partitions)
        return topic
    }

    /// Waits until every partition of a topic serves.
    func awaitService(_ topic: String, partitions: Int32 = 1) throws {
        let peer = try peer()
        for partition in 0..<partitions {
            try until { try peer.offset(topic, partition, at: .latest).errorCode == 0 }
        }
    }

    struct Refused: Error { let answer: String }

    /// Looks until it is so; the trial ends after 30 seconds.
    func until(_ isSo: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try !isSo() {
            guard ContinuousClock.now < deadline else { throw Bench.Late() }
            Pause.milliseconds(20)
        }
    }

    /// Looks until the value is as expected, for at most `limit` seconds, and gives the last one.
    func settled<Value: Equatable>(_ expected: Value, limit: Int = 15, _ read: () throws -> Value) throws -> Value {
        let deadline = ContinuousClock.now + .seconds(limit)
        var value = try read()
        while value != expected, ContinuousClock.now < deadline {
            Pause.milliseconds(20)
            value = try read()
        }
        return value
    }

    /// The id of a topic.
    func topicID(_ topic: String) throws -> KafkaUUID {
        let answer = try peer().ask(MetadataRequest.self, 12) {
            var wanted = MetadataRequest.MetadataRequestTopic()
            wanted.name = topic
            $0.topics = [wanted]
            $0.allowAutoTopicCreation = false
        }
        return answer.topics.first?.topicId ?? .zero
    }
}
