import KafkaProtocol
import Testing

@testable import BrokerCore

/// Offsets in transactions: hidden until the end, in the order in which they came.
@Suite struct OffsetTransactionTests {
    static func pend(_ world: GroupWorld, _ producer: Int64, _ topic: String, _ partition: Int32, _ offset: Int64) {
        let record = OffsetRecord(offset: offset, leaderEpoch: -1, metadata: "", committedAt: world.now)
        let pending = PendingOffset(partition: TopicPartition(topic, partition), record: record)
        world.broker.record(.offsetsPending(group: "g", producerID: producer, offsets: [pending]))
    }

    static func end(_ world: GroupWorld, _ producer: Int64, committed: Bool = true) {
        world.broker.record(.offsetsResolved(group: "g", producerID: producer, committed: committed))
    }

    @Test func anOpenTransactionMakesOffsetsUnstable() {
        let world = GroupWorld()
        world.commit("a", "t", 0, 1)
        Self.pend(world, 7, "t", 0, 2)
        #expect(world.committed() == (1, .none))
        #expect(world.committed(stable: true) == (-1, .unstableOffsetCommit))
        #expect(world.committed("t", 1, stable: true) == (-1, .none))
        Self.end(world, 7)
        #expect(world.committed(stable: true) == (2, .none))
    }

    @Test func anAbortLeavesTheOldOffset() {
        let world = GroupWorld()
        world.commit("a", "t", 0, 1)
        Self.pend(world, 7, "t", 0, 2)
        Self.end(world, 7, committed: false)
        #expect(world.committed(stable: true) == (1, .none))
    }

    @Test func aPartitionIsStableOnceEveryTransactionHasEnded() {
        let world = GroupWorld()
        Self.pend(world, 7, "t", 0, 2)
        Self.pend(world, 8, "t", 0, 3)
        Self.pend(world, 8, "t", 0, 4)
        Self.end(world, 7)
        #expect(world.committed(stable: true).error == .unstableOffsetCommit)
        Self.end(world, 9)
        #expect(world.committed(stable: true).error == .unstableOffsetCommit)
        Self.end(world, 8)
        #expect(world.committed(stable: true) == (4, .none))
    }

    /// What came last stays, not what ended last.
    @Test func anOlderTransactionDoesNotReplaceANewerOffset() {
        let world = GroupWorld()
        Self.pend(world, 7, "t", 0, 2)
        world.commit("a", "t", 0, 3)
        Self.end(world, 7)
        #expect(world.committed() == (3, .none))
        Self.pend(world, 8, "t", 0, 4)
        Self.pend(world, 9, "t", 0, 5)
        Self.end(world, 9)
        Self.end(world, 8)
        #expect(world.committed() == (5, .none))
    }

    @Test func theOrderSurvivesARestart() {
        let world = GroupWorld()
        Self.pend(world, 7, "t", 0, 2)
        world.commit("a", "t", 0, 3)
        Self.pend(world, 8, "t", 1, 4)
        let other = Broker(world.broker.configuration)
        for change in world.broker.snapshot() { other.apply(change) }
        other.resume(at: world.now)
        for producer in [Int64(7), 8] {
            other.apply(.offsetsResolved(group: "g", producerID: producer, committed: true))
        }
        #expect(other.groups["g"]?.offsets[TopicPartition("t", 0)]?.offset == 3)
        #expect(other.groups["g"]?.offsets[TopicPartition("t", 1)]?.offset == 4)
    }

    @Test func aDeletedOffsetDoesNotComeBack() {
        let world = GroupWorld()
        Self.pend(world, 7, "t", 0, 2)
        Self.pend(world, 7, "u", 0, 2)
        #expect(OffsetCommitTests.delete(world, "t") == ErrorCode.none)
        Self.end(world, 7)
        #expect(world.committed("t").offset == -1)
        #expect(world.committed("u").offset == 2)
    }

    struct Check: Sendable {
        var name: String
        var state: GroupRequestTests.State
        var group = "g"
        /// nil stands for the member's own id.
        var member: String?
        var generation: Int32?
        var instance: String?
        var expect: ErrorCode?
    }

    static let checks: [Check] = [
        Check(name: "nothing given", state: .stable, member: "", generation: -1, expect: nil),
        Check(name: "nothing given, new group", state: .stable, group: "new", member: "", generation: -1, expect: nil),
        Check(name: "no group id", state: .stable, group: "", member: "", generation: -1, expect: .invalidGroupId),
        Check(name: "the member", state: .stable, expect: nil),
        Check(name: "the member with its instance", state: .stable, instance: "i", expect: nil),
        Check(name: "the member while it waits for its part", state: .completing, expect: nil),
        Check(name: "the member while others join", state: .preparing, expect: nil),
        Check(name: "an old generation", state: .stable, generation: 0, expect: .illegalGeneration),
        Check(name: "no generation", state: .stable, generation: -1, expect: .illegalGeneration),
        Check(name: "a stranger", state: .stable, member: "x", expect: .unknownMemberId),
        Check(name: "a fenced one", state: .stable, member: "x", instance: "i", expect: .fencedInstanceId),
        Check(name: "an unknown instance", state: .stable, instance: "j", expect: .unknownMemberId),
        Check(name: "an unknown group's member", state: .stable, group: "new", expect: .illegalGeneration),
        Check(name: "a former member", state: .empty, expect: .unknownMemberId),
        Check(name: "anybody while there is no member", state: .empty, member: "x", generation: -1, expect: nil),
    ]

    @Test(arguments: checks.indices) func memberChecks(_ index: Int) {
        let check = Self.checks[index]
        let world = GroupRequestTests.world(check.state)
        let error = world.broker.txnOffsetCommitError(
            group: check.group, memberID: check.member ?? world.memberIDs["a"] ?? "",
            generation: check.generation ?? world.generations["a"] ?? -1, instanceID: check.instance)
        #expect(error == check.expect, "\(check.name)")
    }
}
