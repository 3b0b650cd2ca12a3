import BrokerTestKit
import Kafka
import Testing

extension ApacheKafka {
    /// Ends, positions, watermarks and seeks, over transaction markers and aborted records.
    @Suite struct Positions {
        let bench: Bench
        let topic: String
        let partition: TopicPartition
        let producer: TransactionalProducer

        init() throws {
            bench = try Bench()
            topic = try bench.topic()
            partition = TopicPartition(topic: topic, partition: 0)
            producer = try bench.producer()
        }

        private func transaction(_ count: Int, commit: Bool = true) throws {
            let before = producer.deliveredCount
            try producer.begin()
            for i in 0..<count { try producer.send(topic: topic, partition: 0, key: nil, value: "\(i)".bytes) }
            while producer.deliveredCount < before + UInt64(count) { producer.poll() }
            if commit { try producer.commit() } else { try producer.abort() }
        }

        @Test("the position passes commit markers, aborted records and abort markers, up to the high watermark")
        func positionOverMarkers() throws {
            defer { producer.close() }
            try transaction(3)
            try transaction(2, commit: false)
            try transaction(1)
            try transaction(1, commit: false)
            // 3 + marker, 2 + marker, 1 + marker, 1 + marker.
            let reader = try PartitionReader(bench.configuration("reader"))
            defer { reader.close() }
            let high = try bench.settled(11) {
                try reader.uncommittedWatermarks(partition, timeoutMilliseconds: 10_000).high
            }
            #expect(high == 11)
            reader.add([partition: .beginning])
            #expect(reader.position(partition) == nil)
            let batch = RecordBatch()
            try bench.poll(reader.consumer, batch) { _ in reader.position(partition) == 11 }
            let offsets = (0..<batch.count).map { batch[$0].offset }
            #expect(offsets == [0, 1, 2, 7])
        }

        @Test("the position passes a marker without an end being reported")
        func positionWithoutEnds() throws {
            defer { producer.close() }
            try transaction(3)
            let consumer = try Consumer(bench.configuration(), group: bench.name("reader"))
            defer { consumer.close() }
            consumer.assign([partition: .beginning])
            let batch = RecordBatch()
            try bench.poll(consumer, batch) {
                #expect($0.partitionsAtEnd.isEmpty)
                return consumer.position(partition) == 4
            }
            #expect(batch.count == 3)
        }

        @Test("an open transaction holds the end back: the end is reported, the target is not reached")
        func openTransaction() throws {
            try transaction(2)
            let zombie = try bench.producer("zombie")
            try zombie.begin()
            try zombie.send(topic: topic, partition: 0, key: nil, value: "open".bytes)
            while zombie.deliveredCount < 1 { zombie.poll() }
            try transaction(2)

            let reader = try PartitionReader(bench.configuration("reader"))
            defer { reader.close() }
            let target = try bench.settled(7) {
                try reader.uncommittedWatermarks(partition, timeoutMilliseconds: 10_000).high
            }
            #expect(target == 7)
            #expect(try reader.consumer.watermarks(partition, timeoutMilliseconds: 10_000).high == 3)
            reader.add([partition: .beginning])
            let batch = RecordBatch()
            try bench.poll(reader.consumer, batch) { $0.partitionsAtEnd == [partition] }
            #expect(reader.position(partition) == 3)
            #expect(batch.count == 2)
            zombie.close()
            try bench.poll(reader.consumer, batch) { _ in reader.position(partition).map { $0 >= target } ?? false }
            #expect(batch.count == 4)
            producer.close()
        }

        @Test("an empty partition, and a start at the end, are at their end at once")
        func emptyPartition() throws {
            let reader = try PartitionReader(bench.configuration("reader"))
            defer { reader.close() }
            let batch = RecordBatch()
            reader.add([partition: .beginning])
            try bench.poll(reader.consumer, batch) { $0.partitionsAtEnd == [partition] }
            #expect(reader.position(partition) == 0)
            try transaction(1)
            reader.remove([partition])
            reader.add([partition: .offset(2)])
            #expect(reader.position(partition) == 2)
            try bench.poll(reader.consumer, batch) { $0.partitionsAtEnd == [partition] }
            #expect(reader.position(partition) == 2)
            #expect(batch.isEmpty)
            producer.close()
        }

        @Test("a reader whose start fell out of the log is told, and skips nothing", arguments: [Int64(2), 1_000])
        func outOfRange(start: Int64) throws {
            defer { producer.close() }
            try transaction(10)
            #expect(try bench.admin.deleteRecords(before: [partition: 5]) == [partition: 5])
            let reader = try PartitionReader(bench.configuration("reader"))
            defer { reader.close() }
            reader.add([partition: .offset(start)])
            let batch = RecordBatch()
            var errors: [PollError] = []
            try bench.poll(reader.consumer, batch) {
                errors += $0.errors
                return !errors.isEmpty
            }
            #expect(errors.map(\.topicPartition) == [partition])
            #expect(errors.map(\.error.code) == [.autoOffsetReset])
            #expect(batch.isEmpty)
            // It can be put right.
            reader.remove([partition])
            reader.add([partition: .offset(5)])
            try bench.poll(reader.consumer, batch) { _ in batch.count == 5 }
        }

        @Test("a consumer whose group has no offset starts where its settings say")
        func autoOffsetReset() throws {
            defer { producer.close() }
            try transaction(3)
            for (reset, count) in [(AutoOffsetReset.earliest, 3), (.latest, 0)] {
                var settings = ConsumerSettings()
                settings.autoOffsetReset = reset
                settings.reportsPartitionEnd = true
                let consumer = try Consumer(
                    bench.configuration(), group: bench.name(reset.rawValue), settings: settings)
                defer { consumer.close() }
                consumer.assign([partition: .committed])
                let batch = RecordBatch()
                try bench.poll(consumer, batch) { !$0.partitionsAtEnd.isEmpty }
                #expect(batch.count == count)
            }
            var settings = ConsumerSettings()
            settings.autoOffsetReset = .error
            let consumer = try Consumer(bench.configuration(), group: bench.name("error"), settings: settings)
            defer { consumer.close() }
            consumer.assign([partition: .committed])
            let batch = RecordBatch()
            try bench.poll(consumer, batch) { $0.errors.first?.error.code == .autoOffsetReset }
        }

        @Test("after a seek the next record is the one sought, for seeded seeks in both directions")
        func seeks() throws {
            defer { producer.close() }
            // One transaction per hundred, so that markers lie between.
            for _ in 0..<10 { try transaction(100) }
            let all = try bench.settled((0..<1_010).filter { $0 % 101 != 100 }) {
                try bench.read(topic).map { Int($0.offset) }
            }.map { Int64($0) }
            #expect(all.count == 1_000)
            let consumer = try Consumer(bench.configuration(), group: bench.name("reader"))
            defer { consumer.close() }
            let batch = RecordBatch()
            consumer.assign([partition: .beginning])
            var random = SeededGenerator(seed: 7)
            for round in 0..<60 {
                // The first one comes while the partition is still starting.
                let target = Int64.random(in: 0..<1_005, using: &random)
                try consumer.seek(partition, to: target)
                batch.removeAll()
                #expect(consumer.position(partition) == target)
                let limit = round % 2 == 0 ? 1 : 50
                try bench.poll(consumer, batch, limit: limit) { _ in batch.count >= 1 }
                let expected = all.drop { $0 < target }.prefix(batch.count)
                let found = (0..<batch.count).map { batch[$0].offset }
                #expect(found == Array(expected))
            }
        }

        @Test("a seek of a partition that is not assigned fails")
        func seekUnassigned() throws {
            defer { producer.close() }
            let consumer = try Consumer(bench.configuration(), group: bench.name("reader"))
            defer { consumer.close() }
            #expect(throws: KafkaError.self) { try consumer.seek(partition, to: 1) }
            #expect(consumer.position(partition) == nil)
        }

        @Test("stored offsets give the statistics a lag, and are committed by nobody")
        func storedOffsets() throws {
            defer { producer.close() }
            try transaction(10)
            let seen = LatestText()
            var configuration = bench.configuration()
            configuration.statisticsIntervalMilliseconds = 50
            configuration.statistics = { json in if json.contains("\"consumer_lag_stored\":7") { seen.set(json) } }
            let consumer = try Consumer(configuration, group: bench.name("group"))
            consumer.assign([partition: .beginning])
            let batch = RecordBatch()
            try bench.poll(consumer, batch) { _ in batch.count == 10 }
            // The end is 11: ten records and a marker.
            consumer.storeOffsets([partition: 4])
            try bench.poll(consumer, batch) { _ in seen.text != nil }
            consumer.close()
            #expect(try bench.admin.committedOffsets(bench.name("group")) == [:])
        }
    }
}
