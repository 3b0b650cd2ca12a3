import BrokerTestKit
import Kafka
import KafkaProtocol

extension Trial {
    /// Starts the broker anew and connects once it serves.
    func restarted() throws -> Peer {
        try broker.restart()
        try Runner.warmUp(bench.bootstrap)
        return try peer()
    }
}

extension Behaviour {
    /// What a broker still knows after it was stopped and started.
    static var restarts: [Behaviour] {
        [
            Behaviour("what a restart keeps", alone: true) { trial, seen, peer in
                // A producer whose last batch is old is forgotten at the start.
                let topic = try trial.topic(partitions: 2, ["max.message.bytes": "54321"])
                let id = try trial.topicID(topic)
                let group = trial.bench.name("group")
                let plain = try peer.idempotent()
                let done = try peer.transactional(trial.bench.name("done"), timeoutMs: 600_000)
                let open = try peer.transactional(trial.bench.name("open"), timeoutMs: 600_000)
                seen.call(plain.id, "PLAIN")
                seen.call(done.id, "DONE")
                seen.call(open.id, "OPEN")
                try peer.write(["a", "b"], to: topic, by: plain, sequence: 0, timeMs: nowMs)
                try peer.open(["committed"], in: topic, by: done, timeMs: nowMs)
                try peer.finish(done, commit: true)
                try peer.open(["aborted"], in: topic, by: done, sequence: 1, timeMs: nowMs)
                try peer.finish(done, commit: false)
                try peer.open(["open"], in: topic, by: open, timeMs: nowMs)
                _ = try peer.addOffsets(of: group, to: open)
                _ = try peer.sendOffset(9, of: topic, group: group, by: open)
                _ = try peer.commit(3, of: topic, 1, group: group)
                try peer.write(["c"], to: topic, 1)

                let after = try trial.restarted()
                try trial.awaitService(topic, partitions: 2)
                seen("same topic", try trial.topicID(topic) == id)
                seen("setting", try after.describeConfigs(topic, keys: ["max.message.bytes"]).configs)
                seen("ends 0", try after.ends(topic))
                seen("ends 1", try after.ends(topic, 1))
                seen("log", try after.fetch(topic).records)
                seen("committed", try after.values(topic, .committed))
                seen("aborted list", try after.fetch(topic, .committed).abortedTransactions)
                seen("plain offset", try after.committed(topic, 1, group: group))
                seen("pending offset", try after.committed(topic, 0, group: group, stable: true))
                seen("sent again", try after.write(["a", "b"], to: topic, by: plain, sequence: 0, timeMs: nowMs))
                seen("gap", try after.write(["z"], to: topic, by: plain, sequence: 5, timeMs: nowMs))
                seen("next", try after.write(["d"], to: topic, by: plain, sequence: 2, timeMs: nowMs))
                var described = try after.describe(trial.bench.name("open"))
                described.topics.removeAll { $0.topic != topic }
                seen("open", described)
                seen("done", try after.describe(trial.bench.name("done")).transactionState)
                seen("open writes", try after.write(["more"], to: topic, by: open, sequence: 1, timeMs: nowMs))
                seen("open commits", try after.finish(open, commit: true))
                try trial.until { try after.committed(topic, 0, group: group, stable: true).errorCode == 0 }
                seen("its offset", try after.committed(topic, 0, group: group))
                seen("committed", try after.values(topic, .committed))
                let next = try after.transactional(trial.bench.name("done"))
                seen("done's next epoch", next.epoch - done.epoch)
                let fresh = try after.idempotent()
                seen("fresh ids", Set([plain.id, done.id, open.id, fresh.id]).count)
            },
            Behaviour("a group outlives a restart within its session", alone: true) { trial, seen, peer in
                let group = trial.bench.name("group")
                let member = try Member(trial, "MEMBER", group: group, instance: "one", sessionMs: 30_000)
                try member.stable("kept")
                let after = try trial.restarted()
                seen("group", try after.describe(group: group))
                let beat = try after.heartbeat(
                    group: group, member: member.id, generation: member.generation, instance: "one")
                seen("heartbeat", beat)
                let back = try Member(trial, "BACK", group: group, instance: "one")
                seen("comes back", try back.join())
                seen("sync", try back.sync())
            },
            Behaviour("a producer and a consumer go on after a restart", alone: true) { trial, seen, _ in
                let topic = try trial.topic()
                let producer = try trial.bench.producer()
                defer { producer.close() }
                try producer.begin()
                try producer.send(topic: topic, partition: 0, key: nil, value: "before".bytes)
                try producer.commit()
                let member = try GroupMember(trial.bench, group: "group", topics: [topic]) {
                    $0.sessionTimeoutMilliseconds = 30_000
                }
                try pollAll([member]) { member.values == ["before"] }
                _ = try trial.restarted()
                try producer.begin()
                try producer.send(topic: topic, partition: 0, key: nil, value: "after".bytes)
                seen.outcome("commit") { try producer.commit() }
                try pollAll([member]) { member.values == ["before", "after"] }
                seen("read", member.values)
                member.consumer.close()
            },
        ]
    }
}
