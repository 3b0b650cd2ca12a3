import KafkaProtocol
import Testing

@testable import BrokerCore

/// Whatever a client sends is answered or closes its connection; what is kept can be read to its end.
@Suite struct LogHostileTests {
    private static let numbers: [Int64] = [.min, -2, -1, 0, 1, 5, 1 << 31, .max - 1, .max]

    private static func number<Value: FixedWidthInteger>(_ random: inout LogRandom) -> Value {
        Value(truncatingIfNeeded: numbers.randomElement(using: &random) ?? 0)
    }

    private static func name(_ random: inout LogRandom) -> String {
        ["t", "c", "u", "", "..", "a b", "\u{0}", "ä", String(repeating: "x", count: 300)]
            .randomElement(using: &random) ?? ""
    }

    private static func world() -> LogWorld {
        let world = LogWorld()
        world.create("t", partitions: 2, ["segment.ms": "5"])
        world.create("c", ["cleanup.policy": "compact,delete", "segment.ms": "5", "min.cleanable.dirty.ratio": "0"])
        return world
    }

    @Test("bent batches with a checksum that holds", arguments: 0..<30)
    func batches(seed: Int) throws {
        var random = LogRandom(UInt64(seed) &+ 77)
        let world = Self.world()
        var accepted = 0
        for step in 0..<300 {
            var bytes = world.batch(
                ["a\(step)", "b", nil], producer: Int64.random(in: -1...1, using: &random), epoch: 0,
                sequence: Int32(step % 7))
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let index = Int.random(in: 17..<bytes.count, using: &random)
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            if random.chance(10) { bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))) }
            if bytes.count >= BatchHeader.byteCount, random.chance(90) {
                var header = try BatchHeader(bytes)
                header.magic = 2
                header.attributes &= 0x00ff
                bytes = header.replacing(bytes)
            }
            let topic = random.chance(50) ? "t" : "c"
            if world.produce(bytes, to: topic)?.errorCode == 0 { accepted += 1 }
            world.wait(Int64.random(in: 0...2_000, using: &random))
        }
        #expect(accepted > 20)
        for topic in ["t", "c"] {
            var last: Int64 = -1
            for batch in world.log(topic).batches {
                let header = try RecordBatchCodec.validate(batch.bytes)
                #expect(header.baseOffset > last)
                last = header.lastOffset
                guard header.compression == BatchHeader.Compression.none else { continue }
                var cursor = RecordCursor(batch.bytes)
                for _ in 0..<header.recordCount { _ = try cursor.next() }
                #expect(cursor.isAtEnd)
            }
        }
        #expect(world.replayed().snapshot() == world.broker.snapshot())
    }

    @Test("numbers and names of any kind in every request of logs and topics", arguments: 0..<20)
    func requests(seed: Int) {
        var random = LogRandom(UInt64(seed) &+ 99)
        let world = Self.world()
        _ = world.produce(world.batch())
        for _ in 0..<200 {
            let effects = world.effects(Self.request(&random))
            // A fetch may wait, and then its time ends it.
            if effects.isEmpty { world.disconnect(world.lastConnection) }
            world.wait(Int64.random(in: 0...50, using: &random))
        }
        #expect(world.broker.topics.partitionCount <= world.broker.configuration.partitionLimit)
        #expect(world.replayed().snapshot() == world.broker.snapshot())
    }

    private static func request(_ random: inout LogRandom) -> RequestBody {
        switch Int.random(in: 0..<11, using: &random) {
        case 0:
            var message = LogWorld.fetchRequest(
                number(&random), name(&random), number(&random), committed: random.chance(50),
                maxBytes: number(&random),
                partitionMaxBytes: number(&random), minBytes: number(&random), maxWait: number(&random))
            message.topics[0].partitions[0].currentLeaderEpoch = number(&random)
            message.topics[0].partitions[0].lastFetchedEpoch = number(&random)
            message.sessionEpoch = number(&random)
            return .fetch(message)
        case 1:
            var message = ListOffsetsRequest()
            message.isolationLevel = number(&random)
            message.topics = [ListOffsetsRequest.ListOffsetsTopic()]
            message.topics[0].name = name(&random)
            message.topics[0].partitions = [ListOffsetsRequest.ListOffsetsPartition()]
            message.topics[0].partitions[0].partitionIndex = number(&random)
            message.topics[0].partitions[0].timestamp = number(&random)
            return .listOffsets(message)
        case 2:
            var message = DeleteRecordsRequest()
            message.topics = [DeleteRecordsRequest.DeleteRecordsTopic()]
            message.topics[0].name = name(&random)
            message.topics[0].partitions = [DeleteRecordsRequest.DeleteRecordsPartition()]
            message.topics[0].partitions[0].partitionIndex = number(&random)
            message.topics[0].partitions[0].offset = number(&random)
            return .deleteRecords(message)
        case 3:
            var message = CreateTopicsRequest()
            message.topics = [CreateTopicsRequest.CreatableTopic()]
            message.topics[0].name = name(&random)
            message.topics[0].numPartitions = number(&random)
            message.topics[0].replicationFactor = number(&random)
            if random.chance(30) {
                message.topics[0].assignments = [CreateTopicsRequest.CreatableReplicaAssignment()]
                message.topics[0].assignments[0].partitionIndex = number(&random)
                message.topics[0].assignments[0].brokerIds = [number(&random)]
            }
            return .createTopics(message)
        case 4:
            var message = CreatePartitionsRequest()
            message.topics = [CreatePartitionsRequest.CreatePartitionsTopic()]
            message.topics[0].name = name(&random)
            message.topics[0].count = number(&random)
            message.topics[0].assignments = nil
            return .createPartitions(message)
        case 5:
            var message = MetadataRequest()
            message.topics = [MetadataRequest.MetadataRequestTopic()]
            message.topics?[0].name = random.chance(70) ? name(&random) : nil
            return .metadata(message)
        case 6:
            var message = IncrementalAlterConfigsRequest()
            message.resources = [IncrementalAlterConfigsRequest.AlterConfigsResource()]
            message.resources[0].resourceType = random.chance(80) ? 2 : number(&random)
            message.resources[0].resourceName = name(&random)
            message.resources[0].configs = [IncrementalAlterConfigsRequest.AlterableConfig()]
            message.resources[0].configs[0].name = TopicConfigs.definitions.randomElement(using: &random)?.name ?? ""
            message.resources[0].configs[0].configOperation = Int8.random(in: -1...4, using: &random)
            message.resources[0].configs[0].value = "\(number(&random) as Int64)"
            return .incrementalAlterConfigs(message)
        case 7:
            var message = DescribeTopicPartitionsRequest()
            message.responsePartitionLimit = number(&random)
            message.cursor = DescribeTopicPartitionsRequest.Cursor()
            message.cursor?.topicName = name(&random)
            message.cursor?.partitionIndex = number(&random)
            return .describeTopicPartitions(message)
        case 8:
            var message = OffsetForLeaderEpochRequest()
            message.topics = [OffsetForLeaderEpochRequest.OffsetForLeaderTopic()]
            message.topics[0].topic = name(&random)
            message.topics[0].partitions = [OffsetForLeaderEpochRequest.OffsetForLeaderPartition()]
            message.topics[0].partitions[0].leaderEpoch = number(&random)
            message.topics[0].partitions[0].currentLeaderEpoch = number(&random)
            return .offsetForLeaderEpoch(message)
        case 9:
            var message = DescribeProducersRequest()
            message.topics = [DescribeProducersRequest.TopicRequest()]
            message.topics[0].name = name(&random)
            message.topics[0].partitionIndexes = [number(&random)]
            return .describeProducers(message)
        default:
            var message = DescribeLogDirsRequest()
            message.topics = [DescribeLogDirsRequest.DescribableLogDirTopic()]
            message.topics?[0].topic = name(&random)
            message.topics?[0].partitions = [number(&random)]
            return .describeLogDirs(message)
        }
    }

    @Test("a batch of any bytes is no batch, and never more", arguments: 0..<10)
    func noise(seed: Int) {
        var random = LogRandom(UInt64(seed) &+ 5)
        let world = Self.world()
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(world.produce(bytes)?.errorCode != 0)
            var cursor = RecordCursor(bytes)
            for _ in 0..<200 where !cursor.isAtEnd { if (try? cursor.next()) == nil { break } }
        }
        #expect(world.log().end == 0)
    }
}
