import BrokerTestKit
import Kafka
import Testing

extension ApacheKafka {
    /// What a record carries through a broker and back.
    @Suite struct Records {
        let bench: Bench

        init() throws { bench = try Bench() }

        struct Row: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var key: [UInt8]?
            var value: [UInt8]?
            var headers: [RecordHeader] = []
            var timestampMilliseconds: Int64 = 1_700_000_000_123
        }

        static let rows: [Row] = [
            Row(testDescription: "key and value", key: "k".bytes, value: "v".bytes),
            Row(testDescription: "tombstone", key: "k".bytes, value: nil),
            Row(testDescription: "empty value, which is no tombstone", key: "k".bytes, value: []),
            Row(testDescription: "null key", key: nil, value: "v".bytes),
            Row(testDescription: "empty key, which is not null", key: [], value: "v".bytes),
            Row(testDescription: "nothing at all", key: nil, value: nil),
            Row(
                testDescription: "tombstone with headers", key: "k".bytes, value: nil,
                headers: [.init(name: "a", text: "1")]),
            Row(
                testDescription: "repeated, null, empty, binary and unnamed headers", key: "k".bytes, value: "v".bytes,
                headers: [
                    .init(name: "twice", text: "first"), .init(name: "twice", text: "last"),
                    .init(name: "null", value: nil), .init(name: "empty", value: []),
                    .init(name: "binary", value: [0, 255, 0, 128]), .init(name: "", text: "no name"),
                    .init(name: "näme", text: "größe"),
                ]),
            Row(testDescription: "an event time of long ago", key: nil, value: "v".bytes, timestampMilliseconds: 1),
            Row(testDescription: "a large value", key: nil, value: Array(repeating: 7, count: 900_000)),
        ]

        @Test("comes back as it was sent, copied and in place", arguments: rows)
        func roundTrip(row: Row) throws {
            let topic = try bench.topic()
            let producer = try bench.producer()
            defer { producer.close() }
            try producer.begin()
            try producer.send(
                topic: topic, partition: 0, key: row.key, value: row.value, headers: row.headers,
                timestampMilliseconds: row.timestampMilliseconds)
            try producer.commit()

            let consumer = try Consumer(bench.configuration(), group: bench.name("reader"))
            let partition = TopicPartition(topic: topic, partition: 0)
            consumer.assign([partition: .beginning])
            let batch = RecordBatch()
            try bench.poll(consumer, batch) { _ in batch.count == 1 }
            // The batch keeps what it needs alive.
            consumer.close()

            let expected = OwnedRecord(
                topicPartition: partition, offset: 0, timestampMilliseconds: row.timestampMilliseconds, key: row.key,
                value: row.value, headers: row.headers)
            let record = batch[0]
            #expect(record.owned() == expected)
            #expect(record.topic == topic)
            #expect(record.topicPartition == partition)
            #expect(batch.topicName(record.topicIndex) == topic)
            #expect(record.isTombstone == (row.value == nil))
            #expect(record.valueByteCount == row.value?.count ?? 0)
            #expect(record.keyByteCount == row.key?.count ?? 0)
            #expect(record.byteCount == (row.value?.count ?? 0) + (row.key?.count ?? 0))
            #expect(record.headerCount == row.headers.count)
            #expect(bytes(record.key) == row.key)
            #expect(bytes(record.value) == row.value)
            for name in Set(row.headers.map(\.name)) {
                #expect(record.headerBytes(name) == row.headers.last { $0.name == name }?.value)
                #expect(bytes(record.header(name)) == row.headers.last { $0.name == name }?.value)
            }
            #expect(record.headerText("binary") == nil)
            #expect(bytes(record.header("absent")) == nil)
            batch.removeAll()
            #expect(batch.isEmpty)
        }

        @Test("a batch over several topics gives each record its own topic, and is reused")
        func severalTopics() throws {
            let topics = [try bench.topic("a", partitions: 2), try bench.topic("b", partitions: 2)]
            let producer = try Producer(bench.configuration())
            var expected: Set<String> = []
            for topic in topics {
                for partition: Int32 in 0..<2 {
                    for i in 0..<10 {
                        let text = "\(topic)/\(partition)/\(i)"
                        expected.insert(text)
                        try producer.send(topic: topic, partition: partition, key: nil, value: text.bytes)
                    }
                }
            }
            try producer.flush(timeoutMilliseconds: 10_000)
            producer.close()

            let consumer = try Consumer(bench.configuration(), group: bench.name("reader"))
            defer { consumer.close() }
            var starts: [TopicPartition: StartOffset] = [:]
            for topic in topics {
                for partition: Int32 in 0..<2 {
                    starts[TopicPartition(topic: topic, partition: partition)] = .beginning
                }
            }
            consumer.assign(starts)
            let batch = RecordBatch()
            var found: Set<String> = []
            try bench.poll(consumer, batch, limit: 7) { result in
                #expect(result.count <= 7 && result.count == batch.count)
                for i in 0..<batch.count {
                    let record = batch[i]
                    #expect(record.owned().value.text == "\(record.topic)/\(record.partition)/\(record.offset)")
                    found.insert(record.owned().value.text ?? "")
                }
                batch.removeAll()
                return found.count == expected.count
            }
            #expect(found == expected)
            #expect(batch.topicCount == 2)
        }

        private func bytes(_ span: RawSpan?) -> [UInt8]? {
            guard let span else { return nil }
            return (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
    }
}
