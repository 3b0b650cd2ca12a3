import KafkaProtocol
import Testing

@testable import BrokerCore

@Suite struct LogRetentionTests {
    /// A log of segments of one batch each, ten seconds apart.
    private static func world(_ settings: [String: String], batches: Int = 5) -> LogWorld {
        let world = LogWorld()
        world.create("t", ["segment.ms": "1"].merging(settings) { $1 })
        for index in 0..<batches {
            world.wait(10_000)
            _ = world.produce(world.batch(["\(index)"]))
        }
        return world
    }

    @Test("segments go when their newest record is older than retention.ms, the newest segment too")
    func time() {
        let world = Self.world(["retention.ms": "25000"])
        #expect(world.log().start == 2)
        world.wait(5_001)
        #expect(world.log().start == 3)
        world.wait(100_000)
        #expect(world.log().start == 5)
        #expect(world.log().end == 5)
        #expect(world.log().byteCount == 0)
        #expect(world.produce(world.batch(["x"]))?.baseOffset == 5)
        #expect(world.fetch(LogWorld.fetchRequest(4))?.errorCode == ErrorCode.offsetOutOfRange.rawValue)
    }

    @Test("a record of the future, or without time, keeps its segment")
    func noTime() {
        let world = LogWorld()
        world.create("t", ["retention.ms": "10"])
        _ = world.produce(world.batch(times: [-1]))
        world.wait(1_000_000)
        #expect(world.log().start == 0)
        let other = LogWorld()
        other.create("t", ["retention.ms": "10"])
        _ = other.produce(other.batch(["a", "b"], times: [other.now - 100, other.now + 50_000]))
        other.wait(50_000)
        #expect(other.log().start == 0)
        other.wait(1_011)
        #expect(other.log().start == 2)
    }

    @Test("segments go while the log is large enough without them")
    func bytes() {
        let size = LogWorld().batch(["0"]).count
        for (limit, start) in [(0, 5), (1, 4), (size, 4), (size + 1, 3), (size * 3, 2), (size * 9, 0), (-1, 0)] {
            let world = Self.world(["retention.bytes": "\(limit)"])
            world.wait(1_000)
            #expect(world.log().start == Int64(start), "\(limit)")
        }
    }

    @Test("a topic that is only compacted keeps everything's time", arguments: ["compact", ""])
    func policy(_ policy: String) {
        let world = Self.world(["retention.ms": "1", "retention.bytes": "0", "cleanup.policy": policy])
        world.wait(1_000_000)
        #expect(world.log().start == 0)
    }

    @Test("a changed retention holds for what is there")
    func changed() {
        let world = Self.world([:])
        world.broker.record(.brokerConfigured(configuration: ["log.retention.ms": "15000"]))
        world.wait(1_000)
        #expect(world.log().start == 3)
        world.broker.record(.topicConfigured(name: "t", configuration: ["retention.ms": "-1"]))
        world.wait(1_000_000)
        #expect(world.log().start == 3)
    }

    @Test("silent producers are forgotten, those with an open transaction are not")
    func producers() {
        let world = LogWorld { $0.producerIDExpirationMs = 10_000 }
        world.create("t")
        world.wait(0)
        _ = world.produce(world.batch(producer: 1, epoch: 0, sequence: 0))
        world.broker.record(
            .producerKept(
                topic: "t", partition: 0,
                ProducerRecord(producerID: 2, epoch: 0, transactionStart: 0, lastTimestamp: world.now)))
        world.wait(599_000)
        #expect(world.log().producers.keys.sorted() == [1, 2])
        world.wait(1_000)
        #expect(world.log().producers.keys.sorted() == [2])
    }

    @Test("deleted records are gone, and what is asked for wrongly is refused")
    func deleteRecords() throws {
        let world = Self.world(["retention.ms": "-1"])
        for (offset, low, error) in [
            (Int64(2), Int64(2), ErrorCode.none), (1, 2, .none), (6, -1, .offsetOutOfRange),
            (-2, -1, .offsetOutOfRange),
            (.min, -1, .offsetOutOfRange), (.max, -1, .offsetOutOfRange), (-1, 5, .none), (5, 5, .none),
        ] {
            let result = try #require(world.deleteRecords(before: offset))
            #expect(result.lowWatermark == low)
            #expect(result.errorCode == error.rawValue)
        }
        #expect(world.deleteRecords(before: 0, "t", 1)?.errorCode == ErrorCode.unknownTopicOrPartition.rawValue)
        #expect(world.deleteRecords(before: 0, "u")?.errorCode == ErrorCode.unknownTopicOrPartition.rawValue)
        world.create("c", ["cleanup.policy": "compact"])
        #expect(world.deleteRecords(before: 0, "c")?.errorCode == ErrorCode.policyViolation.rawValue)
        #expect(world.replayed().snapshot() == world.broker.snapshot())
    }
}
