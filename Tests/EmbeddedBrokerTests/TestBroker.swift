import BrokerCore
import EmbeddedBroker
import Foundation
import KafkaProtocol
import Synchronization
import Testing

/// Requests that tests need often, and what of their answers counts.
extension ProtocolClient {
    func createTopic(_ name: String, partitions: Int32 = 1, configs: [String: String] = [:]) throws {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = 1
        topic.configs = configs.map { name, value in
            var config = CreateTopicsRequest.CreatableTopicConfig()
            config.name = name
            config.value = value
            return config
        }
        var request = CreateTopicsRequest()
        request.topics = [topic]
        guard case .createTopics(let answer) = try send(.createTopics(request)) else { return }
        #expect(answer.topics.map(\.errorCode) == [0])
    }

    /// Whether the broker answers.
    func isServed() throws -> Bool {
        guard case .apiVersions(let answer) = try send(.apiVersions(ApiVersionsRequest()), version: 0) else {
            return false
        }
        return answer.errorCode == 0 && !answer.apiKeys.isEmpty
    }

    /// Produces in version 9, where topics are named.
    @discardableResult
    func produce(_ request: ProduceRequest) throws -> ProduceResponse.PartitionProduceResponse {
        guard case .produce(let answer) = try send(.produce(request), version: 9) else {
            throw Failure.malformed("another answer")
        }
        return try #require(answer.responses.first?.partitionResponses.first)
    }

    /// The values of a partition from an offset on.
    func values(_ topic: String, _ partition: Int32 = 0, from offset: Int64 = 0, isolation: Int8 = 1) throws
        -> [String]
    {
        try records(topic, partition, from: offset, isolation: isolation).map(\.value)
    }

    /// Offsets and values of a partition up to its end; aborted ones are left out if the isolation says so.
    func records(_ topic: String, _ partition: Int32 = 0, from offset: Int64 = 0, isolation: Int8 = 1) throws -> [(
        offset: Int64, value: String
    )] {
        var found: [(Int64, String)] = []
        var next = offset
        while true {
            let data = try fetch(TestRequests.fetch(topic, partition, from: next, isolation: isolation))
            #expect(data.errorCode == 0)
            let batches = try RecordBatchCodec.split(data.records?.bytes ?? [])
            guard !batches.isEmpty else { return found }
            var aborted = data.abortedTransactions ?? []
            for batch in batches {
                let header = try RecordBatchCodec.header(batch)
                next = header.lastOffset + 1
                if header.isControl {
                    // The marker ends what was listed as aborted.
                    aborted.removeAll { $0.producerId == header.producerID && $0.firstOffset <= header.baseOffset }
                    continue
                }
                let isAborted = aborted.contains {
                    $0.producerId == header.producerID && $0.firstOffset <= header.baseOffset
                }
                if header.isTransactional, isAborted { continue }
                for record in try RecordBatchCodec.records(batch) {
                    let place = header.baseOffset + Int64(record.offsetDelta)
                    if place >= offset { found.append((place, String(decoding: record.value ?? [], as: UTF8.self))) }
                }
            }
        }
    }

    func fetch(_ request: FetchRequest) throws -> FetchResponse.PartitionData {
        guard case .fetch(let answer) = try send(.fetch(request), version: 12) else {
            throw Failure.malformed("another answer")
        }
        return try #require(answer.responses.first?.partitions.first)
    }

    func initProducer(_ id: String? = nil, timeoutMs: Int32 = 60_000) throws -> InitProducerIdResponse {
        var request = InitProducerIdRequest()
        request.transactionalId = id
        request.transactionTimeoutMs = timeoutMs
        guard case .initProducerId(let answer) = try send(.initProducerId(request), version: 4) else {
            throw Failure.malformed("another answer")
        }
        return answer
    }

    func deleteRecords(_ topic: String, _ partition: Int32 = 0, before offset: Int64) throws {
        var wanted = DeleteRecordsRequest.DeleteRecordsPartition()
        wanted.partitionIndex = partition
        wanted.offset = offset
        var named = DeleteRecordsRequest.DeleteRecordsTopic()
        named.name = topic
        named.partitions = [wanted]
        var request = DeleteRecordsRequest()
        request.topics = [named]
        guard case .deleteRecords(let answer) = try send(.deleteRecords(request)) else { return }
        #expect(answer.topics.first?.partitions.first?.errorCode == 0)
    }

    /// Becomes the only member of a group.
    func join(_ group: String) throws -> (id: String, generation: Int32) {
        var named = JoinGroupRequest.JoinGroupRequestProtocol()
        named.name = "range"
        var request = JoinGroupRequest()
        request.groupId = group
        request.sessionTimeoutMs = 60_000
        request.rebalanceTimeoutMs = 60_000
        request.protocolType = "consumer"
        request.protocols = [named]
        for _ in 0..<2 {
            guard case .joinGroup(let answer) = try send(.joinGroup(request), version: 5) else { break }
            request.memberId = answer.memberId
            guard answer.errorCode == 0 else { continue }
            var assignment = SyncGroupRequest.SyncGroupRequestAssignment()
            assignment.memberId = answer.memberId
            var sync = SyncGroupRequest()
            sync.groupId = group
            sync.generationId = answer.generationId
            sync.memberId = answer.memberId
            sync.assignments = [assignment]
            guard case .syncGroup(let synced) = try send(.syncGroup(sync), version: 3) else { break }
            #expect(synced.errorCode == 0)
            return (answer.memberId, answer.generationId)
        }
        throw Failure.malformed("no member")
    }

    func heartbeat(_ group: String, _ member: (id: String, generation: Int32)) throws -> ErrorCode {
        var request = HeartbeatRequest()
        request.groupId = group
        request.memberId = member.id
        request.generationId = member.generation
        guard case .heartbeat(let answer) = try send(.heartbeat(request)) else {
            throw Failure.malformed("another answer")
        }
        return ErrorCode(rawValue: answer.errorCode)
    }

    func commitOffset(_ group: String, _ topic: String, _ partition: Int32 = 0, _ offset: Int64) throws -> ErrorCode {
        var wanted = OffsetCommitRequest.OffsetCommitRequestPartition()
        wanted.partitionIndex = partition
        wanted.committedOffset = offset
        var named = OffsetCommitRequest.OffsetCommitRequestTopic()
        named.name = topic
        named.partitions = [wanted]
        var request = OffsetCommitRequest()
        request.groupId = group
        request.topics = [named]
        guard case .offsetCommit(let answer) = try send(.offsetCommit(request), version: 7) else {
            throw Failure.malformed("another answer")
        }
        return ErrorCode(rawValue: answer.topics.first?.partitions.first?.errorCode ?? -1)
    }

    func committedOffset(_ group: String, _ topic: String, _ partition: Int32 = 0) throws -> Int64 {
        var topics = OffsetFetchRequest.OffsetFetchRequestTopic()
        topics.name = topic
        topics.partitionIndexes = [partition]
        var request = OffsetFetchRequest()
        request.groupId = group
        request.topics = [topics]
        request.requireStable = true
        guard case .offsetFetch(let answer) = try send(.offsetFetch(request), version: 7) else {
            throw Failure.malformed("another answer")
        }
        let found = try #require(answer.topics.first?.partitions.first)
        guard found.errorCode == 0 else { throw Failure.malformed("\(ErrorCode(rawValue: found.errorCode))") }
        return found.committedOffset
    }
}

enum TestRequests {
    /// One batch of values for one partition.
    static func produce(
        _ topic: String, _ values: [String], partition: Int32 = 0, acks: Int16 = -1,
        producer: (id: Int64, epoch: Int16, sequence: Int32)? = nil, transactionalID: String? = nil
    ) -> ProduceRequest {
        var header = BatchHeader()
        // Older records would be deleted by retention.
        let time = Int64(Date().timeIntervalSince1970 * 1_000)
        header.baseTimestamp = time
        header.maxTimestamp = time
        if let producer {
            header.producerID = producer.id
            header.producerEpoch = producer.epoch
            header.baseSequence = producer.sequence
        }
        if transactionalID != nil { header.attributes |= 0x10 }
        let records = values.enumerated().map { BatchRecord(offsetDelta: Int32($0), key: nil, value: Array($1.utf8)) }
        var data = ProduceRequest.PartitionProduceData()
        data.index = partition
        data.records = RecordSet([RecordBatchCodec.batch(header, records)])
        var named = ProduceRequest.TopicProduceData()
        named.name = topic
        named.partitionData = [data]
        var request = ProduceRequest()
        request.acks = acks
        request.timeoutMs = 30_000
        request.transactionalId = transactionalID
        request.topicData = [named]
        return request
    }

    static func fetch(
        _ topic: String, _ partition: Int32 = 0, from offset: Int64 = 0, isolation: Int8 = 0, waitMs: Int32 = 0,
        maxBytes: Int32 = 50 << 20
    ) -> FetchRequest {
        var wanted = FetchRequest.FetchPartition()
        wanted.partition = partition
        wanted.fetchOffset = offset
        wanted.partitionMaxBytes = maxBytes
        var named = FetchRequest.FetchTopic()
        named.topic = topic
        named.partitions = [wanted]
        var request = FetchRequest()
        request.maxWaitMs = waitMs
        request.minBytes = 1
        request.maxBytes = maxBytes
        request.isolationLevel = isolation
        request.topics = [named]
        return request
    }
}

/// The log lines of a broker, for tests that look at reasons.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var log: BrokerLog { BrokerLog(level: .debug) { [self] line in lines.withLock { $0.append(line.message) } } }
    var all: [String] { lines.withLock { $0 } }

    func contains(_ words: String) -> Bool { all.contains { $0.contains(words) } }
}
