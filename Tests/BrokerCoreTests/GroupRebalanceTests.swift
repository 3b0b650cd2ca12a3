import KafkaProtocol
import Testing

@testable import BrokerCore

/// Whole rebalances as scripts: what one client does, and what all of them are told because of it.
@Suite struct GroupRebalanceTests {
    enum Action: CustomStringConvertible {
        case join(String, protocols: [String] = ["range"], topics: [String] = ["t"], version: Int16 = 9)
        /// A static member; `id` false stands for a client that has lost its member id.
        case joinStatic(String, instance: String, id: Bool = true, topics: [String] = ["t"], version: Int16 = 9)
        case sync(String, [String: String] = [:])
        case beat(String)
        case leave(String)
        case remove(instance: String)
        case wait(Int64)
        case cut(String)

        var description: String {
            switch self {
            case .join(let client, _, _, _): return "\(client) joins"
            case .joinStatic(let client, let instance, let id, _, _):
                return "\(client) joins as \(instance)\(id ? "" : ", new")"
            case .sync(let client, let parts): return "\(client) syncs \(parts)"
            case .beat(let client): return "\(client) beats"
            case .leave(let client): return "\(client) leaves"
            case .remove(let instance): return "\(instance) is removed"
            case .wait(let time): return "\(time) ms pass"
            case .cut(let client): return "\(client) is cut off"
            }
        }
    }

    struct Row {
        var action: Action
        var answers: [String: String]

        init(_ action: Action, _ answers: [String: String] = [:]) {
            self.action = action
            self.answers = answers
        }
    }

    func play(_ rows: [Row], in world: GroupWorld = GroupWorld(), location: SourceLocation = #_sourceLocation) {
        for (number, row) in rows.enumerated() {
            perform(row.action, in: world)
            var told: [String: String] = [:]
            for answer in world.takeInbox() {
                #expect(told[answer.client] == nil, "answered twice", sourceLocation: location)
                told[answer.client] = answer.body.summary
            }
            #expect(told == row.answers, "row \(number): \(row.action)", sourceLocation: location)
        }
        #expect(world.broker.snapshot() == world.replayed().snapshot(), sourceLocation: location)
    }

    private func perform(_ action: Action, in world: GroupWorld) {
        switch action {
        case .join(let client, let protocols, let topics, let version):
            let request = world.joinRequest(client, protocols: protocols, topics: topics)
            world.join(request, as: client, version: version)
        case .joinStatic(let client, let instance, let hasID, let topics, let version):
            var request = world.joinRequest(client, instance: instance, topics: topics)
            if !hasID { request.memberId = "" }
            world.join(request, as: client, version: version)
        case .sync(let client, let parts):
            world.send(client, .syncGroup, 5, .syncGroup(world.syncRequest(client, parts)))
        case .beat(let client):
            world.send(client, .heartbeat, 4, .heartbeat(world.heartbeatRequest(client)))
        case .leave(let client):
            let request = world.leaveRequest([(world.memberIDs[client] ?? "", nil)])
            world.send(client, .leaveGroup, 5, .leaveGroup(request))
        case .remove(let instance):
            world.send("admin", .leaveGroup, 5, .leaveGroup(world.leaveRequest([("", instance)])))
        case .wait(let time): world.wait(time)
        case .cut(let client): world.disconnect(client)
        }
    }

    @Test func oneMember() {
        play([
            Row(.join("a"), ["a": "generation 1, led by a: a"]),
            Row(.beat("a"), ["a": "alive"]),
            Row(.sync("a", ["a": "all"]), ["a": "gets 'all'"]),
            Row(.sync("a"), ["a": "gets 'all'"]),
            Row(.leave("a"), ["a": "left"]),
            Row(.beat("a"), ["a": "UNKNOWN_MEMBER_ID"]),
        ])
    }

    @Test func fiveMembersComeOneByOne() {
        let world = GroupWorld()
        play(
            [
                Row(.join("a"), ["a": "generation 1, led by a: a"]),
                Row(.sync("a", ["a": "all"]), ["a": "gets 'all'"]),
                Row(.join("b")),
                Row(.join("c")),
                Row(.join("d")),
                Row(.join("e")),
                Row(.beat("a"), ["a": "REBALANCE_IN_PROGRESS"]),
                Row(.sync("a"), ["a": "REBALANCE_IN_PROGRESS"]),
                Row(
                    .join("a"),
                    [
                        "a": "generation 2, led by a: a b c d e", "b": "generation 2, led by a",
                        "c": "generation 2, led by a", "d": "generation 2, led by a", "e": "generation 2, led by a",
                    ]),
                Row(.sync("e")),
                Row(.sync("b")),
                Row(
                    .sync("a", ["a": "1", "b": "2", "c": "3", "d": "4"]),
                    ["a": "gets '1'", "b": "gets '2'", "e": "gets ''"]),
                Row(.sync("c"), ["c": "gets '3'"]),
                Row(.sync("d"), ["d": "gets '4'"]),
            ], in: world)
        #expect(world.group?.state == .stable)
        #expect(world.group?.pendingSyncs == [])
    }

    @Test func aMemberThatDoesNotComeBackIsLeftOut() {
        let world = GroupWorld()
        world.stabilize(["a", "b", "c"])
        play(
            [
                // The leader asks for a rebalance; b comes, c beats but never joins.
                Row(.join("a")),
                Row(.join("b")),
                Row(.wait(9_000)),
                Row(.beat("c"), ["c": "REBALANCE_IN_PROGRESS"]),
                Row(.wait(9_000)),
                Row(.beat("c"), ["c": "REBALANCE_IN_PROGRESS"]),
                Row(.wait(9_000)),
                Row(.beat("c"), ["c": "REBALANCE_IN_PROGRESS"]),
                Row(.wait(2_999)),
                Row(.wait(1), ["a": "generation 3, led by a: a b", "b": "generation 3, led by a"]),
                Row(.beat("c"), ["c": "UNKNOWN_MEMBER_ID"]),
            ], in: world)
    }

    @Test func aLeaderThatDoesNotComeBackIsReplaced() {
        let world = GroupWorld()
        world.stabilize(["a", "b", "c"])
        play(
            [
                Row(.join("b", topics: ["u"])),
                Row(.join("c")),
                Row(.wait(9_999)),
                // The leader's session ends before the time to join does.
                Row(.wait(1), ["b": "generation 3, led by b: b c", "c": "generation 3, led by b"]),
            ], in: world)
    }

    @Test func aSilentMemberIsRemoved() {
        let world = GroupWorld()
        world.stabilize(["a", "b"])
        play(
            [
                Row(.wait(6_000)), Row(.beat("a"), ["a": "alive"]), Row(.wait(3_999)), Row(.beat("a"), ["a": "alive"]),
                Row(.wait(1)), Row(.beat("a"), ["a": "REBALANCE_IN_PROGRESS"]),
                Row(.join("a"), ["a": "generation 3, led by a: a"]),
            ], in: world)
    }

    @Test func whoDoesNotSyncIsRemoved() {
        let world = GroupWorld()
        world.stabilize(["a", "b"])
        play(
            [
                Row(.join("a")),
                Row(.join("b"), ["a": "generation 3, led by a: a b", "b": "generation 3, led by a"]),
                // The leader lives and does not assign: the others are told to join again when its time is up.
                Row(.sync("b")),
                Row(.wait(9_000)), Row(.beat("a"), ["a": "alive"]),
                Row(.wait(9_000)), Row(.beat("a"), ["a": "alive"]),
                Row(.wait(9_000)), Row(.beat("a"), ["a": "alive"]),
                Row(.wait(2_999)),
                Row(.wait(1), ["b": "REBALANCE_IN_PROGRESS"]),
                Row(.beat("a"), ["a": "UNKNOWN_MEMBER_ID"]),
                Row(.join("b"), ["b": "generation 4, led by b: b"]),
            ], in: world)
    }

    @Test func aCutOffMemberStaysUntilItsSessionEnds() {
        let world = GroupWorld()
        world.stabilize(["a", "b"])
        play(
            [
                Row(.join("b", topics: ["u"])),
                Row(.cut("b")),
                // It counts as joined; its answer goes nowhere.
                Row(.join("a"), ["a": "generation 3, led by a: a b"]),
                Row(.sync("a", ["a": "1"]), ["a": "gets '1'"]),
                Row(.wait(9_999)),
                Row(.beat("a"), ["a": "alive"]),
                Row(.wait(1)),
                Row(.beat("a"), ["a": "REBALANCE_IN_PROGRESS"]),
            ], in: world)
    }

    @Test func aNewMemberThatWaitsTooLongIsRemoved() {
        let world = GroupWorld()
        play(
            [
                Row(.joinStatic("a", instance: "i1"), ["a": "generation 1, led by i1: i1"]),
                Row(.sync("a", ["a": "1"]), ["a": "gets '1'"]),
            ], in: world)
        // The first member lets the others wait for longer than a new member may.
        world.group?.change(world.memberIDs["a"] ?? "") { $0.rebalanceTimeoutMs = 900_000 }
        var rows = [Row(.join("b"))]
        for _ in 0..<33 {
            rows += [Row(.wait(9_000)), Row(.beat("a"), ["a": "REBALANCE_IN_PROGRESS"])]
        }
        rows += [Row(.wait(2_999)), Row(.wait(1), ["b": "UNKNOWN_MEMBER_ID"])]
        play(rows, in: world)
    }

    @Test func aFollowerWithTheSameMetadataIsAnsweredAtOnce() {
        let world = GroupWorld()
        world.stabilize(["a", "b"])
        play(
            [
                Row(.join("b"), ["b": "generation 2, led by a"]),
                Row(.beat("a"), ["a": "alive"]),
                Row(.sync("b"), ["b": "gets 'part of b'"]),
                Row(.join("b", topics: ["u"])),
                Row(.join("a"), ["a": "generation 3, led by a: a b", "b": "generation 3, led by a"]),
                // Not assigned yet: the same request has the same answer.
                Row(.join("b", topics: ["u"]), ["b": "generation 3, led by a"]),
                Row(.join("a"), ["a": "generation 3, led by a: a b"]),
            ], in: world)
    }

    @Test func aStaticMemberComesBackWithoutARebalance() {
        play([
            Row(.joinStatic("a", instance: "i1"), ["a": "generation 1, led by i1: i1"]),
            Row(.joinStatic("b", instance: "i2")),
            Row(
                .joinStatic("a", instance: "i1"),
                ["a": "generation 2, led by i1: i1 i2", "b": "generation 2, led by i1"]),
            Row(.sync("b")),
            Row(.sync("a", ["a": "1", "b": "2"]), ["a": "gets '1'", "b": "gets '2'"]),
            Row(.joinStatic("b2", instance: "i2", id: false), ["b2": "generation 2, led by i1"]),
            Row(.sync("b2"), ["b2": "gets '2'"]),
            Row(
                .joinStatic("a2", instance: "i1", id: false),
                ["a2": "generation 2, led by i1: i1 i2, nothing to assign"]),
            Row(.sync("a2"), ["a2": "gets '1'"]),
            Row(.beat("b2"), ["b2": "alive"]),
            // The old ones are fenced where they name their instance, and unknown where they do not.
            Row(.joinStatic("a", instance: "i1"), ["a": "FENCED_INSTANCE_ID"]),
            Row(.beat("a"), ["a": "UNKNOWN_MEMBER_ID"]),
            // Before version 9 a leader is not told to assign: it learns of its old id as the leader's.
            Row(.joinStatic("a3", instance: "i1", id: false, version: 8), ["a3": "generation 2, led by i1"]),
        ])
    }

    @Test func aStaticMemberFencesTheOneThatWaits() {
        let world = GroupWorld()
        play(
            [
                Row(.joinStatic("a", instance: "i1"), ["a": "generation 1, led by i1: i1"]),
                Row(.sync("a", ["a": "1"]), ["a": "gets '1'"]),
                Row(.joinStatic("b", instance: "i2")),
                Row(.joinStatic("b2", instance: "i2", id: false), ["b": "FENCED_INSTANCE_ID"]),
                Row(
                    .joinStatic("a", instance: "i1"),
                    ["a": "generation 2, led by i1: i1 i2", "b2": "generation 2, led by i1"]),
                Row(.sync("b2")),
                Row(.joinStatic("b3", instance: "i2", id: false), ["b2": "FENCED_INSTANCE_ID"]),
                Row(
                    .joinStatic("a", instance: "i1"),
                    ["a": "generation 3, led by i1: i1 i2", "b3": "generation 3, led by i1"]),
            ], in: world)
        #expect(world.group?.instances.count == 2)
    }

    @Test func aStaticMemberIsKeptThroughARebalanceItMisses() {
        play([
            Row(.joinStatic("a", instance: "i1"), ["a": "generation 1, led by i1: i1"]),
            Row(.sync("a", ["a": "1"]), ["a": "gets '1'"]),
            Row(.join("b")),
            Row(.wait(9_000)), Row(.beat("a"), ["a": "REBALANCE_IN_PROGRESS"]),
            Row(.wait(9_000)), Row(.beat("a"), ["a": "REBALANCE_IN_PROGRESS"]),
            Row(.wait(9_000)), Row(.beat("a"), ["a": "REBALANCE_IN_PROGRESS"]),
            // It stays a member, and another leads.
            Row(.wait(3_000), ["b": "generation 2, led by b: i1 b"]),
            Row(.remove(instance: "i1"), ["admin": "left"]),
            Row(.join("b"), ["b": "generation 3, led by b: b"]),
            Row(.remove(instance: "i1"), ["admin": "UNKNOWN_MEMBER_ID"]),
        ])
    }

    @Test func theFirstRebalanceWaitsForMore() {
        let world = GroupWorld { $0.groupInitialRebalanceDelayMs = 3_000 }
        play(
            [
                Row(.join("a")),
                Row(.wait(2_000)),
                Row(.join("b")),
                Row(.wait(1_000)),
                // b came meanwhile: once more the whole delay.
                Row(.wait(2_999)),
                Row(.wait(1), ["a": "generation 1, led by a: a b", "b": "generation 1, led by a"]),
            ], in: world)
    }

    @Test func theProtocolIsVotedFor() {
        let world = GroupWorld()
        play(
            [
                Row(.join("a", protocols: ["range", "sticky"]), ["a": "generation 1, led by a: a"]),
                Row(.join("b", protocols: ["sticky", "range"])),
                Row(.join("c", protocols: ["range", "sticky", "other"])),
                Row(.join("d", protocols: ["other"]), ["d": "INCONSISTENT_GROUP_PROTOCOL"]),
                Row(
                    .join("a", protocols: ["range", "sticky"]),
                    [
                        "a": "generation 2, led by a: a b c", "b": "generation 2, led by a",
                        "c": "generation 2, led by a",
                    ]),
            ], in: world)
        #expect(world.group?.protocolName == "range")
    }

    @Test func aTieOfVotesEndsAsInKafka() {
        let world = GroupWorld()
        play(
            [
                Row(.join("a", protocols: ["range", "sticky"]), ["a": "generation 1, led by a: a"]),
                Row(.join("b", protocols: ["sticky", "range"])),
                Row(
                    .join("a", protocols: ["range", "sticky"]),
                    ["a": "generation 2, led by a: a b", "b": "generation 2, led by a"]),
            ], in: world)
        #expect(world.group?.protocolName == "sticky")
    }

    @Test func theLastToLeaveEmptiesTheGroup() {
        let world = GroupWorld()
        world.stabilize(["a", "b"])
        play(
            [
                Row(.leave("a"), ["a": "left"]),
                Row(.leave("b"), ["b": "left"]),
                Row(.leave("b"), ["b": "UNKNOWN_MEMBER_ID"]),
            ], in: world)
        #expect(world.group?.state == .empty)
        #expect(world.group?.generation == 3)
    }

    @Test func aMemberThatLeavesWhileItsSyncWaitsIsAnswered() {
        let world = GroupWorld()
        world.stabilize(["a", "b"])
        play(
            [
                Row(.join("a")), Row(.join("b"), ["a": "generation 3, led by a: a b", "b": "generation 3, led by a"]),
                Row(.sync("b")),
            ], in: world)
        let leave = world.leaveRequest([(world.memberIDs["b"] ?? "", nil)])
        world.send("admin", .leaveGroup, 5, .leaveGroup(leave))
        let told = Dictionary(uniqueKeysWithValues: world.takeInbox().map { ($0.client, $0.body.summary) })
        #expect(told == ["admin": "left", "b": "UNKNOWN_MEMBER_ID"])
    }
}
