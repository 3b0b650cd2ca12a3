import BrokerTestKit
import Kafka
import KafkaProtocol

extension Behaviour {
    /// Offsets that a transaction commits for a group.
    static var transactionOffsets: [Behaviour] {
        [
            Behaviour("an offset in a transaction is pending, then committed or forgotten") { trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                let producer = try peer.transactional(trial.bench.name("tx"))
                func look(_ label: String) throws {
                    seen("\(label), stable", try peer.committed(topic, group: group, stable: true))
                    seen("\(label), any", try peer.committed(topic, group: group, stable: false))
                }
                func settle(_ offset: Int64) throws {
                    try trial.until {
                        let found = try peer.committed(topic, group: group, stable: true)
                        return found.errorCode == 0 && found.committedOffset == offset
                    }
                }
                try look("before")
                for (offset, commit) in [(Int64(5), false), (6, true), (7, false), (8, true)] {
                    seen("add offsets", try peer.addOffsets(of: group, to: producer))
                    seen("send \(offset)", try peer.sendOffset(offset, of: topic, group: group, by: producer))
                    try look("pending \(offset)")
                    seen("commit \(commit)", try peer.finish(producer, commit: commit))
                    try settle(commit ? offset : (offset == 5 ? -1 : offset - 1))
                    try look("ended \(offset)")
                }
            },
            Behaviour("the whole group's offsets are unstable while one is pending") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                let group = trial.bench.name("group")
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen("plain commit", try peer.commit(3, of: topic, 1, group: group))
                _ = try peer.addOffsets(of: group, to: producer)
                seen("send", try peer.sendOffset(9, of: topic, 0, group: group, by: producer))
                for stable in [true, false] {
                    let answer = try peer.ask(OffsetFetchRequest.self, 8) {
                        var wanted = OffsetFetchRequest.OffsetFetchRequestGroup()
                        wanted.groupId = group
                        wanted.topics = nil
                        $0.groups = [wanted]
                        $0.requireStable = stable
                    }
                    var found = answer.groups.first
                    for index in found?.topics.indices ?? 0..<0 {
                        found?.topics[index].partitions.sort { $0.partitionIndex < $1.partitionIndex }
                    }
                    seen("all, stable \(stable)", found)
                    seen(
                        "the other partition, stable \(stable)",
                        try peer.committed(topic, 1, group: group, stable: stable))
                }
                seen("plain commit meanwhile", try peer.commit(4, of: topic, 0, group: group))
                seen("still pending", try peer.committed(topic, 0, group: group, stable: true))
                seen("meanwhile", try peer.committed(topic, 0, group: group))
                seen("commit", try peer.finish(producer, commit: true))
                try trial.until { try peer.committed(topic, 0, group: group, stable: true).errorCode == 0 }
                seen("after", try peer.committed(topic, 0, group: group))
            },
            Behaviour("offsets are refused to a transaction that did not add the group") { trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen("send, version 3", try peer.sendOffset(1, of: topic, group: group, by: producer))
                seen("offset", try peer.committed(topic, group: group))
            },
            Behaviour("a newer client's offsets add their group by themselves") { trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen("send, version 5", try peer.sendOffset(2, of: topic, group: group, by: producer, version: 5))
                seen("state", try peer.describe(producer.transactionalID ?? "").transactionState)
                let ended = try peer.endOnce(producer, commit: true, version: 5)
                seen("commit", ErrorCode(rawValue: ended.errorCode))
                _ = try peer.awaitEnd(producer.transactionalID ?? "")
                try trial.until { try peer.committed(topic, group: group, stable: true).errorCode == 0 }
                seen("offset", try peer.committed(topic, group: group))
            },
            Behaviour("offsets in a transaction are checked against generation, member and instance") {
                trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group, instance: "instance-1")
                try member.stable()
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen("add offsets", try peer.addOffsets(of: group, to: producer))
                func send(_ label: String, _ generation: Int32, _ id: String, _ instance: String?) throws {
                    let code = try peer.sendOffset(
                        4, of: topic, group: group, by: producer, generation: generation, member: id, instance: instance
                    )
                    seen(label, code)
                }
                try send("right", member.generation, member.id, "instance-1")
                try send("without instance", member.generation, member.id, nil)
                try send("old generation", member.generation - 1, member.id, "instance-1")
                try send("later generation", member.generation + 1, member.id, "instance-1")
                try send("unknown member", member.generation, "nobody", nil)
                try send("wrong member of the instance", member.generation, "nobody", "instance-1")
                try send("unknown instance", member.generation, member.id, "instance-2")
                try send("generation alone", member.generation, "", nil)
                try send("member alone", -1, member.id, nil)
                try send("none of them", -1, "", nil)
                try send("none of them in version 2's form", -1, "", nil)
                seen("version 2", try peer.sendOffset(5, of: topic, group: group, by: producer, version: 2))
                seen("abort", try peer.finish(producer, commit: false))
            },
            Behaviour("offsets in a transaction for a group that never was") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                let group = trial.bench.name("group")
                seen("add offsets", try peer.addOffsets(of: group, to: producer))
                seen(
                    "with a generation",
                    try peer.sendOffset(1, of: topic, group: group, by: producer, generation: 1, member: "someone"))
                seen("plainly", try peer.sendOffset(1, of: topic, group: group, by: producer))
                seen("missing topic", try peer.sendOffset(1, of: trial.bench.name("no"), group: group, by: producer))
                seen("negative offset", try peer.sendOffset(-1, of: topic, group: group, by: producer))
                seen("empty group", try peer.sendOffset(1, of: topic, group: "", by: producer))
                seen("commit", try peer.finish(producer, commit: true))
                try trial.until { try peer.committed(topic, group: group, stable: true).errorCode == 0 }
                seen("offset", try peer.committed(topic, group: group))
                seen("group", try peer.describe(group: group))
            },
            Behaviour("a group with a pending offset can not lose it") { trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                let producer = try peer.transactional(trial.bench.name("tx"))
                _ = try peer.addOffsets(of: group, to: producer)
                seen("send", try peer.sendOffset(1, of: topic, group: group, by: producer))
                seen("group", try peer.describe(group: group))
                seen("delete group", try peer.ask(DeleteGroupsRequest.self) { $0.groupsNames = [group] })
                seen("pending", try peer.committed(topic, group: group, stable: true))
                seen("commit", try peer.finish(producer, commit: true))
                try trial.until { try peer.committed(topic, group: group, stable: true).errorCode == 0 }
                seen("offset", try peer.committed(topic, group: group))
            },
            Behaviour("offsets and records of a timed-out transaction are both gone") { trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                let producer = try peer.transactional(trial.bench.name("tx"), timeoutMs: 1_000)
                try peer.open(["x"], in: topic, by: producer)
                _ = try peer.addOffsets(of: group, to: producer)
                seen("send", try peer.sendOffset(1, of: topic, group: group, by: producer))
                try trial.until {
                    try peer.describe(producer.transactionalID ?? "").transactionState == "CompleteAbort"
                }
                try trial.until { try peer.committed(topic, group: group, stable: true).errorCode == 0 }
                seen("offset", try peer.committed(topic, group: group))
                seen("committed", try peer.values(topic, .committed))
                seen("send again", try peer.sendOffset(2, of: topic, group: group, by: producer))
                seen("commit", try peer.end(producer, commit: true))
            },
        ]
    }
}
