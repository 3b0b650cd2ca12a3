import CRdKafka

extension Admin {
    /// Creates topics and gives the names of those that were not there before.
    ///
    /// Throws the first failure, by name; what was created before stays. A topic that exists already is not a failure,
    /// whatever its partitions and configuration.
    @discardableResult
    public func createTopics(_ topics: [NewTopic]) throws(KafkaError) -> Set<String> {
        guard !topics.isEmpty else { return [] }
        let context = "cannot create topic"
        let failures = try patiently { (timeout) throws(KafkaError) in
            var natives = unsafe AdminArguments { unsafe rd_kafka_NewTopic_destroy($0) }
            for topic in topics {
                try unsafe natives.append(
                    Self.native(topic),
                    "\(context) \(topic.name) with \(topic.partitions) partitions: name or number is not allowed")
            }
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_CREATETOPICS, handle, timeoutMilliseconds: timeout, context
            ) { options, queue in
                unsafe natives.withArray { unsafe rd_kafka_CreateTopics(handle.pointer, $0, $1, options, queue) }
            }
            var count = 0
            let results = unsafe rd_kafka_CreateTopics_result_topics(
                rd_kafka_event_CreateTopics_result(event.pointer), &count)
            return try unsafe AdminRequest.failures(results, count, context, besides: .topicAlreadyExists)
        }
        return Set(topics.map(\.name)).subtracting(failures)
    }

    private static func native(_ topic: NewTopic) -> OpaquePointer? {
        let native = unsafe rd_kafka_NewTopic_new(
            topic.name, topic.partitions, topic.replication.map(Int32.init) ?? -1, nil, 0)
        guard let native = unsafe native else { return nil }
        for (name, value) in topic.configuration { _ = unsafe rd_kafka_NewTopic_set_config(native, name, value) }
        return unsafe native
    }

    /// Deletes topics and gives the names of those that were there; one that is not is no failure.
    @discardableResult
    public func deleteTopics(_ names: [String]) throws(KafkaError) -> Set<String> {
        guard !names.isEmpty else { return [] }
        let context = "cannot delete topic"
        let failures = try patiently { (timeout) throws(KafkaError) in
            var natives = unsafe AdminArguments { unsafe rd_kafka_DeleteTopic_destroy($0) }
            for name in names { try unsafe natives.append(rd_kafka_DeleteTopic_new(name), "\(context) \(name)") }
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_DELETETOPICS, handle, timeoutMilliseconds: timeout, context
            ) { options, queue in
                unsafe natives.withArray { unsafe rd_kafka_DeleteTopics(handle.pointer, $0, $1, options, queue) }
            }
            var count = 0
            let results = unsafe rd_kafka_DeleteTopics_result_topics(
                rd_kafka_event_DeleteTopics_result(event.pointer), &count)
            return try unsafe AdminRequest.failures(results, count, context, besides: .unknownTopicOrPartition)
        }
        return Set(names).subtracting(failures)
    }

    /// Raises a topic's partition count to `total`; a state's shards must then be rebuilt (kafka.md 5.4).
    public func createPartitions(topic: String, total: Int32) throws(KafkaError) {
        let context = "cannot add partitions to topic"
        try patiently { (timeout) throws(KafkaError) in
            var natives = unsafe AdminArguments { unsafe rd_kafka_NewPartitions_destroy($0) }
            try unsafe natives.append(
                rd_kafka_NewPartitions_new(topic, Int(max(0, total)), nil, 0),
                "\(topic) cannot have \(total) partitions")
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, handle, timeoutMilliseconds: timeout, context
            ) { options, queue in
                unsafe natives.withArray { unsafe rd_kafka_CreatePartitions(handle.pointer, $0, $1, options, queue) }
            }
            var count = 0
            let results = unsafe rd_kafka_CreatePartitions_result_topics(
                rd_kafka_event_CreatePartitions_result(event.pointer), &count)
            _ = try unsafe AdminRequest.failures(results, count, context, besides: .none)
        }
    }

    /// Every topic of the cluster, by name; internal ones start with two underscores.
    public func topics() throws(KafkaError) -> [String: TopicDescription] {
        let found = try patiently { (timeout) throws(KafkaError) in
            try unsafe TopicMetadata.fetch(nil, handle, timeoutMilliseconds: timeout)
        }
        var all: [String: TopicDescription] = [:]
        for topic in found where topic.error == nil {
            all[topic.name] = TopicDescription(
                name: topic.name, partitionCount: topic.partitionCount, replicationFactor: topic.replicationFactor)
        }
        return all
    }

    /// Describes these topics; one that does not exist is absent.
    public func describeTopics(_ names: [String]) throws(KafkaError) -> [String: TopicDescription] {
        // All of them, since asking for one by name can create it where the brokers allow that.
        let wanted = Set(names)
        return try topics().filter { wanted.contains($0.key) }
    }

    /// A topic's whole configuration, defaults included, for example `max.message.bytes`.
    public func topicConfiguration(_ name: String) throws(KafkaError) -> [String: String] {
        let context = "cannot read the configuration of topic \(name)"
        return try patiently { (timeout) throws(KafkaError) in
            var natives = unsafe AdminArguments { unsafe rd_kafka_ConfigResource_destroy($0) }
            try unsafe natives.append(
                rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name), "\(context): not a topic name")
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, handle, timeoutMilliseconds: timeout, context
            ) { options, queue in
                unsafe natives.withArray { unsafe rd_kafka_DescribeConfigs(handle.pointer, $0, $1, options, queue) }
            }
            var count = 0
            let resources = unsafe rd_kafka_DescribeConfigs_result_resources(
                rd_kafka_event_DescribeConfigs_result(event.pointer), &count)
            guard count > 0, let resource = unsafe resources?[0] else { return [:] }
            try unsafe KafkaError.check(rd_kafka_ConfigResource_error(resource), context)
            return unsafe Self.entries(of: resource)
        }
    }

    private static func entries(of resource: OpaquePointer) -> [String: String] {
        var count = 0
        let entries = unsafe rd_kafka_ConfigResource_configs(resource, &count)
        var all: [String: String] = [:]
        for i in 0..<count {
            guard
                let entry = unsafe entries?[i], let name = unsafe rd_kafka_ConfigEntry_name(entry),
                let value = unsafe rd_kafka_ConfigEntry_value(entry)
            else { continue }
            unsafe all[String(cString: name)] = unsafe String(cString: value)
        }
        return all
    }

    /// Deletes the records below the given offsets and gives the partitions' new first offsets.
    @discardableResult
    public func deleteRecords(before offsets: [TopicPartition: Int64]) throws(KafkaError) -> [TopicPartition: Int64] {
        guard !offsets.isEmpty else { return [:] }
        let context = "cannot delete records"
        return try patiently { (timeout) throws(KafkaError) in
            let list = TopicPartitionList(offsets)
            var natives = unsafe AdminArguments { unsafe rd_kafka_DeleteRecords_destroy($0) }
            try unsafe natives.append(rd_kafka_DeleteRecords_new(list.pointer), context)
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_DELETERECORDS, handle, timeoutMilliseconds: timeout, context
            ) { options, queue in
                unsafe natives.withArray { unsafe rd_kafka_DeleteRecords(handle.pointer, $0, $1, options, queue) }
            }
            let results = unsafe rd_kafka_DeleteRecords_result_offsets(
                rd_kafka_event_DeleteRecords_result(event.pointer))
            return try unsafe Self.offsets(TopicPartitionList.entries(in: results), "\(context) of")
        }
    }
}
