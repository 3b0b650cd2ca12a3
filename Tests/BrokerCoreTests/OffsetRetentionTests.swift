import KafkaProtocol
import Testing

@testable import BrokerCore

/// When offsets and groups go by age.
@Suite struct OffsetRetentionTests {
    static let retention: Int64 = 7 * 86_400_000
    static let check = Broker.offsetsRetentionCheckIntervalMs

    @Test func aSimpleGroupKeepsEachOffsetForItsTime() {
        let world = GroupWorld()
        world.commit("a", "t", 0, 1)
        world.wait(86_400_000)
        world.commit("a", "t", 1, 2)
        world.wait(Self.retention - 86_400_000 - 1)
        #expect(world.committed("t", 0).offset == 1)
        world.wait(Self.check)
        #expect(world.committed("t", 0).offset == -1)
        #expect(world.committed("t", 1).offset == 2)
        world.wait(86_400_000)
        #expect(world.committed("t", 1).offset == -1)
        #expect(world.group == nil)
        #expect(world.broker.groupDeadline == nil)
    }

    @Test func aGroupCountsFromItsLastMember() {
        let world = GroupWorld()
        world.stabilize(["a"])
        world.commit("a", "t", 0, 1)
        for _ in 0..<20 {
            world.wait(8_000)
            world.send("a", .heartbeat, 4, .heartbeat(world.heartbeatRequest("a")))
        }
        world.send("a", .leaveGroup, 5, .leaveGroup(world.leaveRequest([(world.memberIDs["a"] ?? "", nil)])))
        world.wait(Self.retention - 1)
        #expect(world.committed().offset == 1)
        world.wait(Self.check + 1)
        #expect(world.committed().offset == -1)
        #expect(world.group == nil)
        #expect(world.broker.snapshot() == world.replayed().snapshot())
    }

    @Test func aLivingGroupLosesOnlyWhatItDoesNotRead() {
        let world = GroupWorld { $0.offsetsRetentionMs = 3_600_000 }
        world.stabilize(["a"])
        world.commit("a", "t", 0, 1)
        world.commit("a", "u", 0, 2)
        OffsetTransactionTests.pend(world, 5, "u", 1, 1)
        world.commit("a", "u", 1, 3)
        for _ in 0..<600 {
            world.wait(8_000)
            world.send("a", .heartbeat, 4, .heartbeat(world.heartbeatRequest("a")))
        }
        #expect(world.committed("t").offset == 1)
        #expect(world.committed("u").offset == -1)
        #expect(world.committed("u", 1).offset == 3, "a transaction is open")
    }

    @Test func anOldClientSaysHowLong() {
        let world = GroupWorld()
        world.commit("a", "t", 0, 1, version: 3) { $0.retentionTimeMs = 1_000 }
        world.commit("a", "t", 1, 1, version: 3) { $0.retentionTimeMs = .max }
        world.wait(Self.check)
        #expect(world.committed("t", 0).offset == -1)
        #expect(world.committed("t", 1).offset == 1)
    }

    @Test func anOpenTransactionKeepsItsGroup() {
        let world = GroupWorld()
        OffsetTransactionTests.pend(world, 5, "t", 0, 1)
        world.wait(2 * Self.retention)
        #expect(world.group != nil)
        OffsetTransactionTests.end(world, 5)
        #expect(world.committed().offset == 1)
    }
}
