import BrokerTestKit
import KafkaProtocol

extension Behaviour {
    /// Members of a group, and what the coordinator tells them.
    static var groups: [Behaviour] {
        [
            Behaviour("a new member gets its id first, from version 4 on") { trial, seen, peer in
                for version in [Int16(0), 3, 4, 9] {
                    let group = trial.bench.name("group-\(version)")
                    let request = Peer.joinRequest(group: group)
                    var first = try peer.join(request, version: version)
                    seen("version \(version), has an id", !first.memberId.isEmpty)
                    seen("starts with the client's id", first.memberId.hasPrefix("peer-"))
                    seen.call(first.memberId, "MEMBER")
                    seen("version \(version)", first)
                    if first.errorCode != 0 {
                        seen("meanwhile", try peer.describe(group: group))
                        var again = request
                        again.memberId = first.memberId
                        first = try peer.join(again, version: version)
                        seen("version \(version) again", first)
                    }
                    seen("leave", try peer.leave(group: group, [(first.memberId, nil)]))
                }
            },
            Behaviour("a group of one: join, sync, heartbeat, leave") { trial, seen, peer in
                let group = trial.bench.name("group")
                seen("before", try peer.describe(group: group))
                let member = try Member(trial, "MEMBER", group: group)
                seen("join", try member.join())
                seen("joined", try peer.describe(group: group))
                seen("heartbeat before sync", try member.heartbeat())
                seen("sync", try member.sync([(member.id, "everything")]))
                seen("stable", try peer.describe(group: group))
                seen("heartbeat", try member.heartbeat())
                seen("sync again", try member.sync())
                seen("leave", try member.peer.leave(group: group, [(member.id, nil)]))
                seen("after", try peer.describe(group: group))
                seen("heartbeat after", try member.heartbeat())
                seen("leave again", try member.peer.leave(group: group, [(member.id, nil)]))
            },
            Behaviour("a second member makes the first join again, and gets its part from the leader") {
                trial, seen, peer in
                let group = trial.bench.name("group")
                let first = try Member(trial, "FIRST", group: group, metadata: "one")
                try first.stable()
                let second = try Member(trial, "SECOND", group: group, metadata: "two")
                try second.startJoin()
                try first.awaitRebalance()
                seen("preparing", try peer.describe(group: group).groupState)
                seen("first commits meanwhile", try first.commit(1, of: try trial.topic()))
                try first.startJoin()
                var led = try first.finishJoin()
                led.members.sort {
                    String(decoding: $0.metadata, as: UTF8.self) < String(decoding: $1.metadata, as: UTF8.self)
                }
                seen("first", led)
                seen("second", try second.finishJoin())
                seen("completing", try peer.describe(group: group).groupState)
                try second.startSync()
                seen("sync", try first.sync([(first.id, "odd"), (second.id, "even")]))
                seen("second's part", try second.finishSync())
                for member in [first, second] { seen("heartbeat", try member.heartbeat()) }
                seen("second leaves", try second.peer.leave(group: group, [(second.id, nil)]))
                seen("first hears of it", try first.heartbeat())
                try first.startJoin()
                seen("alone again", try first.finishJoin())
            },
            Behaviour("who is unknown or of another generation is told so") { trial, seen, peer in
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group)
                try member.stable()
                func code(_ code: Int16) -> ErrorCode { ErrorCode(rawValue: code) }
                seen("heartbeat, unknown member", try peer.heartbeat(group: group, member: "x", generation: 1))
                seen("heartbeat, old", try peer.heartbeat(group: group, member: member.id, generation: 0))
                seen("heartbeat, later", try peer.heartbeat(group: group, member: member.id, generation: 2))
                seen(
                    "heartbeat, no group", try peer.heartbeat(group: trial.bench.name("no"), member: "x", generation: 1)
                )
                seen("heartbeat, empty group", try peer.heartbeat(group: "", member: "x", generation: 1))
                seen("heartbeat, no member", try peer.heartbeat(group: group, member: "", generation: 1))
                seen("sync, unknown member", try peer.sync(Peer.syncRequest(group: group, member: "x", generation: 1)))
                seen("sync, old", try peer.sync(Peer.syncRequest(group: group, member: member.id, generation: 0)))
                seen(
                    "sync, no group",
                    try peer.sync(Peer.syncRequest(group: trial.bench.name("no"), member: "x", generation: 1)))
                seen("sync, empty group", try peer.sync(Peer.syncRequest(group: "", member: "x", generation: 1)))
                seen("leave, unknown member", try peer.leave(group: group, [("x", nil)]))
                seen("leave, no group", try peer.leave(group: trial.bench.name("no"), [("x", nil)]))
                seen("leave, empty group", try peer.leave(group: "", [("x", nil)]))
                seen("leave, version 2", try peer.leave(group: group, [("x", nil)], version: 2))
                seen("join, unknown member", try peer.join(Peer.joinRequest(group: group, member: "x")))
                seen(
                    "join, no group, a member",
                    try peer.join(Peer.joinRequest(group: trial.bench.name("no"), member: "x")))
                seen("join, empty group", try peer.join(Peer.joinRequest(group: "")))
                seen("still stable", try member.heartbeat())
            },
            Behaviour("session time-outs outside the limits are refused") { trial, seen, peer in
                let group = trial.bench.name("group")
                for time in [Int32(-1), 0, 999, 1_800_001] {
                    seen("\(time) ms", try peer.join(Peer.joinRequest(group: group, sessionMs: time)))
                }
                seen("group", try peer.describe(group: group).groupState)
            },
            Behaviour("a member must share the group's type and one of its protocols") { trial, seen, peer in
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group, protocols: ["range", "sticky"])
                try member.stable()
                func join(_ label: String, _ request: JoinGroupRequest) throws {
                    var request = request
                    let first = try peer.join(request)
                    guard ErrorCode(rawValue: first.errorCode) == .memberIdRequired else { return seen(label, first) }
                    request.memberId = first.memberId
                    seen.call(first.memberId, "NEW")
                    seen("\(label), with an id", try peer.join(request))
                }
                try join("other protocol", Peer.joinRequest(group: group, protocols: ["roundrobin"]))
                try join("other type", Peer.joinRequest(group: group, type: "connect"))
                try join("no protocols", Peer.joinRequest(group: group, protocols: []))
                try join("no type", Peer.joinRequest(group: group, type: ""))
                let fresh = trial.bench.name("fresh")
                try join("new group, no protocols", Peer.joinRequest(group: fresh, protocols: []))
                try join("new group, no type", Peer.joinRequest(group: fresh, type: ""))
                var sync = Peer.syncRequest(group: group, member: member.id, generation: member.generation)
                sync.protocolName = "other"
                seen("sync, other protocol", try peer.sync(sync))
                sync.protocolName = "range"
                sync.protocolType = "other"
                seen("sync, other type", try peer.sync(sync))
                sync.protocolName = nil
                sync.protocolType = nil
                seen("sync, neither", try peer.sync(sync))
                seen("still stable", try member.heartbeat())
            },
            Behaviour("the protocol is the one that most members prefer among those all have") { trial, seen, peer in
                let group = trial.bench.name("group")
                let members = try [["a", "b", "c"], ["b", "c"], ["c", "b"], ["b", "c", "a"]].enumerated().map {
                    index, names in
                    try Member(trial, "M\(index)", group: group, protocols: names, metadata: "m\(index)")
                }
                try members[0].startJoin()
                seen("alone", try members[0].finishJoin().protocolName)
                for member in members.dropFirst() { try member.startJoin() }
                try members[0].awaitRebalance()
                try members[0].startJoin()
                for member in members { seen("together", try member.finishJoin().protocolName) }
            },
            Behaviour("a silent member is dropped when its session ends") { trial, seen, peer in
                let group = trial.bench.name("group")
                let silent = try Member(trial, "SILENT", group: group, metadata: "silent", sessionMs: 1_000)
                try silent.stable()
                try trial.until { try peer.describe(group: group).groupState == "Empty" }
                seen("group", try peer.describe(group: group))
                seen("heartbeat", try silent.heartbeat())
                seen("commit", try silent.commit(1, of: try trial.topic()))
            },
            Behaviour("a heartbeat keeps a session alive") { trial, seen, peer in
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group, sessionMs: 1_000)
                try member.stable()
                let codes = try (0..<12).map { _ in
                    Pause.milliseconds(200)
                    return try member.heartbeat()
                }
                seen("heartbeats", Set(codes))
                seen("group", try peer.describe(group: group).groupState)
            },
            Behaviour("a dropped member's partitions go to those that stay") { trial, seen, peer in
                let group = trial.bench.name("group")
                let stays = try Member(trial, "STAYS", group: group, metadata: "stays")
                try stays.stable()
                let goes = try Member(trial, "GOES", group: group, metadata: "goes", sessionMs: 1_000)
                try goes.startJoin()
                try stays.awaitRebalance()
                try stays.startJoin()
                try stays.finishJoin()
                try goes.finishJoin()
                _ = try stays.sync([(stays.id, "half"), (goes.id, "half")])
                seen("sync", try goes.sync())
                try stays.awaitRebalance()
                try stays.startJoin()
                seen("after", try stays.finishJoin())
            },
            Behaviour("a member that does not join again in time is left out") { trial, seen, peer in
                let group = trial.bench.name("group")
                let late = try Member(trial, "LATE", group: group, metadata: "late", rebalanceMs: 1_000)
                try late.stable()
                let prompt = try Member(trial, "PROMPT", group: group, metadata: "prompt", rebalanceMs: 1_000)
                try prompt.startJoin()
                try late.awaitRebalance()
                seen("prompt", try prompt.finishJoin())
                seen("late", try late.heartbeat())
                try late.startJoin()
                seen("late joins as who it was", try late.finishJoin())
            },
            Behaviour("a leader that does not sync in time is left out") { trial, seen, peer in
                let group = trial.bench.name("group")
                let leader = try Member(trial, "LEADER", group: group, metadata: "leader", rebalanceMs: 1_000)
                try leader.join()
                let other = try Member(trial, "OTHER", group: group, metadata: "other", rebalanceMs: 1_000)
                try other.startJoin()
                try leader.awaitRebalance()
                try leader.startJoin()
                try leader.finishJoin()
                try other.finishJoin()
                seen("other waits for the leader", try other.sync())
                try other.startJoin()
                seen("other", try other.finishJoin())
            },
            Behaviour("a follower that joins again unchanged changes nothing, a leader does") { trial, seen, peer in
                let group = trial.bench.name("group")
                let leader = try Member(trial, "LEADER", group: group, metadata: "leader")
                try leader.stable()
                let follower = try Member(trial, "FOLLOWER", group: group, metadata: "follower")
                try follower.startJoin()
                try leader.awaitRebalance()
                try leader.startJoin()
                try leader.finishJoin()
                try follower.finishJoin()
                _ = try leader.sync([(leader.id, "l"), (follower.id, "f")])
                _ = try follower.sync()
                try follower.startJoin()
                seen("follower, unchanged", try follower.finishJoin())
                seen("leader's heartbeat", try leader.heartbeat())
                try follower.startJoin(metadata: "changed")
                try leader.awaitRebalance()
                try leader.startJoin()
                try leader.finishJoin()
                seen("follower, changed", try follower.finishJoin())
                _ = try leader.sync([(leader.id, "l"), (follower.id, "f")])
                _ = try follower.sync()
                try leader.startJoin()
                try follower.awaitRebalance()
                try follower.startJoin()
                seen("leader again, generation", try leader.finishJoin().generationId)
            },
            Behaviour("the leader may join again before it has synced") { trial, seen, peer in
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group)
                seen("join", try member.join())
                try member.startJoin()
                seen("again", try member.finishJoin())
                try member.startJoin(metadata: "changed")
                seen("again, changed", try member.finishJoin())
                seen("sync", try member.sync([(member.id, "all")]))
            },
            Behaviour("several members leave at once, each with its own answer") { trial, seen, peer in
                let group = trial.bench.name("group")
                let first = try Member(trial, "FIRST", group: group)
                try first.stable()
                seen("leave", try peer.leave(group: group, [(first.id, nil), ("nobody", nil), ("", "no-instance")]))
                seen("group", try peer.describe(group: group).groupState)
            },
            Behaviour("a commit is checked against generation and member") { trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                seen(
                    "no group yet, a generation",
                    try peer.commit(1, of: topic, group: group, generation: 3, member: "x"))
                seen("no group yet", try peer.commit(1, of: topic, group: group))
                seen(
                    "empty group, a generation", try peer.commit(1, of: topic, group: group, generation: 3, member: "x")
                )
                let member = try Member(trial, "MEMBER", group: group)
                try member.join()
                seen("before sync", try member.commit(2, of: topic))
                _ = try member.sync([(member.id, "all")])
                seen("stable", try member.commit(2, of: topic))
                seen("old", try peer.commit(3, of: topic, group: group, generation: 0, member: member.id))
                seen("later", try peer.commit(3, of: topic, group: group, generation: 9, member: member.id))
                seen("unknown member", try peer.commit(3, of: topic, group: group, generation: 1, member: "x"))
                seen("nobody", try peer.commit(3, of: topic, group: group))
                seen("offset", try peer.committed(topic, group: group))
            },
            Behaviour("groups are listed by state and type") { trial, seen, peer in
                let topic = try trial.topic()
                _ = try peer.commit(1, of: topic, group: trial.bench.name("empty"))
                let stable = try Member(trial, "MEMBER", group: trial.bench.name("stable"))
                try stable.stable()
                let joining = try Member(trial, "JOINING", group: trial.bench.name("completing"))
                try joining.join()
                func list(_ label: String, _ version: Int16 = 5, states: [String] = [], types: [String] = []) throws {
                    var answer = try peer.ask(ListGroupsRequest.self, version) {
                        $0.statesFilter = states
                        $0.typesFilter = types
                    }
                    answer.groups = answer.groups.filter { $0.groupId.hasPrefix(trial.bench.prefix) }
                        .sorted { $0.groupId < $1.groupId }
                    seen(label, answer)
                }
                try list("all")
                try list("all, version 3", 3)
                try list("stable", states: ["Stable"])
                try list("lower case", states: ["empty"])
                try list("two states", states: ["Empty", "CompletingRebalance"])
                try list("no such state", states: ["Sleeping"])
                try list("classic", types: ["classic"])
                try list("consumer", types: ["consumer"])
                try list("no such type", types: ["nothing"])
                try list("capitals", types: ["Classic"])
            },
            Behaviour("an empty group is deleted with its offsets, one with members is not") { trial, seen, peer in
                let topic = try trial.topic()
                let used = trial.bench.name("used")
                let idle = trial.bench.name("idle")
                let member = try Member(trial, "MEMBER", group: used)
                try member.stable()
                _ = try member.commit(4, of: topic)
                _ = try peer.commit(5, of: topic, group: idle)
                var answer = try peer.ask(DeleteGroupsRequest.self) {
                    $0.groupsNames = [used, idle, trial.bench.name("missing")]
                }
                answer.results.sort { $0.groupId < $1.groupId }
                seen("delete", answer)
                seen("used", try peer.committed(topic, group: used))
                seen("idle", try peer.committed(topic, group: idle))
                seen("idle", try peer.describe(group: idle))
                seen("leave", try member.peer.leave(group: used, [(member.id, nil)]))
                seen("now", try peer.ask(DeleteGroupsRequest.self) { $0.groupsNames = [used] })
            },
            Behaviour("describing a group in each version") { trial, seen, peer in
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group)
                try member.stable("part")
                for version in Int16(0)...6 {
                    seen("version \(version)", try peer.describe(group: group, version: version))
                }
                for version in [Int16(0), 5, 6] {
                    seen(
                        "missing, version \(version)",
                        try peer.describe(group: trial.bench.name("no"), version: version))
                }
                let answer = try peer.ask(DescribeGroupsRequest.self, 5) {
                    $0.groups = [group]
                    $0.includeAuthorizedOperations = true
                }
                seen("authorized operations", answer.groups.first?.authorizedOperations)
            },
            Behaviour("coordinators are found in each version") { trial, seen, peer in
                for version in Int16(0)...6 {
                    for kind in Int8(0)...3 where version > 0 || kind == 0 {
                        let answer = try peer.ask(FindCoordinatorRequest.self, version) {
                            $0.keyType = kind
                            $0.key = "some-key"
                            $0.coordinatorKeys = ["some-key", "other"]
                        }
                        seen("version \(version), type \(kind)", answer)
                    }
                }
                seen("empty key", try peer.ask(FindCoordinatorRequest.self, 3))
                seen("no keys", try peer.ask(FindCoordinatorRequest.self, 4))
                seen("one empty key", try peer.ask(FindCoordinatorRequest.self, 4) { $0.coordinatorKeys = [""] })
            },
        ]
    }
}
