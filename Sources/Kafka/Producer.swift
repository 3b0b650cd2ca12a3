import CRdKafka

/// Writes records idempotently, without transactions: for feeders and the CLI. One thread uses it.
public final class Producer {
    private var handle: ClientHandle?
    private var topics: ProducerTopics?
    private let settings: ProducerSettings
    private var sentSincePoll = 0

    private static let sendsPerPoll = 1_000

    /// Makes a producer; `onFailure` hears of each record that could not be delivered, inside `send`, `poll` or `flush`.
    public init(
        _ configuration: ClientConfiguration, settings: ProducerSettings = ProducerSettings(),
        onFailure: ((TopicPartition, KafkaError) -> Void)? = nil
    ) throws(KafkaError) {
        let handle = try ClientHandle(.producer, configuration, defaults: settings.properties(transactionalID: nil))
        handle.context.deliveries.onFailure = onFailure
        self.handle = handle
        topics = ProducerTopics(handle, maxMessageBytes: Int(settings.maxMessageBytes))
        self.settings = settings
    }

    deinit { close() }

    private var openHandle: ClientHandle {
        guard let handle else { preconditionFailure("the producer is closed") }
        return handle
    }

    private var openTopics: ProducerTopics {
        guard let topics else { preconditionFailure("the producer is closed") }
        return topics
    }

    /// The topic's handle for `send`; looks the topic up the first time.
    public func topicHandle(_ name: String) throws(KafkaError) -> TopicHandle {
        let index = try openTopics.index(of: name)
        if openTopics[index].partitionCount == 0 {
            try openTopics.refresh(index, timeoutMilliseconds: settings.requestTimeoutMilliseconds)
        }
        return TopicHandle(index: index)
    }

    /// The number of partitions; asks the broker the first time.
    public func partitionCount(of topic: String) throws(KafkaError) -> Int32 {
        openTopics[try topicHandle(topic).index].partitionCount
    }

    /// Enqueues a record; nil as partition lets the key choose as Kafka's default partitioner does.
    ///
    /// Waits while the client's queue is full, as long as records of it are still being delivered or failed.
    public func send(
        to topic: TopicHandle, partition: Int32?, key: RawSpan?, value: RawSpan?, headers: borrowing RecordHeaders,
        timestampMilliseconds: Int64
    ) throws(KafkaError) {
        let target = openTopics[topic.index]
        let chosen = partition ?? Self.partition(of: key, count: target.partitionCount)
        guard partition == nil || chosen >= 0 && chosen < target.partitionCount else {
            throw KafkaError(
                code: .unknownPartition,
                message: "\(target.name) has \(target.partitionCount) partitions, not \(chosen)")
        }
        let record = Produce.Record(key: key, value: value, timestampMilliseconds: timestampMilliseconds)
        while let failure = unsafe Produce.enqueue(
            openHandle.pointer, target, partition: chosen, record, headers: headers)
        {
            let error = unsafe KafkaError(consuming: failure, "\(target.name) took no record")
            guard error.code == .queueFull else { throw error }
            unsafe rd_kafka_poll(openHandle.pointer, 50)
        }
        sentSincePoll += 1
        if sentSincePoll >= Self.sendsPerPoll { poll() }
    }

    private static func partition(of key: RawSpan?, count: Int32) -> Int32 {
        guard let key else { return RD_KAFKA_PARTITION_UA }
        return murmur2Partition(key: key, count: count)
    }

    /// Enqueues a record, by topic name.
    public func send(
        topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = [],
        timestampMilliseconds: Int64 = 0
    ) throws(KafkaError) {
        try unsafe send(
            to: topicHandle(topic), partition: partition, key: key?.span.bytes, value: value?.span.bytes,
            headers: RecordHeaders(headers), timestampMilliseconds: timestampMilliseconds)
    }

    /// Takes in the delivery reports that have come.
    public func poll() {
        sentSincePoll = 0
        unsafe rd_kafka_poll(openHandle.pointer, 0)
    }

    /// Waits until every record is delivered or has failed; throws the first failure, or `timedOut`.
    public func flush(timeoutMilliseconds: Int32) throws(KafkaError) {
        let error = unsafe rd_kafka_flush(openHandle.pointer, timeoutMilliseconds)
        if let failure = openHandle.context.deliveries.firstFailure { throw failure }
        try KafkaError.check(error, "\(queuedCount) records are still on their way")
    }

    /// The number of records that wait for delivery.
    public var queuedCount: Int { unsafe Int(rd_kafka_outq_len(openHandle.pointer)) }
    /// The number of records that were delivered.
    public var deliveredCount: UInt64 { openHandle.context.deliveries.deliveredCount }
    /// The number of records that could not be delivered.
    public var failedCount: UInt64 { openHandle.context.deliveries.failedCount }

    /// Frees the instance; records not flushed are lost. A second call does nothing.
    public func close() {
        topics = nil
        handle = nil
    }
}
