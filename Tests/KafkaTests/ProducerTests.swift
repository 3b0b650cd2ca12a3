import BrokerTestKit
import Kafka
import Testing

extension ApacheKafka {
    /// The plain producer of feeders and the CLI.
    @Suite struct PlainProducers {
        let bench: Bench

        init() throws { bench = try Bench() }

        @Test("records without a partition go where their key belongs, in order")
        func partitioning() throws {
            let topic = try bench.topic("out", partitions: 4)
            let producer = try Producer(bench.configuration())
            defer { producer.close() }
            #expect(try producer.partitionCount(of: topic) == 4)
            for round in 0..<3 {
                for key in 0..<20 {
                    try producer.send(topic: topic, key: "key-\(key)".bytes, value: "\(round)".bytes)
                }
            }
            try producer.flush(timeoutMilliseconds: 10_000)
            #expect(producer.deliveredCount == 60)
            #expect(producer.failedCount == 0)
            #expect(producer.queuedCount == 0)
            for partition: Int32 in 0..<4 {
                let records = try bench.read(topic, partition: partition)
                #expect(!records.isEmpty)
                for record in records {
                    #expect(murmur2Partition(key: record.key ?? [], count: 4) == partition)
                }
                for (_, same) in Dictionary(grouping: records, by: \.key) {
                    #expect(same.map(\.value.text) == ["0", "1", "2"])
                }
            }
        }

        @Test("a record that the broker refuses is reported, counted, and thrown by flush")
        func deliveryFailure() throws {
            let topic = try bench.topic("small", ["max.message.bytes": "1000"])
            var failed: [String] = []
            let producer = try Producer(bench.configuration()) { partition, error in
                failed.append("\(partition.partition): \(error.code)")
            }
            defer { producer.close() }
            try producer.send(
                topic: topic, partition: 0, key: nil,
                value: (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })
            let error = #expect(throws: KafkaError.self) { try producer.flush(timeoutMilliseconds: 10_000) }
            #expect(error?.code == .messageSizeTooLarge)
            #expect(error?.message.contains(topic) == true)
            #expect(producer.failedCount == 1)
            #expect(failed == ["0: MSG_SIZE_TOO_LARGE"])
        }

        @Test("a partition that is not there and a topic that is not there are refused")
        func refusals() throws {
            let topic = try bench.topic("out", partitions: 2)
            var settings = ProducerSettings()
            settings.requestTimeoutMilliseconds = 500
            let producer = try Producer(bench.configuration(), settings: settings)
            defer { producer.close() }
            for partition: Int32 in [-1, 2] {
                let error = #expect(throws: KafkaError.self) {
                    // Headers are what made 2.0.2 free twice here.
                    try producer.send(
                        topic: topic, partition: partition, key: nil, value: [], headers: [.init(name: "a", text: "b")])
                }
                #expect(error?.code == .unknownPartition)
            }
            let error = #expect(throws: KafkaError.self) {
                try producer.send(topic: bench.name("no"), key: nil, value: [])
            }
            #expect(error?.code == .unknownTopicOrPartition)
        }
    }
}
