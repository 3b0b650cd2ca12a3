import CommandLineTools
import Kafka

/// One client's load: so many records in, and all of them out again.
struct BrokerLoad {
    var client: ClientConfiguration
    var records: Int
    var valueBytes: Int
    var partitions: Int32

    private var topic: String { "bench" }
    private static let patienceMilliseconds: Int32 = 120_000

    func prepare() throws {
        try Admin(client).createTopics([NewTopic(name: topic, partitions: partitions)])
    }

    /// Produces all records with idempotence; returns records per second until the last was acknowledged.
    func produce() throws -> Double {
        var settings = ProducerSettings()
        settings.compression = "none"
        let producer = try Producer(client, settings: settings)
        defer { producer.close() }
        let handle = try producer.topicHandle(topic)
        let value = (0..<valueBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let headers = RecordHeaders()
        let begun = ContinuousClock.now
        for index in 0..<records {
            try unsafe producer.send(
                to: handle, partition: Int32(index % Int(partitions)), key: nil, value: value.span.bytes,
                headers: headers, timestampMilliseconds: 0)
        }
        try producer.flush(timeoutMilliseconds: Self.patienceMilliseconds)
        return Double(records) / Lab.seconds(ContinuousClock.now - begun)
    }

    /// Fetches all records; returns records per second.
    func fetch() throws -> Double {
        var settings = ConsumerSettings()
        settings.queuedMinMessages = 100_000
        settings.queuedMaxKilobytes = 65_536
        let consumer = try Consumer(client, group: "bench", settings: settings)
        defer { consumer.close() }
        let batch = RecordBatch()
        let begun = ContinuousClock.now
        consumer.assign(
            Dictionary(
                uniqueKeysWithValues: (0..<partitions).map { (TopicPartition(topic: topic, partition: $0), .beginning) }
            ))
        var count = 0
        while count < records {
            _ = try consumer.poll(into: batch, limit: 10_000, timeoutMilliseconds: 100)
            for index in 0..<batch.count where batch[index].valueByteCount != valueBytes {
                throw CommandFailure(.failure, "a record came back with another length")
            }
            count += batch.count
            batch.removeAll()
            if Lab.seconds(ContinuousClock.now - begun) * 1_000 > Double(Self.patienceMilliseconds) {
                throw CommandFailure(.failure, "\(records - count) records did not come back")
            }
        }
        return Double(records) / Lab.seconds(ContinuousClock.now - begun)
    }
}
