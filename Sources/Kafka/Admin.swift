import CRdKafka
import Synchronization

/// Creates, describes and deletes topics and groups; usable from any thread, and each call blocks its caller.
///
/// Do not use it against librdkafka's mock cluster: describing groups there stops the client, and deleting them ends
/// the process (kafka.md 3.1).
public final class Admin: Sendable {
    let handle: ClientHandle
    let timeoutMilliseconds: Int32
    private let configuration: ClientConfiguration
    private let readers = Mutex<[IsolationLevel: ClientHandle]>([:])

    /// Makes an admin client; `timeoutMilliseconds` bounds each request.
    public init(_ configuration: ClientConfiguration, timeoutMilliseconds: Int32 = 30_000) throws(KafkaError) {
        handle = try ClientHandle(.admin, configuration, defaults: [:])
        self.configuration = configuration
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    // MARK: Topics

    /// Creates topics and gives the names of those that were not there before.
    ///
    /// Throws the first failure, by name; what was created before stays. A topic that exists already is not a failure,
    /// whatever its partitions and configuration.
    @discardableResult
    public func createTopics(_ topics: [NewTopic]) throws(KafkaError) -> Set<String> {
        guard !topics.isEmpty else { return [] }
        var natives: [OpaquePointer?] = unsafe []
        defer {
            for i in unsafe natives.indices {
                if let native = unsafe natives[i] { unsafe rd_kafka_NewTopic_destroy(native) }
            }
        }
        for topic in topics { unsafe natives.append(try Self.native(topic)) }
        let context = "cannot create topic"
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_CREATETOPICS, handle, timeoutMilliseconds: timeoutMilliseconds, context
        ) { options, queue in
            unsafe natives.withUnsafeMutableBufferPointer {
                unsafe rd_kafka_CreateTopics(handle.pointer, $0.baseAddress, $0.count, options, queue)
            }
        }
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(
            rd_kafka_event_CreateTopics_result(event.pointer), &count)
        let failures = unsafe AdminRequest.failures(results, count, context)
        for (_, error) in failures.sorted(by: { $0.key < $1.key }) where error.code != .topicAlreadyExists {
            throw error
        }
        return Set(topics.map(\.name)).subtracting(failures.keys)
    }

    private static func native(_ topic: NewTopic) throws(KafkaError) -> OpaquePointer {
        let native = unsafe rd_kafka_NewTopic_new(
            topic.name, topic.partitions, topic.replication.map(Int32.init) ?? -1, nil, 0)
        guard let native = unsafe native else {
            throw KafkaError(
                code: .invalidArgument,
                message:
                    "cannot create topic \(topic.name) with \(topic.partitions) partitions: name or number is not allowed"
            )
        }
        for (name, value) in topic.configuration { _ = unsafe rd_kafka_NewTopic_set_config(native, name, value) }
        return unsafe native
    }

    /// Deletes topics and gives the names of those that were there; one that is not is no failure.
    @discardableResult
    public func deleteTopics(_ names: [String]) throws(KafkaError) -> Set<String> {
        guard !names.isEmpty else { return [] }
        var natives: [OpaquePointer?] = unsafe names.map { unsafe rd_kafka_DeleteTopic_new($0) }
        defer {
            for i in unsafe natives.indices {
                if let native = unsafe natives[i] { unsafe rd_kafka_DeleteTopic_destroy(native) }
            }
        }
        let context = "cannot delete topic"
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_DELETETOPICS, handle, timeoutMilliseconds: timeoutMilliseconds, context
        ) { options, queue in
            unsafe natives.withUnsafeMutableBufferPointer {
                unsafe rd_kafka_DeleteTopics(handle.pointer, $0.baseAddress, $0.count, options, queue)
            }
        }
        var count = 0
        let results = unsafe rd_kafka_DeleteTopics_result_topics(
            rd_kafka_event_DeleteTopics_result(event.pointer), &count)
        let failures = unsafe AdminRequest.failures(results, count, context)
        for (_, error) in failures.sorted(by: { $0.key < $1.key }) where error.code != .unknownTopicOrPartition {
            throw error
        }
        return Set(names).subtracting(failures.keys)
    }

    /// Raises a topic's partition count to `total`; a state's shards must then be rebuilt (kafka.md 5.4).
    public func createPartitions(topic: String, total: Int32) throws(KafkaError) {
        var natives: [OpaquePointer?] = unsafe [rd_kafka_NewPartitions_new(topic, Int(max(0, total)), nil, 0)]
        guard let native = unsafe natives[0] else {
            throw KafkaError(code: .invalidArgument, message: "\(topic) cannot have \(total) partitions")
        }
        defer { unsafe rd_kafka_NewPartitions_destroy(native) }
        let context = "cannot add partitions to topic"
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, handle, timeoutMilliseconds: timeoutMilliseconds, context
        ) { options, queue in
            unsafe natives.withUnsafeMutableBufferPointer {
                unsafe rd_kafka_CreatePartitions(handle.pointer, $0.baseAddress, $0.count, options, queue)
            }
        }
        var count = 0
        let results = unsafe rd_kafka_CreatePartitions_result_topics(
            rd_kafka_event_CreatePartitions_result(event.pointer), &count)
        if let error = unsafe AdminRequest.failures(results, count, context).first { throw error.value }
    }

    /// Every topic of the cluster, by name; internal ones start with two underscores.
    public func topics() throws(KafkaError) -> [String: TopicDescription] {
        let found = try unsafe TopicMetadata.fetch(nil, handle, timeoutMilliseconds: timeoutMilliseconds)
        var all: [String: TopicDescription] = [:]
        for topic in found where topic.error == nil {
            all[topic.name] = TopicDescription(
                name: topic.name, partitionCount: topic.partitionCount, replicationFactor: topic.replicationFactor)
        }
        return all
    }

    /// Describes these topics; one that does not exist is absent.
    public func describeTopics(_ names: [String]) throws(KafkaError) -> [String: TopicDescription] {
        let wanted = Set(names)
        return try topics().filter { wanted.contains($0.key) }
    }

    /// A topic's whole configuration, defaults included, for example `max.message.bytes`.
    public func topicConfiguration(_ name: String) throws(KafkaError) -> [String: String] {
        var natives: [OpaquePointer?] = unsafe [rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)]
        guard let native = unsafe natives[0] else {
            throw KafkaError(code: .invalidArgument, message: "\(name) is not a topic name")
        }
        defer { unsafe rd_kafka_ConfigResource_destroy(native) }
        let context = "cannot read the configuration of topic \(name)"
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, handle, timeoutMilliseconds: timeoutMilliseconds, context
        ) { options, queue in
            unsafe natives.withUnsafeMutableBufferPointer {
                unsafe rd_kafka_DescribeConfigs(handle.pointer, $0.baseAddress, $0.count, options, queue)
            }
        }
        var count = 0
        let resources = unsafe rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event.pointer), &count)
        guard count > 0, let resource = unsafe resources?[0] else { return [:] }
        try unsafe KafkaError.check(rd_kafka_ConfigResource_error(resource), context)
        return unsafe Self.entries(of: resource)
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
        let list = TopicPartitionList(offsets)
        var natives: [OpaquePointer?] = unsafe [rd_kafka_DeleteRecords_new(list.pointer)]
        defer { if let native = unsafe natives[0] { unsafe rd_kafka_DeleteRecords_destroy(native) } }
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_DELETERECORDS, handle, timeoutMilliseconds: timeoutMilliseconds, "cannot delete records"
        ) { options, queue in
            unsafe natives.withUnsafeMutableBufferPointer {
                unsafe rd_kafka_DeleteRecords(handle.pointer, $0.baseAddress, $0.count, options, queue)
            }
        }
        let results = unsafe rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.pointer))
        return try Self.offsets(unsafe TopicPartitionList.entries(in: results), "cannot delete records of")
    }

    // MARK: Groups

    /// Every consumer group.
    public func listGroups() throws(KafkaError) -> [GroupListing] {
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, handle, timeoutMilliseconds: timeoutMilliseconds, "cannot list groups"
        ) { options, queue in unsafe rd_kafka_ListConsumerGroups(handle.pointer, options, queue) }
        let result = unsafe rd_kafka_event_ListConsumerGroups_result(event.pointer)
        var errorCount = 0
        if let errors = unsafe rd_kafka_ListConsumerGroups_result_errors(result, &errorCount), errorCount > 0,
            let error = unsafe errors[0]
        {
            throw unsafe KafkaError(copying: error, "cannot list groups")
        }
        var count = 0
        let groups = unsafe rd_kafka_ListConsumerGroups_result_valid(result, &count)
        return (0..<count).compactMap { i in
            guard let group = unsafe groups?[i] else { return nil }
            return unsafe GroupListing(
                group: Self.text(rd_kafka_ConsumerGroupListing_group_id(group)),
                state: Self.text(rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupListing_state(group))))
        }
    }

    /// A group's state and members; a group that does not exist is `Dead` and has none.
    public func describeGroup(_ group: String) throws(KafkaError) -> GroupDescription {
        let context = "cannot describe group \(group)"
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, handle, timeoutMilliseconds: timeoutMilliseconds, context
        ) { options, queue in
            unsafe group.withCString { name in
                var names: UnsafePointer<CChar>? = unsafe name
                unsafe rd_kafka_DescribeConsumerGroups(handle.pointer, &names, 1, options, queue)
            }
        }
        var count = 0
        let results = unsafe rd_kafka_DescribeConsumerGroups_result_groups(
            rd_kafka_event_DescribeConsumerGroups_result(event.pointer), &count)
        guard count > 0, let result = unsafe results?[0] else {
            throw KafkaError(code: .groupIDNotFound, message: "\(context): no answer about it")
        }
        if let error = unsafe rd_kafka_ConsumerGroupDescription_error(result),
            unsafe rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR
        {
            throw unsafe KafkaError(copying: error, context)
        }
        return unsafe GroupDescription(
            group: group,
            state: Self.text(rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(result))),
            assignor: Self.text(rd_kafka_ConsumerGroupDescription_partition_assignor(result)),
            members: (0..<rd_kafka_ConsumerGroupDescription_member_count(result)).compactMap {
                unsafe rd_kafka_ConsumerGroupDescription_member(result, $0).map { unsafe Self.member($0) }
            })
    }

    private static func member(_ native: OpaquePointer) -> GroupDescription.Member {
        let assignment = unsafe rd_kafka_MemberDescription_assignment(native)
        let partitions = unsafe assignment.flatMap { unsafe rd_kafka_MemberAssignment_partitions($0) }
        let instance = unsafe text(rd_kafka_MemberDescription_group_instance_id(native))
        return unsafe GroupDescription.Member(
            memberID: text(rd_kafka_MemberDescription_consumer_id(native)),
            instanceID: instance.isEmpty ? nil : instance,
            clientID: text(rd_kafka_MemberDescription_client_id(native)),
            host: text(rd_kafka_MemberDescription_host(native)),
            assignment: TopicPartitionList.topicPartitions(in: partitions))
    }

    /// Deletes groups without members, with their offsets.
    public func deleteGroups(_ groups: [String]) throws(KafkaError) {
        guard !groups.isEmpty else { return }
        var natives: [OpaquePointer?] = unsafe groups.map { unsafe rd_kafka_DeleteGroup_new($0) }
        defer {
            for i in unsafe natives.indices {
                if let native = unsafe natives[i] { unsafe rd_kafka_DeleteGroup_destroy(native) }
            }
        }
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_DELETEGROUPS, handle, timeoutMilliseconds: timeoutMilliseconds, "cannot delete groups"
        ) { options, queue in
            unsafe natives.withUnsafeMutableBufferPointer {
                unsafe rd_kafka_DeleteGroups(handle.pointer, $0.baseAddress, $0.count, options, queue)
            }
        }
        var count = 0
        let results = unsafe rd_kafka_DeleteGroups_result_groups(
            rd_kafka_event_DeleteGroups_result(event.pointer), &count)
        for i in 0..<count {
            guard let result = unsafe results?[i], let error = unsafe rd_kafka_group_result_error(result) else {
                continue
            }
            throw unsafe KafkaError(
                copying: error, "cannot delete group \(Self.text(rd_kafka_group_result_name(result)))")
        }
    }

    /// A group's committed offsets; partitions without one are absent.
    ///
    /// Waits for open transactions to end, since it asks for stable offsets.
    public func committedOffsets(
        _ group: String, of partitions: [TopicPartition]? = nil
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        let context = "cannot read the offsets of group \(group)"
        let native: OpaquePointer?
        if let partitions {
            let list = TopicPartitionList(partitions)
            unsafe native = rd_kafka_ListConsumerGroupOffsets_new(group, list.pointer)
        } else {
            unsafe native = rd_kafka_ListConsumerGroupOffsets_new(group, nil)
        }
        guard let native = unsafe native else { throw KafkaError(code: .invalidArgument, message: context) }
        defer { unsafe rd_kafka_ListConsumerGroupOffsets_destroy(native) }
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, handle, timeoutMilliseconds: timeoutMilliseconds, context
        ) { options, queue in
            var only: OpaquePointer? = unsafe native
            unsafe rd_kafka_ListConsumerGroupOffsets(handle.pointer, &only, 1, options, queue)
        }
        var count = 0
        let results = unsafe rd_kafka_ListConsumerGroupOffsets_result_groups(
            rd_kafka_event_ListConsumerGroupOffsets_result(event.pointer), &count)
        guard count > 0, let result = unsafe results?[0] else { return [:] }
        if let error = unsafe rd_kafka_group_result_error(result) { throw unsafe KafkaError(copying: error, context) }
        let entries = unsafe TopicPartitionList.entries(in: rd_kafka_group_result_partitions(result))
        return try Self.offsets(entries, "\(context) for").filter { $0.value >= 0 }
    }

    /// Sets the committed offsets of a group without members, for an operator who moves it.
    public func setCommittedOffsets(_ offsets: [TopicPartition: Int64], of group: String) throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        let context = "cannot set the offsets of group \(group)"
        let list = TopicPartitionList(offsets)
        guard let native = unsafe rd_kafka_AlterConsumerGroupOffsets_new(group, list.pointer) else {
            throw KafkaError(code: .invalidArgument, message: context)
        }
        defer { unsafe rd_kafka_AlterConsumerGroupOffsets_destroy(native) }
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, handle, timeoutMilliseconds: timeoutMilliseconds, context
        ) { options, queue in
            var only: OpaquePointer? = unsafe native
            unsafe rd_kafka_AlterConsumerGroupOffsets(handle.pointer, &only, 1, options, queue)
        }
        var count = 0
        let results = unsafe rd_kafka_AlterConsumerGroupOffsets_result_groups(
            rd_kafka_event_AlterConsumerGroupOffsets_result(event.pointer), &count)
        guard count > 0, let result = unsafe results?[0] else { return }
        if let error = unsafe rd_kafka_group_result_error(result) { throw unsafe KafkaError(copying: error, context) }
        _ = try Self.offsets(
            unsafe TopicPartitionList.entries(in: rd_kafka_group_result_partitions(result)), "\(context) for")
    }

    // MARK: Offsets

    /// The offset behind the last record: the last stable one, or with `readUncommitted` the high watermark.
    public func endOffsets(
        _ partitions: [TopicPartition], isolation: IsolationLevel
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try listOffsets(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_END)) }, isolation)
    }

    /// The offset of the first record.
    public func beginningOffsets(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartition: Int64] {
        try listOffsets(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_BEGINNING)) }, .readCommitted)
    }

    /// The first offset whose timestamp is at or after the given one (milliseconds); absent where there is none.
    public func offsets(
        forTimestampsMilliseconds timestamps: [TopicPartition: Int64]
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try listOffsets(timestamps.map { ($0, max(0, $1)) }, .readCommitted).filter { $0.value >= 0 }
    }

    private func listOffsets(
        _ queries: [(TopicPartition, Int64)], _ isolation: IsolationLevel
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        guard !queries.isEmpty else { return [:] }
        // ListOffsets gives the ends for the timestamps -1 and -2: one request per leader instead of two per partition.
        let list = TopicPartitionList(Dictionary(queries, uniquingKeysWith: { $1 }))
        let reader = try reader(isolation)
        try unsafe KafkaError.check(
            rd_kafka_offsets_for_times(reader.pointer, list.pointer, timeoutMilliseconds), "cannot list offsets")
        return try Self.offsets(list.entries, "cannot list the offset of")
    }

    /// A handle per isolation level, made when first needed: 2.0.2 takes the level from the handle.
    private func reader(_ isolation: IsolationLevel) throws(KafkaError) -> ClientHandle {
        let configuration = configuration
        let result: Result<ClientHandle, KafkaError> = readers.withLock { known in
            if let reader = known[isolation] { return .success(reader) }
            do throws(KafkaError) {
                let reader = try ClientHandle(
                    .reader, configuration, defaults: ["isolation.level": isolation.rawValue])
                known[isolation] = reader
                return .success(reader)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func offsets(
        _ entries: [TopicPartitionList.Entry], _ context: String
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for entry in entries {
            try KafkaError.check(entry.error, "\(context) \(entry.topicPartition)")
            offsets[entry.topicPartition] = entry.offset
        }
        return offsets
    }

    private static func text(_ native: UnsafePointer<CChar>?) -> String {
        unsafe native.map { unsafe String(cString: $0) } ?? ""
    }
}
