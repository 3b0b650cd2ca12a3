import CRdKafka

/// Reads topic metadata, the blocking way.
enum TopicMetadata {
    static func partitionCount(
        of topic: OpaquePointer, _ name: String, _ handle: ClientHandle, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Int32 {
        let all = try unsafe fetch(topic, handle, timeoutMilliseconds: timeoutMilliseconds)
        guard let found = all.first(where: { $0.name == name }) else {
            throw KafkaError(code: .unknownTopicOrPartition, message: "topic \(name) does not exist: create it first")
        }
        if let error = found.error { throw error }
        guard found.partitionCount > 0 else {
            throw KafkaError(code: .leaderNotAvailable, message: "topic \(name) has no leaders yet")
        }
        return found.partitionCount
    }

    struct Topic {
        var name: String
        var partitionCount: Int32
        var replicationFactor: Int32
        var error: KafkaError?
    }

    /// Asks about one topic, or with nil about all.
    static func fetch(
        _ topic: OpaquePointer?, _ handle: ClientHandle, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [Topic] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let error = unsafe rd_kafka_metadata(
            handle.pointer, topic == nil ? 1 : 0, topic, &metadata, timeoutMilliseconds)
        try KafkaError.check(error, "no metadata from the cluster")
        guard let metadata = unsafe metadata else { return [] }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        return unsafe (0..<Int(metadata.pointee.topic_cnt)).map { unsafe Self.topic(metadata.pointee.topics[$0]) }
    }

    private static func topic(_ native: rd_kafka_metadata_topic) -> Topic {
        let name = unsafe native.topic.map { unsafe String(cString: $0) } ?? ""
        let error = unsafe native.err
        let count = unsafe native.partition_cnt
        let replicas = unsafe count > 0 ? native.partitions[0].replica_cnt : 0
        return Topic(
            name: name, partitionCount: count, replicationFactor: replicas,
            error: error == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(error, "topic \(name)"))
    }
}
