import KafkaProtocol
import Testing

@testable import BrokerCore

/// Committing offsets, fetching them and deleting them.
@Suite struct OffsetCommitTests {
    struct Row: Sendable {
        var name: String
        var state: GroupRequestTests.State
        var version: Int16 = 9
        var expect: ErrorCode
        var change: @Sendable (inout OffsetCommitRequest) -> Void

        init(
            _ name: String, _ state: GroupRequestTests.State, version: Int16 = 9, expect: ErrorCode,
            _ change: @escaping @Sendable (inout OffsetCommitRequest) -> Void = { _ in }
        ) {
            self.name = name
            self.state = state
            self.version = version
            self.expect = expect
            self.change = change
        }
    }

    /// What a client says that is no member.
    private static let simple: @Sendable (inout OffsetCommitRequest) -> Void = {
        $0.memberId = ""
        $0.generationIdOrMemberEpoch = -1
    }

    /// The group has the static member "a" of instance "i", the topics "t" and "u" three partitions each.
    static let rows: [Row] = [
        Row("a member", .stable, expect: .none),
        Row("a member while others join", .preparing, expect: .none),
        Row("a member that waits for its part", .completing, expect: .rebalanceInProgress),
        Row("its instance", .stable, expect: .none) { $0.groupInstanceId = "i" },
        Row("another instance", .stable, expect: .unknownMemberId) { $0.groupInstanceId = "j" },
        Row("a fenced one", .stable, expect: .fencedInstanceId) {
            $0.groupInstanceId = "i"
            $0.memberId = "x"
        },
        Row("a stranger", .stable, expect: .unknownMemberId) { $0.memberId = "x" },
        Row("an old generation", .stable, expect: .illegalGeneration) { $0.generationIdOrMemberEpoch -= 1 },
        Row("a member without a generation", .stable, expect: .illegalGeneration) { $0.generationIdOrMemberEpoch = -1 },
        Row("nobody, while there are members", .stable, expect: .unknownMemberId, simple),
        Row("nobody, while there are none", .empty, expect: .none, simple),
        Row("a former member", .empty, expect: .unknownMemberId),
        Row("a former member without a generation", .empty, expect: .none) { $0.generationIdOrMemberEpoch = -1 },
        Row("a new group", .stable, expect: .none) {
            $0.groupId = "new"
            $0.generationIdOrMemberEpoch = -1
        },
        Row("an unknown group's member", .stable, expect: .groupIdNotFound) { $0.groupId = "new" },
        Row("an unknown group's member, before version 9", .stable, version: 8, expect: .illegalGeneration) {
            $0.groupId = "new"
        },
        Row("no group id", .stable, expect: .none) {
            $0.groupId = ""
            $0.generationIdOrMemberEpoch = -1
        },
        Row("metadata as long as allowed", .stable, expect: .none) {
            $0.topics[0].partitions[0].committedMetadata = String(repeating: "m", count: 4_096)
        },
        Row("longer metadata", .stable, expect: .offsetMetadataTooLarge) {
            $0.topics[0].partitions[0].committedMetadata = String(repeating: "m", count: 4_097)
        },
        Row("null metadata", .stable, expect: .none) { $0.topics[0].partitions[0].committedMetadata = nil },
        Row("an unknown topic", .stable, expect: .unknownTopicOrPartition) { $0.topics[0].name = "nowhere" },
        Row("an unknown topic, whoever asks", .stable, expect: .unknownTopicOrPartition) {
            $0.topics[0].name = "nowhere"
            $0.memberId = "x"
        },
        Row("an unknown partition", .stable, expect: .unknownTopicOrPartition) {
            $0.topics[0].partitions[0].partitionIndex = 3
        },
        Row("a negative partition", .stable, expect: .unknownTopicOrPartition) {
            $0.topics[0].partitions[0].partitionIndex = -1
        },
        Row("by id", .stable, version: 10, expect: .none) { $0.topics[0].topicId = GroupWorld.id(0) },
        Row("by an unknown id", .stable, version: 10, expect: .unknownTopicId) {
            $0.topics[0].topicId = GroupWorld.id(9)
        },
    ]

    @Test(arguments: rows.indices) func commit(_ index: Int) {
        let row = Self.rows[index]
        let world = GroupRequestTests.world(row.state)
        var group = ""
        let error = world.commit("a", "t", 0, 42, version: row.version) {
            row.change(&$0)
            group = $0.groupId
        }
        #expect(error == row.expect, "\(row.name)")
        #expect(world.committed(group: group).offset == (row.expect == .none ? 42 : -1), "\(row.name)")
        #expect(world.broker.snapshot() == world.replayed().snapshot())
    }

    @Test func aCommitKeepsTheSessionAlive() {
        let world = GroupRequestTests.world(.stable)
        for _ in 0..<5 {
            world.wait(9_000)
            #expect(world.commit("a", "t", 0, 1) == ErrorCode.none)
        }
    }

    @Test func groupsBeyondTheLimitAreRefused() {
        let world = GroupWorld { $0.groupLimit = 1 }
        #expect(world.commit("a", group: "one") == ErrorCode.none)
        #expect(world.commit("a", group: "two") == .policyViolation)
        #expect(world.committed(group: "two").offset == -1)
        #expect(world.broker.groups.count == 1)
    }

    @Test func severalPartitionsHaveTheirOwnErrors() {
        let world = GroupWorld()
        var message = OffsetCommitRequest()
        message.groupId = "g"
        for name in ["t", "nowhere", "u"] {
            var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
            topic.name = name
            for index in [Int32(0), 7] {
                var partition = OffsetCommitRequest.OffsetCommitRequestPartition()
                partition.partitionIndex = index
                topic.partitions.append(partition)
            }
            message.topics.append(topic)
        }
        guard case .offsetCommit(let answer)? = world.ask("a", .offsetCommit, 8, .offsetCommit(message)) else {
            Issue.record("no answer")
            return
        }
        let errors = answer.topics.map { topic in
            topic.name
                + topic.partitions.sorted { $0.partitionIndex < $1.partitionIndex }.map { " \($0.errorCode)" }.joined()
        }
        #expect(errors == ["t 0 3", "nowhere 3 3", "u 0 3"])
    }

    // MARK: Fetch

    static func fetch(_ world: GroupWorld, _ version: Int16, _ names: [String]?, stable: Bool = false) -> [String] {
        var message = OffsetFetchRequest()
        message.groupId = "g"
        message.requireStable = stable
        message.topics = names?.map {
            var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
            topic.name = $0
            topic.partitionIndexes = [0, 1]
            return topic
        }
        var wanted = OffsetFetchRequest.OffsetFetchRequestGroup()
        wanted.groupId = "g"
        wanted.topics = names?.map { name in
            var topic = OffsetFetchRequest.OffsetFetchRequestTopics()
            topic.name = name
            topic.topicId = ["t": GroupWorld.id(0), "u": GroupWorld.id(1)][name] ?? GroupWorld.id(9)
            topic.partitionIndexes = [0, 1]
            return topic
        }
        message.groups = [wanted]
        guard case .offsetFetch(let answer)? = world.ask("a", .offsetFetch, version, .offsetFetch(message)) else {
            return ["no answer"]
        }
        func line(_ topic: String, _ partition: Int32, _ offset: Int64, _ metadata: String?, _ error: Int16) -> String {
            error == 0
                ? "\(topic)/\(partition) \(offset) \(metadata ?? "null")"
                : "\(topic)/\(partition) \(ErrorCode(rawValue: error))"
        }
        if version >= 8 {
            return answer.groups.flatMap { group in
                group.topics.flatMap { topic in
                    topic.partitions.map {
                        line(topic.name, $0.partitionIndex, $0.committedOffset, $0.metadata, $0.errorCode)
                    }
                }
            }
        }
        return answer.topics.flatMap { topic in
            topic.partitions.map { line(topic.name, $0.partitionIndex, $0.committedOffset, $0.metadata, $0.errorCode) }
        }
    }

    @Test(arguments: Int16(1)...10) func fetch(_ version: Int16) {
        let world = GroupWorld()
        #expect(Self.fetch(world, version, ["t"]) == ["t/0 -1 ", "t/1 -1 "])
        world.commit("a", "u", 2, 9)
        world.commit("a", "t", 1, 5) { $0.topics[0].partitions[0].committedMetadata = "m" }
        #expect(Self.fetch(world, version, ["t", "u"]) == ["t/0 -1 ", "t/1 5 m", "u/0 -1 ", "u/1 -1 "])
        let unknown = version >= 10 ? ["/0 UNKNOWN_TOPIC_ID", "/1 UNKNOWN_TOPIC_ID"] : ["z/0 -1 ", "z/1 -1 "]
        #expect(Self.fetch(world, version, ["z"]) == unknown)
        if version >= 2 { #expect(Self.fetch(world, version, nil) == ["t/1 5 m", "u/2 9 "]) }
        world.broker.record(.topicDeleted(name: "u"))
        // Only where topics go by id is one left out that has none.
        if version >= 2 { #expect(Self.fetch(world, version, nil).count == (version >= 10 ? 1 : 2)) }
    }

    // MARK: Delete

    static func delete(_ world: GroupWorld, _ topic: String, _ partition: Int32 = 0, group: String = "g") -> ErrorCode {
        var entry = OffsetDeleteRequest.OffsetDeleteRequestPartition()
        entry.partitionIndex = partition
        var wanted = OffsetDeleteRequest.OffsetDeleteRequestTopic()
        wanted.name = topic
        wanted.partitions = [entry]
        var message = OffsetDeleteRequest()
        message.groupId = group
        message.topics = [wanted]
        guard case .offsetDelete(let answer)? = world.ask("admin", .offsetDelete, 0, .offsetDelete(message)) else {
            return .unknownServerError
        }
        if answer.errorCode != 0 { return ErrorCode(rawValue: answer.errorCode) }
        return ErrorCode(rawValue: answer.topics.first?.partitions.first?.errorCode ?? -1)
    }

    @Test func offsetsOfTopicsThatNobodyReadsCanBeDeleted() {
        let world = GroupWorld()
        world.stabilize(["a"])
        world.commit("a", "t", 0, 1)
        world.commit("a", "u", 0, 2)
        #expect(Self.delete(world, "t") == .groupSubscribedToTopic)
        #expect(Self.delete(world, "u") == ErrorCode.none)
        #expect(Self.delete(world, "u", 1) == ErrorCode.none, "no offset to delete")
        #expect(Self.delete(world, "u", 9) == .unknownTopicOrPartition)
        #expect(Self.delete(world, "nowhere") == .unknownTopicOrPartition)
        #expect(Self.delete(world, "t", group: "other") == .groupIdNotFound)
        #expect(Self.delete(world, "t", group: "") == .invalidGroupId)
        #expect(world.committed("t").offset == 1)
        #expect(world.committed("u").offset == -1)
        world.send("a", .leaveGroup, 5, .leaveGroup(world.leaveRequest([(world.memberIDs["a"] ?? "", nil)])))
        #expect(Self.delete(world, "t") == ErrorCode.none)
        #expect(world.broker.snapshot() == world.replayed().snapshot())
    }

    @Test func offsetsOfLivingGroupsOfOtherTypesStay() {
        let world = GroupWorld()
        var join = world.joinRequest("a")
        join.protocolType = "connect"
        world.join(join, as: "a")
        #expect(Self.delete(world, "t") == .nonEmptyGroup)
    }

    @Test func aSubscriptionThatCanNotBeReadProtectsEveryTopic() {
        let world = GroupWorld()
        var join = world.joinRequest("a")
        join.protocols[0].metadata = [0, 1, 0x7f, 0xff, 0xff, 0xff]
        world.join(join, as: "a")
        #expect(Self.delete(world, "u") == .groupSubscribedToTopic)
    }

    @Test func aDeletedTopicTakesItsOffsetsAlong() {
        let world = GroupWorld()
        world.commit("a", "t", 0, 1)
        world.commit("a", "u", 0, 2)
        world.commit("a", "t", 1, 3, group: "h")
        OffsetTransactionTests.pend(world, 1, "t", 2, 4)
        var message = DeleteTopicsRequest()
        message.topicNames = ["t"]
        world.send("admin", .deleteTopics, 5, .deleteTopics(message))
        #expect(world.committed("t").offset == -1)
        #expect(world.committed("u").offset == 2)
        #expect(world.committed("t", 1, group: "h").offset == -1)
        #expect(world.committed("t", 2, stable: true).error == ErrorCode.none)
        #expect(world.broker.snapshot() == world.replayed().snapshot())
    }
}
