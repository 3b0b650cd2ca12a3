import CRdKafka

/// Owns a librdkafka list of partitions for the length of one call.
@safe struct TopicPartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<TopicPartition>) {
        self.init(capacity: partitions.count)
        for partition in partitions { add(partition, nil) }
    }

    init(_ offsets: [TopicPartition: Int64]) {
        self.init(capacity: offsets.count)
        for (partition, offset) in offsets { add(partition, offset) }
    }

    init(topics: [String]) {
        self.init(capacity: topics.count)
        for topic in topics { add(TopicPartition(topic: topic, partition: RD_KAFKA_PARTITION_UA), nil) }
    }

    private init(capacity: Int) {
        // librdkafka ends the process when memory runs out, so it never returns NULL here.
        unsafe pointer = rd_kafka_topic_partition_list_new(Int32(clamping: capacity))
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(pointer) }

    private func add(_ partition: TopicPartition, _ offset: Int64?) {
        let element = unsafe rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
        if let offset, let element = unsafe element { unsafe element.pointee.offset = offset }
    }

    /// The partitions, their offsets and errors, as the last call left them.
    var entries: [Entry] { unsafe Self.entries(in: UnsafePointer(pointer)) }

    struct Entry {
        var topicPartition: TopicPartition
        var offset: Int64
        var error: rd_kafka_resp_err_t
    }

    static func entries(in list: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [Entry] {
        guard let list = unsafe list, let elements = unsafe list.pointee.elems else { return [] }
        return unsafe (0..<Int(list.pointee.cnt)).map { i in
            let element = unsafe elements[i]
            let topic = unsafe element.topic.map { unsafe String(cString: $0) } ?? ""
            return unsafe Entry(
                topicPartition: TopicPartition(topic: topic, partition: element.partition), offset: element.offset,
                error: element.err)
        }
    }

    static func topicPartitions(in list: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [TopicPartition] {
        unsafe entries(in: list).map(\.topicPartition)
    }
}
