import KafkaProtocol
import Testing

@testable import BrokerCore

/// Errors and offsets as Apache Kafka 4.3.1 answered the same requests.
@Suite struct ProduceRequestTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var error: ErrorCode
        /// Whether the answer says where the log begins.
        var tellsStart: Bool
        var bytes: @Sendable (LogWorld) -> [UInt8]?

        init(
            _ name: String, _ error: ErrorCode, tellsStart: Bool = false,
            _ bytes: @escaping @Sendable (LogWorld) -> [UInt8]?
        ) {
            self.name = name
            self.error = error
            self.tellsStart = tellsStart
            self.bytes = bytes
        }

        var testDescription: String { name }
    }

    static func patched(_ bytes: [UInt8], _ index: Int, _ value: UInt8) -> [UInt8] {
        var bytes = bytes
        bytes[index] = value
        return bytes
    }

    static let rows: [Row] = [
        Row("one batch", .none, tellsStart: true) { $0.batch() },
        Row("no records", .invalidRecord) { _ in [] },
        Row("null", .invalidRecord) { _ in nil },
        Row("two batches", .invalidRecord) { $0.batch() + $0.batch() },
        Row("three bytes behind", .none, tellsStart: true) { $0.batch() + [1, 2, 3] },
        Row("twenty zeros behind", .corruptMessage) { $0.batch() + [UInt8](repeating: 0, count: 20) },
        Row("cut off", .invalidRecord) { $0.batch().dropLast() },
        Row("checksum", .corruptMessage) { patched($0.batch(), $0.batch().count - 1, 0xff) },
        Row("base offset", .invalidRecord, tellsStart: true) { $0.batch { $0.baseOffset = 5 } },
        Row("format 1", .invalidRecord) { patched($0.batch(), 16, 1) },
        Row("format 1, shorter than a header", .invalidRecord) { _ in
            [UInt8](repeating: 0, count: 11) + [23] + [UInt8](repeating: 0, count: 4) + [1]
                + [UInt8](repeating: 0, count: 18)
        },
        Row("transactional without producer", .none, tellsStart: true) { $0.batch(attributes: 0x10) },
        Row("format 3", .corruptMessage) { patched($0.batch(), 16, 3) },
        Row("negative length", .corruptMessage) { patched($0.batch(), 8, 0xff) },
        Row("length below a header", .corruptMessage) { patched(patched($0.batch(), 11, 20), 10, 0) },
        Row("count above offsets", .invalidRecord, tellsStart: true) { $0.batch { $0.recordCount = 2 } },
        Row("count above records", .invalidRecord, tellsStart: true) {
            $0.batch {
                $0.recordCount = 2
                $0.lastOffsetDelta = 1
            }
        },
        Row("count below records", .invalidRecord, tellsStart: true) {
            $0.batch(["a", "b"]) {
                $0.recordCount = 1
                $0.lastOffsetDelta = 0
            }
        },
        Row("no record counted", .invalidRecord, tellsStart: true) { $0.batch([]) { $0.recordCount = 0 } },
        Row("huge count", .invalidRecord, tellsStart: true) {
            $0.batch {
                $0.recordCount = .max
                $0.lastOffsetDelta = .max - 1
            }
        },
        Row("negative offset delta", .invalidRecord, tellsStart: true) { $0.batch { $0.lastOffsetDelta = -1 } },
        Row("control batch", .invalidRecord, tellsStart: true) { $0.batch(attributes: 0x20) },
        Row("producer without sequence", .invalidRecord, tellsStart: true) { $0.batch(producer: 7, epoch: 0) },
        Row("transactional without id", .transactionalIdAuthorizationFailed) {
            $0.batch(producer: 7, epoch: 0, sequence: 0, attributes: 0x10)
        },
        Row("an hour and more ahead", .invalidTimestamp, tellsStart: true) { $0.batch(times: [$0.now + 3_600_001]) },
        Row("an hour ahead", .none, tellsStart: true) { $0.batch(times: [$0.now + 3_600_000]) },
        Row("no time", .none, tellsStart: true) { $0.batch(times: [-1]) },
        Row("a wrong newest time", .none, tellsStart: true) { $0.batch { $0.maxTimestamp = .max } },
        Row("append time from a client", .none, tellsStart: true) { $0.batch(attributes: 8) },
        Row("too large", .messageTooLarge) { $0.batch([String(repeating: "v", count: 1_048_588)]) },
        Row("record of another offset than its place", .invalidRecord, tellsStart: true) { world in
            let bytes = patched(world.batch(), 64, 2)
            return (try? BatchHeader(bytes))?.replacing(bytes)
        },
        Row("record longer than its batch", .invalidRecord, tellsStart: true) { world in
            var bytes = world.batch()
            bytes[61] = 0x7e
            guard let header = try? BatchHeader(bytes) else { return nil }
            return header.replacing(bytes)
        },
    ]

    @Test("a batch gets Kafka's error", arguments: rows)
    func batch(_ row: Row) throws {
        let world = LogWorld()
        world.create("t")
        let id = row.name == "transactional without producer" ? "id" : nil
        let answer = try #require(world.produce(row.bytes(world), transactionalID: id))
        #expect(ErrorCode(rawValue: answer.errorCode) == row.error)
        #expect(answer.baseOffset == (row.error == .none ? 0 : -1))
        #expect(answer.logStartOffset == (row.tellsStart ? 0 : -1))
        #expect(world.log().end == (row.error == .none ? 1 : 0))
    }

    @Test("what is kept has offsets, the leader's epoch and a checksum that holds")
    func stored() throws {
        let world = LogWorld()
        world.create("t")
        _ = world.produce(world.batch(["a", "b"]))
        _ = world.produce(world.batch(["c"]) { $0.maxTimestamp = .max })
        let batches = world.log().batches.map(\.bytes)
        for (bytes, offset) in zip(batches, [Int64(0), 2]) {
            let header = try RecordBatchCodec.validate(bytes)
            #expect(header.baseOffset == offset)
            #expect(header.partitionLeaderEpoch == 0)
            #expect(header.maxTimestamp == world.now)
        }
        #expect(batches.count == 2)
    }

    @Test("acks", arguments: [Int16(-2), -1, 0, 1, 2])
    func acks(_ acks: Int16) throws {
        let world = LogWorld()
        world.create("t")
        let body = RequestBody.produce(LogWorld.produceRequest(world.batch(), "t", 0, acks: acks))
        let effects = world.effects(body, 8)
        switch acks {
        case 0: #expect(effects == [.done(world.lastConnection)])
        case -1, 1: #expect(world.late[world.lastConnection] != nil)
        default:
            guard case .produce(let answer)? = world.late[world.lastConnection] else { throw ProtocolError.truncated }
            let partition = try #require(answer.responses.first?.partitionResponses.first)
            #expect(partition.errorCode == ErrorCode.invalidRequiredAcks.rawValue)
            #expect(partition.logStartOffset == -1)
        }
        #expect(world.log().end == ([-1, 0, 1].contains(acks) ? 1 : 0))
    }

    @Test("an error without acknowledgement closes the connection")
    func closes() {
        let world = LogWorld()
        let effects = world.effects(.produce(LogWorld.produceRequest(world.batch(), "t", 0, acks: 0)), 8)
        guard case .close(world.lastConnection, _)? = effects.first else {
            Issue.record("\(effects)")
            return
        }
    }

    @Test("topics and partitions that are not there", arguments: [Int16(3), 8, 12])
    func unknown(version: Int16) throws {
        let world = LogWorld()
        world.create("t")
        for (topic, partition) in [("t", Int32(1)), ("t", -1), ("t", .max), ("t", .min), ("u", 0), ("a b", 0)] {
            let answer = try #require(world.produce(world.batch(), to: topic, partition, version: version))
            #expect(answer.errorCode == ErrorCode.unknownTopicOrPartition.rawValue)
        }
    }

    @Test("from version 13 on topics go by id")
    func byID() throws {
        let world = LogWorld()
        world.create("t")
        let id = try #require(world.broker.topics.topic("t")?.id)
        for (id, partition, error) in [
            (id, Int32(0), ErrorCode.none), (.zero, 0, .unknownTopicId), (id, 4, .unknownTopicOrPartition),
        ] {
            var message = LogWorld.produceRequest(world.batch(), "", partition)
            message.topicData[0].topicId = id
            guard case .produce(let answer)? = world.ask(.produce(message), 13) else { throw ProtocolError.truncated }
            #expect(answer.responses[0].topicId == id)
            #expect(answer.responses[0].partitionResponses[0].errorCode == error.rawValue)
        }
    }

    @Test("a compacted topic names the records without key")
    func keys() throws {
        let world = LogWorld()
        world.create("t", ["cleanup.policy": "delete,compact"])
        let answer = try #require(world.produce(world.batch(["a", "b", "c"], keys: [nil, "k", nil])))
        #expect(answer.errorCode == ErrorCode.invalidRecord.rawValue)
        #expect(answer.recordErrors.map(\.batchIndex) == [0, 2])
        #expect(answer.errorMessage != nil)
        #expect(try #require(world.produce(world.batch(["a"], keys: [""]))).errorCode == 0)
    }

    @Test("the broker's time takes the place of the client's where the topic says so")
    func appendTime() throws {
        let world = LogWorld()
        world.create("t", ["message.timestamp.type": "LogAppendTime"])
        let answer = try #require(world.produce(world.batch(["a", "b"], times: [5, 900_000_000_000_000])))
        #expect(answer.logAppendTimeMs == world.now)
        let data = try #require(world.fetch(LogWorld.fetchRequest(0)))
        #expect(ReadRecord.all(data.records).map(\.timestamp) == [world.now, world.now])
        let refused = try #require(world.produce(world.batch(attributes: 8)))
        #expect(refused.errorCode == ErrorCode.invalidTimestamp.rawValue)
    }

    @Test("a record may be as old as the topic takes")
    func age() throws {
        let world = LogWorld()
        world.create("t", ["message.timestamp.before.max.ms": "1000", "message.timestamp.after.max.ms": "10"])
        for (age, error) in [
            (Int64(1_000), ErrorCode.none), (1_001, .invalidTimestamp), (-10, .none), (-11, .invalidTimestamp),
        ] {
            let answer = try #require(world.produce(world.batch(["a", "b"], times: [world.now, world.now - age])))
            #expect(answer.errorCode == error.rawValue)
            #expect(answer.recordErrors.map(\.batchIndex) == (error == .none ? [] : [1]))
        }
    }

    @Test("a codec that needs a newer client is refused, an unknown one too")
    func codecs() throws {
        let world = LogWorld()
        world.create("t")
        for (codec, version, error) in [
            (Int16(4), Int16(6), ErrorCode.unsupportedCompressionType), (4, 7, .none), (1, 3, .none),
            (5, 12, .unsupportedCompressionType), (7, 12, .unsupportedCompressionType),
        ] {
            let answer = try #require(world.produce(world.batch(attributes: codec), version: version))
            #expect(answer.errorCode == error.rawValue)
        }
    }

    // MARK: Sequences

    struct Step: Sendable, CustomTestStringConvertible {
        var name: String
        /// Producer epoch, first sequence, number of records; then the error and the offset.
        var steps: [(epoch: Int16, sequence: Int32, count: Int, error: ErrorCode, offset: Int64)]
        var testDescription: String { name }
    }

    static let sequences: [Step] = [
        Step(name: "in order", steps: [(0, 0, 2, .none, 0), (0, 2, 1, .none, 2)]),
        Step(
            name: "repeated: five batches are known",
            steps: [
                (0, 0, 1, .none, 0), (0, 1, 1, .none, 1), (0, 2, 1, .none, 2), (0, 3, 1, .none, 3), (0, 4, 1, .none, 4),
                (0, 0, 1, .none, 0), (0, 4, 1, .none, 4), (0, 5, 1, .none, 5),
                (0, 0, 1, .outOfOrderSequenceNumber, -1), (0, 1, 1, .none, 1),
            ]),
        Step(
            name: "repeated with another length",
            steps: [(0, 0, 2, .none, 0), (0, 0, 1, .outOfOrderSequenceNumber, -1)]),
        Step(name: "gap", steps: [(0, 0, 1, .none, 0), (0, 2, 1, .outOfOrderSequenceNumber, -1), (0, 1, 1, .none, 1)]),
        Step(name: "unknown producer", steps: [(0, 5, 1, .none, 0), (0, 5, 1, .none, 0), (0, 6, 1, .none, 1)]),
        Step(
            name: "new epoch begins at 0",
            steps: [
                (0, 0, 1, .none, 0), (1, 1, 1, .outOfOrderSequenceNumber, -1), (1, 0, 1, .none, 1),
                (0, 1, 1, .invalidProducerEpoch, -1), (0, 0, 1, .invalidProducerEpoch, -1), (1, 1, 1, .none, 2),
            ]),
        Step(
            name: "round the end",
            steps: [
                (0, .max - 1, 1, .none, 0), (0, .max, 1, .none, 1), (0, 1, 1, .outOfOrderSequenceNumber, -1),
                (0, 0, 1, .none, 2),
            ]),
        Step(
            name: "round the end inside a batch",
            steps: [(0, .max - 1, 4, .none, 0), (0, .max - 1, 4, .none, 0), (0, 2, 1, .none, 4)]),
    ]

    @Test("a producer's sequences", arguments: sequences)
    func sequence(_ row: Step) throws {
        let world = LogWorld()
        world.create("t")
        for step in row.steps {
            let bytes = world.batch(
                (0..<step.count).map { "\($0)" }, producer: 9, epoch: step.epoch, sequence: step.sequence)
            let answer = try #require(world.produce(bytes))
            #expect(ErrorCode(rawValue: answer.errorCode) == step.error, "\(step)")
            #expect(answer.baseOffset == step.offset, "\(step)")
        }
    }

    @Test("a repeated batch carries its old time")
    func duplicateTime() throws {
        let world = LogWorld()
        world.create("t")
        let bytes = world.batch(producer: 9, epoch: 0, sequence: 0)
        #expect(world.produce(bytes)?.logAppendTimeMs == -1)
        let time = world.now
        world.wait(1_000)
        #expect(world.produce(bytes)?.logAppendTimeMs == time)
    }

    @Test("an open transaction takes no other data of its producer")
    func openTransaction() throws {
        let world = LogWorld()
        world.create("t")
        world.broker.record(
            .producerKept(
                topic: "t", partition: 0, ProducerRecord(producerID: 9, epoch: 0, transactionStart: 0)))
        let answer = try #require(world.produce(world.batch(producer: 9, epoch: 0, sequence: 0)))
        #expect(answer.errorCode == ErrorCode.invalidTxnState.rawValue)
    }

    @Test("after a marker of a newer epoch the producer begins at 0")
    func marker() throws {
        let world = LogWorld()
        world.create("t")
        _ = world.produce(world.batch(producer: 9, epoch: 0, sequence: 0))
        world.mark(.abort, 9, epoch: 1)
        #expect(world.produce(world.batch(producer: 9, epoch: 0, sequence: 1))?.errorCode == 47)
        #expect(world.produce(world.batch(producer: 9, epoch: 1, sequence: 1))?.errorCode == 45)
        #expect(world.produce(world.batch(producer: 9, epoch: 1, sequence: 0))?.errorCode == 0)
    }
}
