import Foundation
import Kafka
import Testing

/// The tests that need Apache Kafka: they run where `KAFKA_HOME` is set, all on one node, one after another.
@Suite(.serialized, .apacheKafka, .enabled(if: KafkaServer.home != nil, "KAFKA_HOME is not set"))
enum ApacheKafka {}

/// Starts a node around a suite and stops it afterwards.
struct ApacheKafkaTrait: SuiteTrait, TestScoping {
    @TaskLocal static var server: KafkaServer?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard let home = KafkaServer.home else { return }
        let server = try KafkaServer(home: home)
        defer { server.stop() }
        try await Self.$server.withValue(server) { try await function() }
    }
}

extension Trait where Self == ApacheKafkaTrait {
    static var apacheKafka: Self { Self() }
}

/// What a broker test needs: the node, fresh names, and clients with short timeouts.
struct Bench {
    let server: KafkaServer
    let admin: Admin
    private let prefix: String

    init() throws { try self.init(server: try #require(ApacheKafkaTrait.server)) }

    init(server: KafkaServer) throws {
        self.server = server
        prefix = String(UInt32.random(in: .min ... .max), radix: 36)
        admin = try Admin(ClientConfiguration(bootstrapServers: server.bootstrap, clientID: "test-admin"))
    }

    func configuration(_ clientID: String = "test") -> ClientConfiguration {
        ClientConfiguration(bootstrapServers: server.bootstrap, clientID: clientID)
    }

    /// A name no other test uses.
    func name(_ name: String) -> String { "\(prefix)-\(name)" }

    /// Creates a topic under a fresh name.
    func topic(_ name: String = "topic", partitions: Int32 = 1, _ configuration: [String: String] = [:]) throws
        -> String
    {
        let topic = self.name(name)
        try admin.createTopics([NewTopic(name: topic, partitions: partitions, configuration: configuration)])
        return topic
    }

    /// A producer that has fenced its predecessors.
    func producer(_ id: String = "producer", _ change: (inout ProducerSettings) -> Void = { _ in }) throws
        -> TransactionalProducer
    {
        var settings = ProducerSettings()
        change(&settings)
        let producer = try TransactionalProducer(configuration(), transactionalID: name(id), settings: settings)
        try producer.initTransactions()
        return producer
    }

    /// Every record of a partition from the start to the end that this isolation level sees.
    func read(
        _ topic: String, partition: Int32 = 0, _ isolation: IsolationLevel = .readCommitted,
        from: StartOffset = .beginning
    ) throws -> [OwnedRecord] {
        var settings = ConsumerSettings()
        settings.isolation = isolation
        settings.reportsPartitionEnd = true
        let consumer = try Consumer(configuration(), group: name("reader"), settings: settings)
        defer { consumer.close() }
        let partition = TopicPartition(topic: topic, partition: partition)
        consumer.assign([partition: from])
        var records: [OwnedRecord] = []
        let batch = RecordBatch()
        try poll(consumer, batch) { result in
            for i in 0..<batch.count { records.append(batch[i].owned()) }
            batch.removeAll()
            return !result.partitionsAtEnd.isEmpty
        }
        return records
    }

    /// Polls until `isDone` says so; fails the test after 60 seconds.
    func poll(
        _ consumer: Consumer, _ batch: RecordBatch, limit: Int = 1_000, until isDone: (PollResult) throws -> Bool
    ) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let result = try consumer.poll(into: batch, limit: limit, timeoutMilliseconds: 100)
            if try isDone(result) { return }
        }
        throw Late()
    }

    /// Reads until the value is as expected, for at most ten seconds, and gives the last one.
    ///
    /// The end of a transaction is answered before its markers are written.
    func settled<Value: Equatable>(_ expected: Value, _ read: () throws -> Value) throws -> Value {
        let deadline = ContinuousClock.now + .seconds(10)
        var value = try read()
        while value != expected, ContinuousClock.now < deadline { value = try read() }
        return value
    }

    /// The values of a partition's records, as text, once they are as expected or ten seconds have passed.
    func values(_ topic: String, _ isolation: IsolationLevel = .readCommitted, expecting: [String]) throws -> [String] {
        try settled(expecting) { try read(topic, isolation).compactMap(\.value.text) }
    }

    /// The bytes of a topic's log on the node's disk, indexes left out.
    func logByteCount(_ topic: String) throws -> Int {
        let data = server.folder.appending(path: "data")
        var count = 0
        for case let folder in try FileManager.default.contentsOfDirectory(at: data, includingPropertiesForKeys: nil)
        where folder.lastPathComponent.hasPrefix("\(topic)-") {
            for file in try FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: [.fileSizeKey])
            where file.pathExtension == "log" {
                count += try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            }
        }
        return count
    }

    struct Late: Error {}
}

extension String {
    /// The text as bytes, for keys and values.
    var bytes: [UInt8] { Array(utf8) }
}

extension [UInt8]? {
    /// The bytes as text, for comparisons that read well.
    var text: String? { map { String(decoding: $0, as: UTF8.self) } }
}
