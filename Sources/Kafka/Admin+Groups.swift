import CRdKafka

extension Admin {
    /// Every consumer group.
    public func listGroups() throws(KafkaError) -> [GroupListing] {
        let context = "cannot list groups"
        return try patiently { (timeout) throws(KafkaError) in
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, handle, timeoutMilliseconds: timeout, context
            ) { options, queue in unsafe rd_kafka_ListConsumerGroups(handle.pointer, options, queue) }
            let result = unsafe rd_kafka_event_ListConsumerGroups_result(event.pointer)
            var errorCount = 0
            let errors = unsafe rd_kafka_ListConsumerGroups_result_errors(result, &errorCount)
            // A broker that did not answer would silently shorten the list.
            if errorCount > 0, let error = unsafe errors?[0] { throw unsafe KafkaError(result: error, context) }
            var count = 0
            let groups = unsafe rd_kafka_ListConsumerGroups_result_valid(result, &count)
            return (0..<count).compactMap { i in
                guard let group = unsafe groups?[i] else { return nil }
                return unsafe GroupListing(
                    group: Self.text(rd_kafka_ConsumerGroupListing_group_id(group)),
                    state: Self.text(rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupListing_state(group))))
            }
        }
    }

    /// A group's state and members; a group that does not exist is `Dead` and has none.
    public func describeGroup(_ group: String) throws(KafkaError) -> GroupDescription {
        let context = "cannot describe group \(group)"
        return try patiently { (timeout) throws(KafkaError) in
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, handle, timeoutMilliseconds: timeout, context
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
                throw unsafe KafkaError(result: error, context)
            }
            return unsafe Self.description(result, group)
        }
    }

    private static func description(_ native: OpaquePointer, _ group: String) -> GroupDescription {
        unsafe GroupDescription(
            group: group,
            state: text(rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(native))),
            assignor: text(rd_kafka_ConsumerGroupDescription_partition_assignor(native)),
            members: (0..<rd_kafka_ConsumerGroupDescription_member_count(native)).compactMap {
                unsafe rd_kafka_ConsumerGroupDescription_member(native, $0).map { unsafe member($0) }
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
        // One by one, so that what is repeated was not deleted before.
        for group in groups {
            try patiently { (timeout) throws(KafkaError) in try deleteGroup(group, timeout) }
        }
    }

    private func deleteGroup(_ group: String, _ timeout: Int32) throws(KafkaError) {
        let context = "cannot delete group \(group)"
        var natives = unsafe AdminArguments { unsafe rd_kafka_DeleteGroup_destroy($0) }
        try unsafe natives.append(rd_kafka_DeleteGroup_new(group), context)
        let event = try unsafe AdminRequest.run(
            RD_KAFKA_ADMIN_OP_DELETEGROUPS, handle, timeoutMilliseconds: timeout, context
        ) { options, queue in
            unsafe natives.withArray { unsafe rd_kafka_DeleteGroups(handle.pointer, $0, $1, options, queue) }
        }
        var count = 0
        let results = unsafe rd_kafka_DeleteGroups_result_groups(
            rd_kafka_event_DeleteGroups_result(event.pointer), &count)
        guard count > 0, let result = unsafe results?[0] else { return }
        if let error = unsafe rd_kafka_group_result_error(result) { throw unsafe KafkaError(result: error, context) }
    }

    /// A group's committed offsets; partitions without one are absent.
    ///
    /// Waits for open transactions to end, since it asks for stable offsets.
    public func committedOffsets(
        _ group: String, of partitions: [TopicPartition]? = nil
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        if partitions?.isEmpty == true { return [:] }
        let context = "cannot read the offsets of group \(group)"
        return try patiently { (timeout) throws(KafkaError) in
            var natives = unsafe AdminArguments { unsafe rd_kafka_ListConsumerGroupOffsets_destroy($0) }
            if let partitions {
                let list = TopicPartitionList(partitions)
                try unsafe natives.append(rd_kafka_ListConsumerGroupOffsets_new(group, list.pointer), context)
            } else {
                try unsafe natives.append(rd_kafka_ListConsumerGroupOffsets_new(group, nil), context)
            }
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, handle, timeoutMilliseconds: timeout, context
            ) { options, queue in
                unsafe natives.withArray {
                    unsafe rd_kafka_ListConsumerGroupOffsets(handle.pointer, $0, $1, options, queue)
                }
            }
            var count = 0
            let results = unsafe rd_kafka_ListConsumerGroupOffsets_result_groups(
                rd_kafka_event_ListConsumerGroupOffsets_result(event.pointer), &count)
            guard count > 0, let result = unsafe results?[0] else { return [:] }
            return try unsafe Self.offsets(ofGroup: result, context).filter { $0.value >= 0 }
        }
    }

    /// Sets the committed offsets of a group without members, for an operator who moves it.
    public func setCommittedOffsets(_ offsets: [TopicPartition: Int64], of group: String) throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        let context = "cannot set the offsets of group \(group)"
        try patiently { (timeout) throws(KafkaError) in
            let list = TopicPartitionList(offsets)
            var natives = unsafe AdminArguments { unsafe rd_kafka_AlterConsumerGroupOffsets_destroy($0) }
            try unsafe natives.append(rd_kafka_AlterConsumerGroupOffsets_new(group, list.pointer), context)
            let event = try unsafe AdminRequest.run(
                RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, handle, timeoutMilliseconds: timeout, context
            ) { options, queue in
                unsafe natives.withArray {
                    unsafe rd_kafka_AlterConsumerGroupOffsets(handle.pointer, $0, $1, options, queue)
                }
            }
            var count = 0
            let results = unsafe rd_kafka_AlterConsumerGroupOffsets_result_groups(
                rd_kafka_event_AlterConsumerGroupOffsets_result(event.pointer), &count)
            guard count > 0, let result = unsafe results?[0] else { return }
            _ = try unsafe Self.offsets(ofGroup: result, context)
        }
    }

    private static func offsets(
        ofGroup result: OpaquePointer, _ context: String
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        if let error = unsafe rd_kafka_group_result_error(result) { throw unsafe KafkaError(result: error, context) }
        return try unsafe offsets(
            TopicPartitionList.entries(in: rd_kafka_group_result_partitions(result)), "\(context) for")
    }
}
