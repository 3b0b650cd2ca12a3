import KafkaProtocol
import Testing

/// Record batches, by themselves and through Kafka's own classes.
@Suite struct RecordBatchTests {
    struct Made {
        var header: BatchHeader
        var records: [BatchRecord]
        var bytes: [UInt8]
    }

    static func batches(_ count: Int, seed: UInt64) -> [Made] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in batch(&random) }
    }

    private static func batch(_ random: inout SeededRandom) -> Made {
        var header = BatchHeader()
        header.baseOffset = Int64(random.below(1_000_000))
        header.partitionLeaderEpoch = Int32(random.below(100))
        header.attributes = random.pick([0, 0x08, 0x10])
        header.baseTimestamp = 1_700_000_000_000 + Int64(random.below(1_000_000))
        header.producerID = Int64(random.below(1_000))
        header.producerEpoch = Int16(random.below(100))
        header.baseSequence = random.pick([0, 7, Int32.max - 1, Int32.max])
        let start = header.baseTimestamp
        let records = (0..<1 + random.below(6)).map { index in
            BatchRecord(
                offsetDelta: Int32(index), timestampDelta: Int64(random.below(100_000)),
                key: random.oneIn(4) ? nil : random.bytes(upTo: 20),
                value: random.oneIn(4) ? nil : random.bytes(upTo: 200),
                headers: (0..<random.below(3)).map { _ in
                    .init(name: random.pick(["", "a", "naïve"]), value: random.oneIn(4) ? nil : random.bytes(upTo: 9))
                })
        }
        header.maxTimestamp = start + (records.map(\.timestampDelta).max() ?? 0)
        return Made(header: header, records: records, bytes: RecordBatchCodec.batch(header, records))
    }

    /// The text by which the Java program describes a batch.
    static func description(_ bytes: [UInt8]) throws -> String {
        let header = try RecordBatchCodec.validate(bytes)
        let words: [String] = [
            "batch", "\(header.baseOffset)", "\(header.lastOffset)", "\(header.partitionLeaderEpoch)",
            "\(header.maxTimestamp)", header.usesLogAppendTime ? "LogAppendTime" : "CreateTime",
            "\(header.producerID)", "\(header.producerEpoch)", "\(header.baseSequence)", "\(header.lastSequence)",
            "\(header.isTransactional)", "\(header.isControl)",
        ]
        var text = words.joined(separator: ",") + ";"
        func word(_ bytes: [UInt8]?) -> String { bytes.map { "x" + $0.hex } ?? "null" }
        for record in try RecordBatchCodec.records(bytes) {
            let offset = header.baseOffset + Int64(record.offsetDelta)
            let time = header.usesLogAppendTime ? header.maxTimestamp : header.baseTimestamp + record.timestampDelta
            var words = ["record", "\(offset)", "\(time)", word(record.key), word(record.value)]
            for item in record.headers { words += [word(Array(item.name.utf8)), word(item.value)] }
            text += words.joined(separator: ",") + ";"
            if header.isControl, let marker = ControlRecord(record) {
                text += "marker,\(marker.kind == .commit ? "COMMIT" : "ABORT"),\(marker.coordinatorEpoch);"
            }
        }
        return text
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        for made in Self.batches(300, seed: 1) {
            let header = try RecordBatchCodec.validate(made.bytes)
            #expect(try RecordBatchCodec.records(made.bytes) == made.records)
            #expect(header.recordCount == made.records.count)
            #expect(header.lastOffset == made.header.baseOffset + Int64(made.records.count) - 1)
            var assigned = made.bytes
            RecordBatchCodec.assign(baseOffset: 77, leaderEpoch: 5, to: &assigned)
            let other = try RecordBatchCodec.validate(assigned)
            #expect(other.baseOffset == 77 && other.partitionLeaderEpoch == 5)
            RecordBatchCodec.stamp(123, &assigned)
            let stamped = try RecordBatchCodec.validate(assigned)
            #expect(stamped.usesLogAppendTime && stamped.maxTimestamp == 123)
        }
    }

    @Test("batches are cut where they end")
    func split() throws {
        let made = Self.batches(5, seed: 2).map(\.bytes)
        #expect(try RecordBatchCodec.split(made.flatMap(\.self)) == made)
        #expect(try RecordBatchCodec.split([]) == [])
        #expect(throws: RecordBatchCodec.Fault.malformed(.truncated)) {
            try RecordBatchCodec.split(Array(made.flatMap(\.self).dropLast()))
        }
    }

    @Test("a change of any byte behind the checksum is seen")
    func checksum() throws {
        var random = SeededRandom(seed: 3)
        for made in Self.batches(100, seed: 4) {
            var bytes = made.bytes
            let place = 17 + random.below(bytes.count - 17)
            bytes[place] ^= UInt8(1 << random.below(8))
            #expect(throws: RecordBatchCodec.Fault.checksum) { try RecordBatchCodec.validate(bytes) }
        }
    }

    @Test("sequences go round from the largest to 0, and none stays none")
    func sequences() {
        var header = BatchHeader()
        let rows: [(Int32, Int32, Int32)] = [
            (0, 0, 0), (5, 3, 8), (.max, 0, .max), (.max, 1, 0), (.max - 1, 3, 1), (-1, 0, -1), (-1, 4, -1),
        ]
        for (first, delta, last) in rows {
            header.baseSequence = first
            header.lastOffsetDelta = delta
            #expect(header.lastSequence == last, "\(first) + \(delta)")
        }
    }

    @Test("Kafka reads our batches and markers", .enabled(if: JavaKafka.home != nil, "needs KAFKA_HOME"))
    func toKafka() throws {
        var made = Self.batches(500, seed: 5).map(\.bytes)
        for kind in [ControlRecord.Kind.abort, .commit] {
            let marker = ControlRecord(kind: kind, coordinatorEpoch: 3)
            made.append(marker.batch(producerID: 12, producerEpoch: 4, time: 1_700_000_000_000))
        }
        let answers = try JavaKafka.answers(made.map { "batches \($0.hex)" })
        for (bytes, answer) in zip(made, answers) { #expect(try Self.description(bytes) == answer) }
    }

    @Test("we read Kafka's batches and markers", .enabled(if: JavaKafka.home != nil, "needs KAFKA_HOME"))
    func fromKafka() throws {
        let answers = try JavaKafka.answers((0..<500).map { "make-batch \($0)" })
        for answer in answers {
            let words = answer.split(separator: " ", maxSplits: 1)
            let bytes = try #require([UInt8](hex: words[0]))
            #expect(try Self.description(bytes) == words[1])
            let header = try RecordBatchCodec.header(bytes)
            let records = try RecordBatchCodec.records(bytes)
            if header.isControl, let marker = ControlRecord(records[0]) {
                var own = marker.batch(
                    producerID: header.producerID, producerEpoch: header.producerEpoch, time: header.baseTimestamp)
                RecordBatchCodec.assign(
                    baseOffset: header.baseOffset, leaderEpoch: header.partitionLeaderEpoch, to: &own)
                #expect(own == bytes, "a marker is byte for byte Kafka's")
            } else {
                #expect(RecordBatchCodec.batch(header, records) == bytes, "a batch is byte for byte Kafka's")
            }
        }
    }
}
