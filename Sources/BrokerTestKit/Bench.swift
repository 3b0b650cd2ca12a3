import Foundation
public import Kafka

/// What a broker test needs: fresh names, and clients with short timeouts.
public struct Bench: Sendable {
    /// Where the broker listens, for example `127.0.0.1:41234`.
    public let bootstrap: String
    /// Asks the broker as an administrator.
    public let admin: Admin
    /// What stands before each of this bench's names.
    public let prefix: String

    /// Makes a bench at a running broker.
    public init(bootstrap: String) throws {
        self.bootstrap = bootstrap
        prefix = String(UInt32.random(in: .min ... .max), radix: 36)
        admin = try Admin(ClientConfiguration(bootstrapServers: bootstrap, clientID: "test-admin"))
    }

    /// What a client of the broker needs.
    public func configuration(_ clientID: String = "test") -> ClientConfiguration {
        ClientConfiguration(bootstrapServers: bootstrap, clientID: clientID)
    }

    /// A name no other test uses.
    public func name(_ name: String) -> String { "\(prefix)-\(name)" }

    /// Creates a topic under a fresh name.
    public func topic(_ name: String = "topic", partitions: Int32 = 1, _ configuration: [String: String] = [:]) throws
        -> String
    {
        let topic = self.name(name)
        try admin.createTopics([NewTopic(name: topic, partitions: partitions, configuration: configuration)])
        return topic
    }

    /// A producer that has fenced its predecessors.
    public func producer(_ id: String = "producer", _ change: (inout ProducerSettings) -> Void = { _ in }) throws
        -> TransactionalProducer
    {
        var settings = ProducerSettings()
        change(&settings)
        let producer = try TransactionalProducer(configuration(), transactionalID: name(id), settings: settings)
        try producer.initTransactions()
        return producer
    }

    /// Every record of a partition from the start to the end that this isolation level sees.
    public func read(
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
    public func poll(
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
    public func settled<Value: Equatable>(_ expected: Value, _ read: () throws -> Value) throws -> Value {
        let deadline = ContinuousClock.now + .seconds(10)
        var value = try read()
        while value != expected, ContinuousClock.now < deadline { value = try read() }
        return value
    }

    /// The values of a partition's records, as text, once they are as expected or ten seconds have passed.
    public func values(_ topic: String, _ isolation: IsolationLevel = .readCommitted, expecting: [String]) throws
        -> [String]
    {
        try settled(expecting) { try read(topic, isolation).compactMap(\.value.text) }
    }

    /// The limit of a wait has passed.
    public struct Late: Error {
        /// Fails the test.
        public init() {}
    }
}

extension String {
    /// The text as bytes, for keys and values.
    public var bytes: [UInt8] { Array(utf8) }
}

extension [UInt8]? {
    /// The bytes as text, for comparisons that read well.
    public var text: String? { map { String(decoding: $0, as: UTF8.self) } }
}
