import BrokerTestKit
import Kafka
import Testing

extension ApacheKafka {
    /// Topics, groups and offsets through the admin client.
    @Suite struct Administration {
        let bench: Bench
        var admin: Admin { bench.admin }

        init() throws { bench = try Bench() }

        @Test("topics are created once, described, configured, extended and deleted")
        func topics() throws {
            let name = bench.name("topic")
            let topic = NewTopic(
                name: name, partitions: 3, replication: 1,
                configuration: ["cleanup.policy": "compact", "max.message.bytes": "12345"])
            let plain = NewTopic(name: bench.name("plain"), partitions: 1)
            #expect(try admin.describeTopics([name]) == [:])
            #expect(try admin.createTopics([topic]) == [name])
            #expect(try admin.createTopics([topic, plain]) == [plain.name])
            let expected = [name: TopicDescription(name: name, partitionCount: 3, replicationFactor: 1)]
            let described = try bench.settled(expected) { try admin.describeTopics([name, bench.name("absent")]) }
            #expect(described == expected)
            let configuration = try admin.topicConfiguration(name)
            #expect(configuration["cleanup.policy"] == "compact")
            #expect(configuration["max.message.bytes"] == "12345")
            #expect(configuration["retention.ms"] != nil)
            try admin.createPartitions(topic: name, total: 5)
            // Brokers hear of changes a moment after the controller has made them.
            let total = try bench.settled(5) { try admin.describeTopics([name])[name]?.partitionCount ?? 0 }
            #expect(total == 5)
            let single = try bench.settled(1) { try admin.topics()[plain.name]?.partitionCount ?? 0 }
            #expect(single == 1)
            #expect(try admin.deleteTopics([name, bench.name("absent")]) == [name])
            #expect(try admin.deleteTopics([name]) == [])
            let left = try bench.settled([:]) { try admin.describeTopics([name]) }
            #expect(left == [:])
        }

        @Test("what the cluster refuses is named with its reason")
        func refusals() throws {
            let name = bench.name("topic")
            func code(_ call: () throws -> Void) -> KafkaError.Code? {
                do {
                    try call()
                    return nil
                } catch {
                    guard let error = error as? KafkaError else { return nil }
                    #expect(error.message.contains(name))
                    return error.code
                }
            }
            #expect(
                code { try admin.createTopics([NewTopic(name: name, partitions: 1, replication: 3)]) }
                    == .invalidReplicationFactor)
            #expect(
                code { try admin.createTopics([NewTopic(name: name, partitions: 1, configuration: ["no.such": "1"])]) }
                    == .invalidConfiguration)
            #expect(code { try admin.createTopics([NewTopic(name: name + "/", partitions: 1)]) } == .invalidTopic)
            #expect(code { try admin.createTopics([NewTopic(name: name, partitions: -7)]) } == .invalidArgument)
            #expect(code { _ = try admin.topicConfiguration(name) } == .unknownTopicOrPartition)
            #expect(code { try admin.createPartitions(topic: name, total: 3) } == .unknownTopicOrPartition)
            try admin.createTopics([NewTopic(name: name, partitions: 2)])
            #expect(code { try admin.createPartitions(topic: name, total: 1) } == .invalidPartitions)
            #expect(code { try admin.deleteGroups([name]) } == .groupIDNotFound)
        }

        @Test("a cluster that cannot be reached is a timeout, not a wait without end")
        func unreachable() throws {
            let admin = try Admin(
                ClientConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "test"), timeoutMilliseconds: 300)
            #expect(throws: KafkaError.self) { try admin.topics() }
            #expect(throws: KafkaError.self) { try admin.createTopics([NewTopic(name: "a", partitions: 1)]) }
            let partition = TopicPartition(topic: "a", partition: 0)
            #expect(throws: KafkaError.self) { try admin.endOffsets([partition], isolation: .readCommitted) }
            let error = #expect(throws: KafkaError.self) { try admin.committedOffsets("group") }
            #expect(error?.isRetriable == true)
        }

        @Test("groups are listed, described with their members, moved while empty, and deleted")
        func groups() throws {
            let topic = try bench.topic("in", partitions: 2)
            let group = bench.name("group")
            let one = TopicPartition(topic: topic, partition: 1)
            let member = try GroupMember(bench, group: "group", instanceID: "node-00", topics: [topic])
            try pollAll([member]) { member.assigned.count == 2 }
            #expect(try admin.listGroups().contains(GroupListing(group: group, state: "Stable")))
            let description = try admin.describeGroup(group)
            #expect(description.state == "Stable")
            #expect(description.assignor == "range")
            #expect(description.members.map(\.instanceID) == ["node-00"])
            #expect(description.members.map(\.clientID) == ["test"])
            #expect(description.members.map(\.memberID) == [member.consumer.memberID])
            #expect(description.members.first?.assignment.sorted() == member.consumer.assignment)
            // A group with members cannot be moved or deleted.
            #expect(throws: KafkaError.self) { try admin.setCommittedOffsets([one: 5], of: group) }
            #expect(throws: KafkaError.self) { try admin.deleteGroups([group]) }
            member.consumer.close()

            let other = bench.name("other")
            try admin.setCommittedOffsets([one: 5], of: other)
            #expect(try admin.committedOffsets(other) == [one: 5])
            #expect(try admin.committedOffsets(other, of: [one, .init(topic: topic, partition: 0)]) == [one: 5])
            #expect(try admin.describeGroup(other).state == "Empty")
            try admin.deleteGroups([other])
            #expect(try admin.committedOffsets(other) == [:])
            #expect(try admin.committedOffsets(bench.name("unheard")) == [:])
        }

        @Test("ends, beginnings and times, by isolation level")
        func offsets() throws {
            let topic = try bench.topic("in", partitions: 2)
            let zero = TopicPartition(topic: topic, partition: 0)
            let one = TopicPartition(topic: topic, partition: 1)
            let producer = try bench.producer()
            try producer.begin()
            for i in 0..<10 {
                try producer.send(
                    topic: topic, partition: 0, key: nil, value: [], timestampMilliseconds: Int64(1_000 + i * 100))
            }
            try producer.commit()
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: [], timestampMilliseconds: 9_000)
            while producer.deliveredCount < 11 { producer.poll() }

            #expect(try admin.endOffsets([zero, one], isolation: .readCommitted) == [zero: 11, one: 0])
            #expect(try admin.endOffsets([zero, one], isolation: .readUncommitted) == [zero: 12, one: 0])
            #expect(try admin.beginningOffsets([zero, one]) == [zero: 0, one: 0])
            try admin.deleteRecords(before: [zero: 4])
            #expect(try admin.beginningOffsets([zero]) == [zero: 4])
            #expect(try admin.offsets(forTimestampsMilliseconds: [zero: 1_450, one: 0]) == [zero: 5])
            #expect(try admin.offsets(forTimestampsMilliseconds: [zero: 1_500]) == [zero: 5])
            // A marker carries the wall clock, and so is found by event times later than all records.
            #expect(try admin.offsets(forTimestampsMilliseconds: [zero: 100_000]) == [zero: 10])
            #expect(try admin.offsets(forTimestampsMilliseconds: [zero: 9_900_000_000_000]) == [:])
            producer.close()
            let end = try bench.settled([zero: 13]) { try admin.endOffsets([zero], isolation: .readCommitted) }
            #expect(end == [zero: 13])
            let missing = TopicPartition(topic: bench.name("missing"), partition: 0)
            #expect(throws: KafkaError.self) { try admin.endOffsets([zero, missing], isolation: .readCommitted) }
        }

        @Test("the admin client serves several threads at once")
        func severalThreads() async throws {
            let topic = try bench.topic("in")
            let admin = admin
            let found = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let ends = try admin.endOffsets([.init(topic: topic, partition: 0)], isolation: .readCommitted)
                        return try admin.topics()[topic] == nil ? 0 : ends.count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(found == 8)
        }
    }
}
