import BrokerTestKit
import KafkaProtocol

extension Behaviour {
    /// Members with an instance id, which keep their place across restarts.
    static var staticMembers: [Behaviour] {
        [
            Behaviour("a static member that comes back takes its old place without a rebalance") { trial, seen, peer in
                let group = trial.bench.name("group")
                let old = try Member(trial, "OLD", group: group, instance: "one")
                try old.stable("first part")
                let other = try Member(trial, "OTHER", group: group, instance: "two")
                try other.startJoin()
                try old.awaitRebalance()
                try old.startJoin()
                try old.finishJoin()
                try other.finishJoin()
                _ = try old.sync([(old.id, "first part"), (other.id, "second part")])
                _ = try other.sync()
                let new = try Member(trial, "NEW", group: group, instance: "one")
                var led = try new.join()
                led.members.sort { ($0.groupInstanceId ?? "") < ($1.groupInstanceId ?? "") }
                seen("the leader comes back", led)
                seen("sync", try new.sync())
                seen("other's heartbeat", try other.heartbeat())
                seen("old's heartbeat", try old.heartbeat())
                seen("old's commit", try old.commit(1, of: try trial.topic()))
                seen("old's sync", try old.sync())
                seen("old joins", try old.join())
                seen(
                    "old without instance", try peer.heartbeat(group: group, member: old.id, generation: old.generation)
                )
                let again = try Member(trial, "AGAIN", group: group, instance: "two")
                seen("the follower comes back", try again.join())
                seen("sync", try again.sync())
                seen("new's heartbeat", try new.heartbeat())
                var described = try peer.describe(group: group)
                described.members.sort { ($0.groupInstanceId ?? "") < ($1.groupInstanceId ?? "") }
                seen("group", described)
            },
            Behaviour("a static member that comes back wanting something else makes a rebalance") { trial, seen, peer in
                let group = trial.bench.name("group")
                let old = try Member(trial, "OLD", group: group, instance: "one", metadata: "wants a")
                try old.stable()
                let new = try Member(trial, "NEW", group: group, instance: "one", metadata: "wants b")
                seen("join", try new.join())
                seen("sync", try new.sync([(new.id, "all")]))
            },
            Behaviour("an instance id is checked with its member") { trial, seen, peer in
                let group = trial.bench.name("group")
                let topic = try trial.topic()
                let member = try Member(trial, "MEMBER", group: group, instance: "one")
                try member.stable()
                for (label, id, instance) in [
                    ("wrong member", "x", "one"), ("wrong instance", member.id, "two"), ("both wrong", "x", "two"),
                ] {
                    seen(
                        "\(label), heartbeat",
                        try peer.heartbeat(group: group, member: id, generation: 1, instance: instance))
                    seen(
                        "\(label), sync",
                        try peer.sync(Peer.syncRequest(group: group, member: id, generation: 1, instance: instance)))
                    seen(
                        "\(label), commit",
                        try peer.commit(1, of: topic, group: group, generation: 1, member: id, instance: instance))
                    seen(
                        "\(label), join", try peer.join(Peer.joinRequest(group: group, member: id, instance: instance)))
                    seen("\(label), leave", try peer.leave(group: group, [(id, instance)]))
                }
                seen("still there", try peer.describe(group: group).groupState)
            },
            Behaviour("a static member leaves by its instance id alone") { trial, seen, peer in
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group, instance: "one")
                try member.stable()
                seen("leave", try peer.leave(group: group, [("", "one"), ("", "two")]))
                seen("group", try peer.describe(group: group))
                seen("heartbeat", try member.heartbeat())
            },
            Behaviour("a static member is dropped when its session ends") { trial, seen, peer in
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group, instance: "one", sessionMs: 1_000)
                try member.stable()
                try trial.until { try peer.describe(group: group).groupState == "Empty" }
                seen("heartbeat", try member.heartbeat())
                let new = try Member(trial, "NEW", group: group, instance: "one")
                seen("join", try new.join())
            },
            Behaviour("a static member replaced while the group prepares takes over its place in the join") {
                trial, seen, peer in
                let group = trial.bench.name("group")
                let first = try Member(trial, "FIRST", group: group, instance: "one", metadata: "1")
                try first.stable()
                let waiting = try Member(trial, "WAITING", group: group, instance: "two", metadata: "2")
                try waiting.startJoin()
                try first.awaitRebalance()
                let replacement = try Member(trial, "REPLACEMENT", group: group, instance: "two", metadata: "2")
                try replacement.startJoin()
                seen("waiting", try waiting.peer.take(JoinGroupRequest.self).errorCode)
                try first.startJoin()
                var led = try first.finishJoin()
                led.members.sort { ($0.groupInstanceId ?? "") < ($1.groupInstanceId ?? "") }
                try replacement.finishJoin()
                seen("generation", led.generationId)
                seen("members", led.members.map(\.groupInstanceId))
            },
            Behaviour("an older client's static member joins with an id of its own") { trial, seen, peer in
                let group = trial.bench.name("group")
                let answer = try peer.join(Peer.joinRequest(group: group, instance: "one"), version: 5)
                seen.call(answer.memberId, "MEMBER")
                seen("version 5", answer)
                let sync = Peer.syncRequest(
                    group: group, member: answer.memberId, generation: answer.generationId, instance: "one",
                    assignments: [(answer.memberId, "all")])
                seen("sync, version 3", try peer.sync(sync, version: 3))
                let back = try peer.join(Peer.joinRequest(group: group, instance: "one"), version: 5)
                seen.call(back.memberId, "BACK")
                seen("comes back, version 5", back)
                let older = try peer.heartbeat(
                    group: group, member: answer.memberId, generation: answer.generationId, instance: "one", version: 3)
                seen("old's heartbeat, version 3", older)
            },
        ]
    }
}
