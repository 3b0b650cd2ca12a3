import KafkaProtocol
import Testing

@testable import BrokerCore

/// Random work on one log against a plain array of what should be in it.
@Suite struct LogPropertyTests {
    /// The log as a list: what a reader of everything, and a reader of committed data, may see.
    struct Model {
        struct Record {
            var offset: Int64
            var timestamp: Int64
            var value: String
            var producer: Int64
            var isTransactional: Bool
            /// Nil while its transaction is open.
            var isCommitted: Bool?
            /// Never seen, but it has a time that is found.
            var isMarker = false
        }

        struct Producer {
            var sequence: Int32 = 0
            var transactionStart: Int64?
            /// Its newest batches: first sequence, count, offset.
            var batches: [(Int32, Int, Int64)] = []
        }

        var records: [Record] = []
        var producers: [Int64: Producer] = [:]
        var start: Int64 = 0
        var end: Int64 = 0

        var stable: Int64 { max(start, producers.values.compactMap(\.transactionStart).min() ?? end) }

        /// How a batch is answered: its offset, or an error.
        mutating func append(
            _ values: [String], _ times: [Int64], producer id: Int64, sequence: Int32, transactional: Bool
        ) -> (ErrorCode, Int64) {
            var producer = producers[id] ?? Producer()
            if id >= 0 {
                if let old = producer.batches.first(where: { $0.0 == sequence && $0.1 == values.count }) {
                    return (.none, old.2)
                }
                if producers[id] != nil, sequence != producer.sequence { return (.outOfOrderSequenceNumber, -1) }
                if producer.transactionStart != nil, !transactional { return (.invalidTxnState, -1) }
                producer.batches = producer.batches.suffix(4) + [(sequence, values.count, end)]
                producer.sequence = sequence + Int32(values.count)
                if transactional { producer.transactionStart = producer.transactionStart ?? end }
                producers[id] = producer
            }
            let base = end
            for (value, time) in zip(values, times) {
                records.append(
                    Record(
                        offset: end, timestamp: time, value: value, producer: id, isTransactional: transactional,
                        isCommitted: transactional ? nil : true))
                end += 1
            }
            return (.none, base)
        }

        mutating func mark(_ kind: ControlRecord.Kind, _ id: Int64, at time: Int64) {
            for index in records.indices where records[index].producer == id && records[index].isCommitted == nil {
                records[index].isCommitted = kind == .commit
            }
            producers[id, default: Producer()].transactionStart = nil
            records.append(
                Record(
                    offset: end, timestamp: time, value: "", producer: id, isTransactional: true, isCommitted: true,
                    isMarker: true))
            end += 1
        }

        func visible(from offset: Int64, committed: Bool) -> [String] {
            records.filter {
                !$0.isMarker && $0.offset >= max(offset, start)
                    && (!committed || ($0.offset < stable && $0.isCommitted == true))
            }.map(\.value)
        }

        func offset(of time: Int64, committed: Bool) -> Int64 {
            let found = records.first { $0.offset >= start && $0.timestamp >= time }
            return found.flatMap { $0.offset < (committed ? stable : end) ? $0.offset : nil } ?? -1
        }
    }

    @Test("produce, markers, deletion and reading agree with a plain list", arguments: 0..<60)
    func agrees(seed: Int) throws {
        var random = LogRandom(UInt64(seed))
        // Small segments, so that every lookup crosses them.
        let world = LogWorld { $0.retentionCheckIntervalMs = 1_000_000_000 }
        world.create("t", ["retention.ms": "-1", "segment.ms": "40"])
        var model = Model()
        for step in 0..<150 {
            world.wait(Int64.random(in: 0...20, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6: try produce(step, world, &model, &random)
            case 6:
                let producer = Int64.random(in: 0..<4, using: &random)
                let kind: ControlRecord.Kind = random.chance(50) ? .commit : .abort
                world.mark(kind, producer)
                model.mark(kind, producer, at: world.now)
            case 7 where random.chance(30):
                let offset = Int64.random(in: model.start...model.end, using: &random)
                let result = try #require(world.deleteRecords(before: offset))
                #expect(result.lowWatermark == offset)
                model.start = offset
            default: try read(world, model, &random)
            }
        }
        try read(world, model, &random)
        #expect(world.replayed().snapshot() == world.broker.snapshot())
        let other = Broker(world.broker.configuration)
        for change in world.broker.snapshot() { other.apply(change) }
        #expect(other.snapshot() == world.broker.snapshot())
        let copy = try #require(other.topics.log(TopicPartition("t", 0)))
        #expect(copy.lastStableOffset == world.log().lastStableOffset)
        #expect(copy.end == world.log().end)
        #expect(copy.byteCount == world.log().byteCount)
        #expect(world.log().aborted.entries.allSatisfy { $0.lastOffset >= model.start })
    }

    private func produce(
        _ step: Int, _ world: LogWorld, _ model: inout Model, _ random: inout LogRandom
    ) throws {
        let count = Int.random(in: 1...4, using: &random)
        let values = (0..<count).map { "\(step).\($0)" }
        let times = (0..<count).map { _ in world.now - Int64.random(in: 0...60, using: &random) }
        let producer = Int64.random(in: -1..<4, using: &random)
        let transactional = producer >= 2 && random.chance(80)
        var sequence = model.producers[producer]?.sequence ?? 0
        var size = count
        if random.chance(25) {
            // A batch that comes again, or one too far.
            if random.chance(70), let old = model.producers[producer]?.batches.randomElement(using: &random) {
                sequence = old.0
                size = old.1
            } else {
                sequence += Int32.random(in: 1...3, using: &random)
            }
        }
        let used = (0..<size).map { $0 < count ? values[$0] : "\(step)+\($0)" }
        let usedTimes = (0..<size).map { $0 < count ? times[$0] : world.now }
        let bytes = world.batch(
            used, times: usedTimes, producer: producer, epoch: producer < 0 ? -1 : 0,
            sequence: producer < 0 ? -1 : sequence, attributes: transactional ? 0x10 : 0)
        let expected = model.append(
            used, usedTimes, producer: producer, sequence: sequence, transactional: transactional)
        if transactional {
            // Past the coordinator, whose part is tested on its own.
            let topic = try #require(world.broker.topics.topic("t"))
            let check = ProduceCheck(settings: topic.settings, now: world.now, version: 12)
            var (batch, header) = try check.batch(RecordSet([bytes]))
            switch world.log().verdict(header) {
            case .append:
                #expect(expected.0 == .none)
                #expect(expected.1 == world.log().end)
                RecordBatchCodec.assign(baseOffset: world.log().end, leaderEpoch: 0, to: &batch)
                world.broker.record(.appended(topic: "t", partition: 0, batch: batch))
            case .duplicate(let old): #expect(expected.1 == old.baseOffset)
            case .refused(let error): #expect(expected.0 == error)
            }
        } else {
            let answer = try #require(world.produce(bytes))
            #expect(ErrorCode(rawValue: answer.errorCode) == expected.0)
            #expect(answer.baseOffset == expected.1)
        }
    }

    private func read(_ world: LogWorld, _ model: Model, _ random: inout LogRandom) throws {
        let offset = Int64.random(in: model.start...model.end, using: &random)
        for committed in [false, true] {
            var found: [String] = []
            var next = offset
            // Piece by piece, so that the list of aborted transactions must be right for each piece.
            for _ in 0...model.end {
                let data = try #require(
                    world.fetch(
                        LogWorld.fetchRequest(
                            next, committed: committed, partitionMaxBytes: Int32.random(in: 0...800, using: &random))))
                #expect(data.errorCode == 0)
                #expect(data.lastStableOffset == model.stable)
                #expect(data.highWatermark == model.end)
                #expect(data.logStartOffset == model.start)
                let records =
                    committed ? ReadRecord.committed(data, from: next) : ReadRecord.all(data.records, from: next)
                found += records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
                guard let last = data.records?.pieces.last else { break }
                next = try BatchHeader(last).lastOffset + 1
            }
            #expect(found == model.visible(from: offset, committed: committed))
            #expect(next == (committed ? max(offset, model.stable) : model.end))
            let time = world.now - Int64.random(in: -10...400, using: &random)
            #expect(world.list(time, committed: committed)?.offset == model.offset(of: time, committed: committed))
        }
        let newest = model.records.filter { $0.offset >= model.start }.max {
            ($0.timestamp, $1.offset) < ($1.timestamp, $0.offset)
        }
        #expect(world.list(-3)?.offset == newest?.offset ?? -1)
        #expect(world.list(-2)?.offset == model.start)
    }

    @Test("the list of aborted transactions is exactly those that touch what is read", arguments: 0..<40)
    func abortedList(seed: Int) throws {
        var random = LogRandom(UInt64(seed) &+ 1_000)
        var list = AbortedTransactions()
        var all: [AbortedTransactions.Entry] = []
        var open: [Int64: Int64] = [:]
        for offset in Int64(0)..<120 {
            let producer = Int64.random(in: 0..<5, using: &random)
            if let first = open[producer], random.chance(30) {
                open[producer] = nil
                let stable = open.values.min() ?? offset + 1
                list.append(producer, from: first, to: offset, stable: stable)
                all.append(
                    AbortedTransactions.Entry(
                        producerID: producer, firstOffset: first, lastOffset: offset, stableOffset: stable))
            } else {
                open[producer] = open[producer] ?? offset
            }
        }
        for _ in 0..<100 {
            let start = Int64.random(in: 0..<120, using: &random)
            let end = Int64.random(in: start...120, using: &random)
            let expected = all.filter { $0.lastOffset >= start && $0.firstOffset < end }
            #expect(list.overlapping(start, end) == expected)
        }
    }
}
