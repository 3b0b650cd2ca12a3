import KafkaProtocol
import Testing

@testable import BrokerCore

/// What of a group outlives the broker.
@Suite struct GroupRestartTests {
    @Test func membersKeepTheirPlace() {
        let world = GroupWorld()
        world.stabilize(["a", "b"])
        world.commit("a", "t", 0, 5)
        // A rebalance that has begun is not durable: the last assigned generation is.
        world.join(world.joinRequest("b", topics: ["u"]), as: "b")
        let other = world.replayed()
        other.resume(at: world.now + 1_000)
        let group = other.groups["g"]
        #expect(group?.state == .stable)
        #expect(group?.generation == 2)
        #expect(group?.membersInOrder.map { GroupWorld.client($0.id) } == ["a", "b"])
        #expect(group?.leader == world.memberIDs["a"])
        #expect(group?.members[world.memberIDs["b"] ?? ""]?.assignment == Array("part of b".utf8))
        #expect(group?.isSubscribed(to: "t") == true)
        #expect(group?.isSubscribed(to: "u") == false)
        #expect(other.snapshot() == world.broker.snapshot())
        // Their sessions begin anew.
        #expect(other.groupDeadline == world.now + 11_000)
        _ = other.tick(at: world.now + 10_999)
        #expect(group?.members.count == 2)
        _ = other.tick(at: world.now + 11_000)
        #expect(group?.members.isEmpty == true)
        #expect(group?.state == .empty)
    }

    @Test func aStaticMembersNewIDIsKept() {
        let world = GroupRequestTests.world(.stable)
        var join = world.joinRequest("b", instance: "i")
        join.memberId = ""
        world.join(join, as: "b")
        #expect(world.takeInbox().map(\.body.summary) == ["generation 1, led by i: i, nothing to assign"])
        let other = world.replayed()
        other.resume(at: world.now)
        #expect(other.groups["g"]?.instances == ["i": world.memberIDs["b"] ?? ""])
    }

    @Test func anEmptyGroupStaysEmpty() {
        let world = GroupWorld()
        world.stabilize(["a"])
        world.send("a", .leaveGroup, 5, .leaveGroup(world.leaveRequest([(world.memberIDs["a"] ?? "", nil)])))
        let other = world.replayed()
        other.resume(at: world.now)
        #expect(other.groups["g"]?.state == .empty)
        #expect(other.groups["g"]?.generation == 2)
        #expect(other.groups["g"]?.protocolType == "consumer")
    }
}
