public import Kafka
public import ProtobufCodec
public import Schemas

/// Publishes messages from outside the fleet, with the CloudEvents headers that public topics carry.
public final class RecordPublisher {
    private let producer: Producer
    private let source: String
    private let partitions: Int32
    private var handles: [String: TopicHandle] = [:]

    /// Records sent between two looks at the delivery reports.
    private static let sendsPerPoll = 2_000
    private var sent = 0

    /// `source` becomes `ce_source`; `partitions` is the fleet's number.
    public init(_ client: ClientConfiguration, source: String, partitions: Int32) throws(KafkaError) {
        producer = try Producer(client)
        self.source = source
        self.partitions = partitions
    }

    /// Sends a message keyed as its topic says; `id` becomes `ce_id`.
    public func publish<Value: Message>(
        _ value: Value, to topic: Topic<Value>, id: String, at milliseconds: Int64
    ) throws {
        let headers = [
            RecordHeader(name: "ce_specversion", text: "1.0"), RecordHeader(name: "ce_id", text: id),
            RecordHeader(name: "ce_source", text: source),
            RecordHeader(name: "ce_type", text: Value.protoMessageName),
            RecordHeader(name: "content-type", text: "application/protobuf"),
        ]
        let key = Array(topic.key(value).utf8)
        try send(
            topic.declaration,
            partition: murmur2Partition(key: key, count: topic.declaration.partitionCount(fleet: partitions)), key: key,
            value: try value.serializedBytes(), headers: headers, at: milliseconds)
    }

    /// Sends bytes as they are, partitioned by the key.
    public func publishRaw(_ topic: TopicDeclaration, key: [UInt8], value: [UInt8]?, at milliseconds: Int64) throws {
        try send(
            topic, partition: murmur2Partition(key: key, count: topic.partitionCount(fleet: partitions)), key: key,
            value: value, headers: [], at: milliseconds)
    }

    /// Sends one tick to every partition of the clock.
    public func tick(_ milliseconds: Int64) throws {
        let tick = ClockTick.with { $0.nowMs = milliseconds }
        for partition in 0..<partitions {
            try send(
                Topics.clock.declaration, partition: partition, key: nil, value: try tick.serializedBytes(),
                headers: [],
                at: milliseconds)
        }
    }

    private func send(
        _ topic: TopicDeclaration, partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader],
        at milliseconds: Int64
    ) throws {
        try producer.send(
            topic: topic.name, partition: partition, key: key, value: value, headers: headers,
            timestampMilliseconds: milliseconds)
        sent += 1
        if sent % Self.sendsPerPoll == 0 { producer.poll() }
    }

    /// Waits until everything is acknowledged; a record that was not is an error.
    public func flush(timeoutMilliseconds: Int32 = 60_000) throws {
        try producer.flush(timeoutMilliseconds: timeoutMilliseconds)
        guard producer.failedCount == 0 else {
            throw KafkaError(code: .failed, message: "\(producer.failedCount) records were not delivered")
        }
    }

    public func close() { producer.close() }
}
