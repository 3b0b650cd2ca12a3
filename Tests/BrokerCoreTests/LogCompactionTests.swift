import KafkaProtocol
import Testing

@testable import BrokerCore

@Suite struct LogCompactionTests {
    private static let settings = [
        "cleanup.policy": "compact", "segment.ms": "10", "min.cleanable.dirty.ratio": "0",
        "delete.retention.ms": "1000",
    ]

    private static func world(_ changes: [String: String] = [:]) -> LogWorld {
        let world = LogWorld()
        world.create("t", settings.merging(changes) { $1 })
        return world
    }

    /// What a reader finds: key, value and offset of each record.
    private static func contents(_ world: LogWorld) throws -> [String] {
        let data = try #require(world.fetch(LogWorld.fetchRequest(world.log().start)))
        return ReadRecord.all(data.records).map { record in
            let value = record.value.map { String(decoding: $0, as: UTF8.self) } ?? "-"
            return "\(record.offset):\(String(decoding: record.key ?? [], as: UTF8.self))=\(value)"
        }
    }

    private static func put(
        _ world: LogWorld, _ pairs: KeyValuePairs<String, String?>, producer: Int64 = -1, _ sequence: Int32 = -1
    ) {
        let bytes = world.batch(
            pairs.map(\.value), keys: pairs.map(\.key), producer: producer, epoch: producer < 0 ? -1 : 0,
            sequence: sequence, attributes: producer < 0 ? 0 : 0x10)
        // Past the coordinator where it is a transaction's.
        guard producer >= 0 else {
            _ = world.produce(bytes)
            return
        }
        var batch = bytes
        RecordBatchCodec.assign(baseOffset: world.log().end, leaderEpoch: 0, to: &batch)
        world.broker.record(.appended(topic: "t", partition: 0, batch: batch))
        world.wait(0)
    }

    /// Begins a new segment, so that what is before may be compacted.
    private static func roll(_ world: LogWorld) {
        world.wait(20)
        put(world, ["roll": "\(world.now)"])
        world.wait(1_000)
    }

    @Test("the newest record of a key stays, with its offset")
    func newest() throws {
        let world = Self.world()
        Self.put(world, ["a": "1", "b": "2", "a": "3"])
        Self.put(world, ["c": "4"])
        Self.put(world, ["b": "5"])
        Self.roll(world)
        #expect(try Self.contents(world).dropLast() == ["2:a=3", "3:c=4", "4:b=5"])
        #expect(world.log().end == 6)
        for batch in world.log().batches { _ = try RecordBatchCodec.validate(batch.bytes) }
        // A reader that stood in a gap goes on with what follows it.
        let data = try #require(world.fetch(LogWorld.fetchRequest(1)))
        #expect(ReadRecord.all(data.records, from: 1).first?.offset == 2)
    }

    @Test("the newest segment stays as it is")
    func active() throws {
        let world = Self.world()
        Self.put(world, ["a": "1"])
        Self.put(world, ["a": "2"])
        world.wait(100_000)
        #expect(try Self.contents(world) == ["0:a=1", "1:a=2"])
    }

    @Test("a tombstone goes once delete.retention.ms have passed since compaction met it")
    func tombstones() throws {
        let world = Self.world()
        Self.put(world, ["a": "1", "b": "2"])
        Self.put(world, ["a": nil])
        let time = world.now
        Self.roll(world)
        #expect(try Self.contents(world).dropLast() == ["1:b=2", "2:a=-"])
        let data = try #require(world.fetch(LogWorld.fetchRequest(0)))
        #expect(ReadRecord.all(data.records).prefix(2).map(\.timestamp) == [time, time])
        world.wait(999)
        #expect(try Self.contents(world).count == 3)
        world.wait(1_001)
        #expect(try Self.contents(world).dropLast() == ["1:b=2"])
    }

    @Test("what compaction has been through does not join the newest segment, however small both are")
    func boundary() throws {
        let world = Self.world(["segment.ms": "1000"])
        Self.put(world, ["a": "1"])
        world.wait(900)
        Self.put(world, ["a": nil])
        world.wait(1_000)
        Self.put(world, ["roll": "1"])
        world.wait(1_000)
        #expect(try Self.contents(world).dropLast() == ["1:a=-"])
        world.wait(3_000)
        #expect(try Self.contents(world) == ["2:roll=1"])
    }

    @Test("a batch's newest time is that of what is left in it")
    func newestTime() throws {
        let world = Self.world()
        let time = world.now
        _ = world.produce(world.batch(["1", "2"], keys: ["a", "b"], times: [time, time - 500]))
        Self.put(world, ["a": "3"])
        Self.roll(world)
        #expect(try Self.contents(world).dropLast() == ["1:b=2", "2:a=3"])
        #expect(try RecordBatchCodec.validate(world.log().batches[0].bytes).maxTimestamp == time - 500)
    }

    @Test("a log keeps its end when nothing is left in it")
    func emptied() throws {
        let world = Self.world()
        world.broker.record(.compacted(topic: "t", partition: 0, batches: [], end: 7))
        #expect(world.log().end == 7)
        let other = Broker(world.broker.configuration)
        for change in world.broker.snapshot() { other.apply(change) }
        #expect(other.topics.log(TopicPartition("t", 0))?.end == 7)
        #expect(world.produce(world.batch())?.baseOffset == 7)
    }

    @Test("nothing younger than min.compaction.lag.ms is touched")
    func lag() throws {
        let world = Self.world(["min.compaction.lag.ms": "5000"])
        Self.put(world, ["a": "1"])
        Self.put(world, ["a": "2"])
        Self.roll(world)
        #expect(try Self.contents(world).count == 3)
        world.wait(6_000)
        #expect(try Self.contents(world).dropLast() == ["1:a=2"])
    }

    @Test("dirt below the ratio is left, unless it is older than max.compaction.lag.ms")
    func ratio() throws {
        let world = Self.world(["min.cleanable.dirty.ratio": "1", "max.compaction.lag.ms": "50000"])
        Self.put(world, ["a": "1"])
        Self.put(world, ["a": "2"])
        Self.roll(world)
        #expect(try Self.contents(world).count == 3)
        world.wait(60_000)
        #expect(try Self.contents(world).dropLast() == ["1:a=2"])
    }

    @Test("aborted data goes and outdates nothing; its marker follows when its time is over")
    func aborted() throws {
        let world = Self.world()
        Self.put(world, ["a": "1"])
        Self.put(world, ["a": "2"], producer: 9, 0)
        world.mark(.abort, 9)
        Self.put(world, ["b": "3"], producer: 8, 0)
        world.mark(.commit, 8)
        Self.roll(world)
        #expect(try Self.contents(world).dropLast() == ["0:a=1", "3:b=3"])
        func markers() -> Int {
            world.log().batches.count { (try? BatchHeader($0.bytes).isControl) ?? false }
        }
        // The pass that removed the data kept the marker; the next one finds it alone and starts its time.
        #expect(markers() == 2)
        Self.roll(world)
        #expect(markers() == 2)
        world.wait(2_000)
        #expect(markers() == 1)
        #expect(try Self.contents(world).prefix(2) == ["0:a=1", "3:b=3"])
        #expect(world.log().producers[9] != nil)
    }

    @Test("what is not decided yet stays")
    func undecided() throws {
        let world = Self.world()
        Self.put(world, ["a": "1"], producer: 9, 0)
        Self.put(world, ["a": "2"])
        Self.roll(world)
        Self.roll(world)
        #expect(try Self.contents(world).prefix(2) == ["0:a=1", "1:a=2"])
        world.mark(.commit, 9)
        Self.roll(world)
        #expect(try Self.contents(world).prefix(1) == ["1:a=2"])
    }

    @Test("compressed batches stay whole")
    func compressed() throws {
        let world = Self.world()
        _ = world.produce(world.batch(["1", "2"], attributes: 1))
        _ = world.produce(world.batch(["3", "4"], attributes: 1))
        Self.roll(world)
        #expect(world.log().batches.count == 3)
    }

    @Test("compaction leaves what a plain table and a list of its latest changes would", arguments: 0..<40)
    func agrees(seed: Int) throws {
        var random = LogRandom(UInt64(seed))
        let world = Self.world()
        var latest: [String: (offset: Int64, value: String?)] = [:]
        var open: [Int64: [(String, Int64, String?)]] = [:]
        var sequences: [Int64: Int32] = [:]
        for step in 0..<120 {
            world.wait(Int64.random(in: 0...30, using: &random))
            let producer = Int64.random(in: -1...2, using: &random)
            if producer >= 0, open[producer] != nil, random.chance(40) {
                let kind: ControlRecord.Kind = random.chance(50) ? .commit : .abort
                world.mark(kind, producer)
                for (key, offset, value) in open.removeValue(forKey: producer) ?? [] where kind == .commit {
                    // Offsets decide, not the order in which transactions end.
                    if latest[key]?.offset ?? -1 < offset { latest[key] = (offset, value) }
                }
                continue
            }
            let key = "k\(Int.random(in: 0..<6, using: &random))"
            let value = random.chance(25) ? nil : "\(step)"
            let offset = world.log().end
            if producer < 0 {
                Self.put(world, [key: value])
                latest[key] = (offset, value)
            } else {
                Self.put(world, [key: value], producer: producer, sequences[producer] ?? 0)
                sequences[producer, default: 0] += 1
                open[producer, default: []].append((key, offset, value))
            }
        }
        for producer in open.keys.sorted() { world.mark(.abort, producer) }
        let end = world.log().end
        for _ in 0..<4 {
            Self.roll(world)
            world.wait(2_000)
        }
        let found = try Self.contents(world).filter { !$0.contains("roll=") }
        let expected = latest.filter { $0.value.value != nil }.sorted { $0.value.offset < $1.value.offset }
            .map { "\($0.value.offset):\($0.key)=\($0.value.value ?? "-")" }
        #expect(found == expected)
        #expect(world.log().end > end)
        #expect(world.log().lastStableOffset == world.log().end)
        #expect(world.replayed().snapshot() == world.broker.snapshot())
        let other = Broker(world.broker.configuration)
        for change in world.broker.snapshot() { other.apply(change) }
        #expect(other.snapshot() == world.broker.snapshot())
    }
}
