import Kafka
import Testing

extension ApacheKafka {
    /// What a transaction makes visible, and what it fences.
    @Suite struct Transactions {
        let bench: Bench

        init() throws { bench = try Bench() }

        @Test("a committed transaction is seen, an aborted one is not, an open one not yet")
        func visibility() throws {
            let topic = try bench.topic()
            let producer = try bench.producer()
            defer { producer.close() }
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: "committed".bytes)
            try producer.commit()
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: "aborted".bytes)
            // Its delivery is awaited, so that the abort finds it in the log.
            while producer.deliveredCount < 2 { producer.poll() }
            try producer.abort()
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: "open".bytes)
            while producer.deliveredCount < 3 { producer.poll() }

            #expect(try bench.read(topic).map(\.value.text) == ["committed"])
            #expect(try bench.read(topic, .readUncommitted).map(\.value.text) == ["committed", "aborted", "open"])

            try producer.commit()
            #expect(try bench.read(topic).map(\.value.text) == ["committed", "open"])
        }
    }
}
