import CRdKafka

/// A topic that one producer has looked up; sending by it costs no lookup by name.
public struct TopicHandle: Hashable, Sendable {
    let index: Int
}

/// The topics that one producer has met, each with librdkafka's handle; they go before the instance does.
final class ProducerTopics {
    @safe struct Topic {
        let name: String
        let pointer: OpaquePointer
        /// 0 until metadata said otherwise.
        var partitionCount: Int32 = 0
        /// The topic's `max.message.bytes`, as far as known.
        var maxMessageBytes: Int
        /// The message opaque of a tracked topic; 0 for others.
        var tracked = 0
    }

    private let handle: ClientHandle
    private(set) var topics: [Topic] = []
    private var indices: [String: Int] = [:]
    private let defaultMaxMessageBytes: Int

    init(_ handle: ClientHandle, maxMessageBytes: Int) {
        self.handle = handle
        defaultMaxMessageBytes = maxMessageBytes
    }

    deinit { for topic in topics { unsafe rd_kafka_topic_destroy(topic.pointer) } }

    /// The topic's index; makes librdkafka's handle the first time.
    func index(of name: String) throws(KafkaError) -> Int {
        if let index = indices[name] { return index }
        guard let pointer = unsafe rd_kafka_topic_new(handle.pointer, name, nil) else {
            throw KafkaError(rd_kafka_last_error(), "cannot use topic \(name)")
        }
        unsafe topics.append(Topic(name: name, pointer: pointer, maxMessageBytes: defaultMaxMessageBytes))
        indices[name] = topics.count - 1
        return topics.count - 1
    }

    func known(_ name: String) -> Int? { indices[name] }

    subscript(index: Int) -> Topic {
        get { topics[index] }
        set { topics[index] = newValue }
    }

    /// Asks for the topic's partition count until it exists and has leaders, or the time is over.
    func refresh(_ index: Int, timeoutMilliseconds: Int32) throws(KafkaError) {
        let topic = topics[index]
        let patience = Patience(timeoutMilliseconds: timeoutMilliseconds)
        // A topic that was created just now may be unknown for a moment.
        topics[index].partitionCount = try patience(
            mayPass: { $0.code.isPassing || $0.code == .unknownTopicOrPartition }
        ) { (remaining) throws(KafkaError) in
            try unsafe TopicMetadata.partitionCount(
                of: topic.pointer, topic.name, handle, timeoutMilliseconds: remaining)
        }
    }
}
