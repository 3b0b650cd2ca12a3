import BrokerTestKit
import Kafka
import Testing

extension ApacheKafka {
    /// Held partitions: the group lives, nothing is delivered, and nothing is lost or repeated.
    @Suite struct Holding {
        let bench: Bench
        let topic: String
        let zero: TopicPartition
        let one: TopicPartition

        init() throws {
            bench = try Bench()
            topic = try bench.topic("in", partitions: 2)
            zero = TopicPartition(topic: topic, partition: 0)
            one = TopicPartition(topic: topic, partition: 1)
        }

        /// Writes values that are their offsets.
        private func feed(_ range: Range<Int>, to partitions: [TopicPartition]) throws {
            let producer = try Producer(bench.configuration())
            defer { producer.close() }
            for partition in partitions {
                let handle = try producer.topicHandle(partition.topic)
                for i in range {
                    let value = "\(i)".bytes
                    unsafe try producer.send(
                        to: handle, partition: partition.partition, key: nil, value: value.span.bytes,
                        headers: RecordHeaders(), timestampMilliseconds: 0)
                }
            }
            try producer.flush(timeoutMilliseconds: 20_000)
        }

        private func offsets(_ batch: RecordBatch, _ partition: TopicPartition) -> [Int64] {
            (0..<batch.count).compactMap { batch[$0].partition == partition.partition ? batch[$0].offset : nil }
        }

        @Test("while every partition is held the member stays in its group and gets nothing; released, it gets all")
        func groupStaysAlive() throws {
            try feed(0..<100, to: [zero, one])
            let member = try GroupMember(bench, group: "group", topics: [topic]) {
                $0.sessionTimeoutMilliseconds = 1_000
                $0.maxPollIntervalMilliseconds = 1_000
            }
            defer { member.consumer.close() }
            // Inside the callback, one before and one after the assignment.
            member.onAssign = { partitions, consumer in
                consumer.hold(partitions[0])
                consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
                consumer.hold(partitions[1])
            }
            try pollAll([member]) { member.assigned.count == 2 }
            let end = ContinuousClock.now + .seconds(4)
            while ContinuousClock.now < end { try member.poll() }
            #expect(member.batch.isEmpty)
            #expect(member.events == ["assigned 2"])
            #expect(try bench.admin.describeGroup(bench.name("group")).state == "Stable")
            #expect(member.consumer.isHeld(zero) && member.consumer.isHeld(one))

            member.consumer.release(one)
            try pollAll([member]) { member.batch.count == 100 }
            #expect(offsets(member.batch, one) == Array(0..<100))
            member.consumer.release(zero)
            try pollAll([member]) { member.batch.count == 200 }
            #expect(offsets(member.batch, zero) == Array(0..<100))
            #expect(!member.consumer.isHeld(zero))
        }

        @Test("a partition held and released in mid-stream loses, repeats and reorders nothing", arguments: 1...5)
        func midStream(seed: UInt64) throws {
            let count = 3_000
            try feed(0..<count, to: [zero, one])
            let member = try GroupMember(bench, group: "group", topics: [topic])
            defer { member.consumer.close() }
            var random = SeededGenerator(seed: seed)
            var held: Set<TopicPartition> = []
            var next: [TopicPartition: Int64] = [zero: 0, one: 0]
            let deadline = ContinuousClock.now + .seconds(60)
            while next != [zero: Int64(count), one: Int64(count)] {
                guard ContinuousClock.now < deadline else { throw Bench.Late() }
                let result = try member.poll(limit: Int.random(in: 1...200, using: &random), timeoutMilliseconds: 20)
                let batch = member.batch
                for i in 0..<batch.count {
                    let record = batch[i]
                    #expect(!held.contains(record.topicPartition))
                    #expect(record.offset == next[record.topicPartition])
                    next[record.topicPartition] = record.offset + 1
                }
                batch.removeAll()
                for (partition, offset) in next where offset > 0 {
                    #expect(member.consumer.position(partition) == offset)
                }
                guard member.assigned.count == 2 else { continue }
                // An idle poll means that all that is left is held.
                if result.count == 0 || Bool.random(using: &random) {
                    for partition in held { member.consumer.release(partition) }
                    held = []
                } else {
                    let partition = Bool.random(using: &random) ? zero : one
                    member.consumer.hold(partition)
                    held.insert(partition)
                }
            }
        }

        @Test("a seek of a held partition forgets what was held")
        func seekWhileHeld() throws {
            try feed(0..<1_000, to: [zero])
            let member = try GroupMember(bench, group: "group", topics: [topic])
            defer { member.consumer.close() }
            while member.batch.isEmpty { try member.poll(limit: 10) }
            member.consumer.hold(zero)
            // Moves what is in the main queue into the stash.
            for _ in 0..<3 { try member.poll() }
            #expect(member.batch.count <= 10)
            member.batch.removeAll()
            try member.consumer.seek(zero, to: 5)
            member.consumer.release(zero)
            try pollAll([member]) { member.batch.count == 995 }
            #expect(offsets(member.batch, zero) == Array(5..<1_000))
        }

        @Test("partitions that were held once are delivered after a rebalance too", arguments: [false, true])
        func afterRebalance(holdsAgain: Bool) throws {
            try feed(0..<10, to: [zero, one])
            let first = try GroupMember(bench, group: "group", topics: [topic])
            first.onAssign = { partitions, consumer in
                if holdsAgain || first.events.count == 1 { partitions.forEach(consumer.hold) }
                consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
            }
            try pollAll([first]) { first.assigned.count == 2 }
            let second = try GroupMember(bench, group: "group", topics: [topic])
            try pollAll([first, second]) { first.assigned.count == 1 && second.assigned.count == 1 }
            second.consumer.close()
            try pollAll([first]) { first.assigned.count == 2 }
            if holdsAgain {
                for _ in 0..<5 { try first.poll() }
                #expect(first.batch.isEmpty)
                first.consumer.release(zero)
                first.consumer.release(one)
            }
            try pollAll([first]) { first.batch.count >= 20 }
            #expect(offsets(first.batch, zero) == Array(0..<10))
            #expect(offsets(first.batch, one) == Array(0..<10))
            first.consumer.close()
        }

        @Test("assigning again and again while holding never strands a partition")
        func reassign() throws {
            try feed(0..<10, to: [zero, one])
            let consumer = try Consumer(bench.configuration(), group: bench.name("reader"))
            defer { consumer.close() }
            let batch = RecordBatch()
            for round in 0..<30 {
                consumer.hold(zero)
                consumer.assign([zero: .beginning, one: .beginning])
                if round % 3 == 0 { _ = try consumer.poll(into: batch, limit: 5, timeoutMilliseconds: 0) }
                if round % 2 == 0 { consumer.unassign() } else { consumer.release(zero) }
                batch.removeAll()
                consumer.assign([zero: .offset(3), one: .offset(3)])
                try bench.poll(consumer, batch) { _ in batch.count >= 14 }
                #expect(offsets(batch, zero) == Array(3..<10))
                #expect(offsets(batch, one) == Array(3..<10))
                batch.removeAll()
            }
        }

        @Test("partitions join and leave a reader one by one, and the others do not notice")
        func incremental() throws {
            try feed(0..<100, to: [zero, one])
            let consumer = try Consumer(bench.configuration(), group: bench.name("reader"))
            defer { consumer.close() }
            let batch = RecordBatch()
            consumer.assign(adding: [zero: .beginning])
            try bench.poll(consumer, batch, limit: 10) { _ in batch.count >= 50 }
            consumer.assign(adding: [one: .offset(90), zero: .beginning])
            #expect(consumer.assignment == [zero, one])
            try bench.poll(consumer, batch) { _ in batch.count == 110 }
            #expect(offsets(batch, zero) == Array(0..<100))
            #expect(offsets(batch, one) == Array(90..<100))
            batch.removeAll()
            for _ in 0..<50 {
                consumer.unassign([zero])
                consumer.assign(adding: [zero: .beginning])
            }
            consumer.unassign([zero])
            #expect(consumer.assignment == [one])
            try feed(100..<110, to: [zero, one])
            try bench.poll(consumer, batch) { _ in batch.count == 10 }
            #expect(offsets(batch, one) == Array(100..<110))
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
