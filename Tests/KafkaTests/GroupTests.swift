import BrokerTestKit
import Foundation
import Kafka
import Testing

extension ApacheKafka {
    /// Members of a group: assignment, revoke, loss, static membership.
    @Suite struct Groups {
        let bench: Bench

        init() throws { bench = try Bench() }

        private func feed(_ topic: String, partitions: Int32, each count: Int) throws {
            let producer = try Producer(bench.configuration())
            defer { producer.close() }
            for partition in 0..<partitions {
                for i in 0..<count {
                    try producer.send(topic: topic, partition: partition, key: nil, value: "\(i)".bytes)
                }
            }
            try producer.flush(timeoutMilliseconds: 10_000)
        }

        @Test("a revoke lets the listener commit before the partitions go, and the next owner goes on from there")
        func commitOnRevoke() throws {
            let topic = try bench.topic("in", partitions: 2)
            try feed(topic, partitions: 2, each: 10)
            let producer = try bench.producer()
            defer { producer.close() }
            let first = try GroupMember(bench, group: "group", topics: [topic])
            try pollAll([first]) { first.batch.count == 20 }

            // An open transaction over all it has read, committed only by the revoke.
            let offsets = [
                TopicPartition(topic: topic, partition: 0): Int64(10), .init(topic: topic, partition: 1): 10,
            ]
            try producer.begin()
            var committed = false
            first.onRevoke = { partitions, lost in
                #expect(partitions.count == 2 && !lost)
                // The consumer is still assigned, and its generation still valid.
                #expect(first.consumer.assignment.count == 2)
                #expect(
                    failure {
                        try producer.sendOffsets(offsets, of: first.consumer.groupMetadata())
                        try producer.commit()
                    } == .handled)
                committed = true
                first.onRevoke = { _, _ in }
            }
            let second = try GroupMember(bench, group: "group", topics: [topic])
            try pollAll([first, second]) { first.assigned.count == 1 && second.assigned.count == 1 }
            #expect(committed)
            // The batch of the first holds nothing of the partitions it lost.
            #expect(first.batch.count == 0)
            #expect(first.events == ["assigned 2", "revoked 2", "assigned 1"])

            try feed(topic, partitions: 2, each: 1)
            try pollAll([first, second]) { first.batch.count == 1 && second.batch.count == 1 }
            #expect(first.records.map(\.offset) == [10])
            #expect(second.records.map(\.offset) == [10])
            first.consumer.close()
            #expect(first.events.last == "revoked 1")
            second.consumer.close()
        }

        @Test("a member that did not poll in time has lost its partitions, and gets them back")
        func lost() throws {
            let topic = try bench.topic("in", partitions: 2)
            let member = try GroupMember(bench, group: "group", topics: [topic]) {
                $0.sessionTimeoutMilliseconds = 1_000
                $0.maxPollIntervalMilliseconds = 1_000
            }
            defer { member.consumer.close() }
            try pollAll([member]) { member.assigned.count == 2 }
            var sawLost = false
            member.onRevoke = { _, lost in sawLost = lost && member.consumer.isAssignmentLost }
            // Not polling is what this is about.
            Thread.sleep(forTimeInterval: 2)
            var errors: [KafkaError.Code] = []
            let deadline = ContinuousClock.now + .seconds(60)
            while member.events.count < 3, ContinuousClock.now < deadline {
                errors += try member.poll().errors.map(\.error.code)
            }
            #expect(member.events == ["assigned 2", "lost 2", "assigned 2"])
            #expect(sawLost)
            #expect(errors.contains(.maxPollExceeded))
        }

        @Test("a static member comes back without a rebalance of the others, to the same partitions")
        func staticMember() throws {
            let topic = try bench.topic("in", partitions: 2)
            try feed(topic, partitions: 2, each: 1)
            let first = try GroupMember(bench, group: "group", instanceID: "node-00", topics: [topic])
            let second = try GroupMember(bench, group: "group", instanceID: "node-01", topics: [topic])
            try pollAll([first, second]) { first.assigned.count == 1 && second.assigned.count == 1 }
            // `range` sorts by instance id.
            #expect(first.assigned == [TopicPartition(topic: topic, partition: 0)])
            let before = (first.events, second.events)
            let memberID = second.consumer.memberID
            second.consumer.close()

            let again = try GroupMember(bench, group: "group", instanceID: "node-01", topics: [topic])
            try pollAll([first, again]) { again.assigned.count == 1 && again.batch.count == 1 }
            #expect(again.assigned == [TopicPartition(topic: topic, partition: 1)])
            #expect(first.events == before.0)
            #expect(again.consumer.memberID != memberID)

            // The same for the leader.
            first.consumer.close()
            let leader = try GroupMember(bench, group: "group", instanceID: "node-00", topics: [topic])
            try pollAll([leader, again]) { leader.assigned.count == 1 && leader.batch.count == 1 }
            #expect(leader.assigned == [TopicPartition(topic: topic, partition: 0)])
            #expect(again.events == ["assigned 1"])
            leader.consumer.close()
            again.consumer.close()
        }

        @Test("a second member with the same instance id ends the first one loudly")
        func duplicateInstance() throws {
            let topic = try bench.topic("in")
            let first = try GroupMember(bench, group: "group", instanceID: "node-00", topics: [topic])
            defer { first.consumer.close() }
            try pollAll([first]) { first.assigned.count == 1 }
            let second = try GroupMember(bench, group: "group", instanceID: "node-00", topics: [topic])
            defer { second.consumer.close() }
            let error = #expect(throws: KafkaError.self) { try pollAll([first, second]) { false } }
            #expect(error?.code == .fencedInstanceID)
            #expect(error?.isFatal == true)
        }

        @Test("a consumer dropped without close leaves its group")
        func droppedConsumer() throws {
            let topic = try bench.topic("in")
            var first: GroupMember? = try GroupMember(bench, group: "group", topics: [topic])
            try pollAll([try #require(first)]) { first?.assigned.count == 1 }
            first = nil
            let second = try GroupMember(bench, group: "group", topics: [topic])
            defer { second.consumer.close() }
            // Within the session timeout of six seconds only because the first one left.
            let start = ContinuousClock.now
            try pollAll([second]) { second.assigned.count == 1 }
            #expect(ContinuousClock.now - start < .seconds(5))
        }

        @Test("a listener that assigns where to start is obeyed")
        func startOffsets() throws {
            let topic = try bench.topic("in", partitions: 2)
            try feed(topic, partitions: 2, each: 10)
            let member = try GroupMember(bench, group: "group", topics: [topic])
            defer { member.consumer.close() }
            member.onAssign = { partitions, consumer in
                consumer.assign(
                    Dictionary(uniqueKeysWithValues: partitions.map { ($0, .offset(Int64(6 + $0.partition))) }))
            }
            try pollAll([member]) { member.batch.count == 7 }
            #expect(member.values.sorted() == ["6", "7", "7", "8", "8", "9", "9"])
        }

        @Test("a topic that does not exist is an error of the poll, not its end")
        func missingTopic() throws {
            let member = try GroupMember(bench, group: "group", topics: [bench.name("missing")])
            defer { member.consumer.close() }
            var errors: [PollError] = []
            let deadline = ContinuousClock.now + .seconds(60)
            while errors.isEmpty, ContinuousClock.now < deadline { errors += try member.poll().errors }
            #expect(errors.first?.error.code == .unknownTopicOrPartition)
            #expect(errors.first?.topicPartition?.topic == bench.name("missing"))
        }
    }
}
