import BrokerTestKit
import KafkaProtocol

extension Trial {
    /// A compacted topic whose segments close after a moment.
    func compacted(_ more: [String: String] = [:]) throws -> String {
        let standard = [
            "cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.01",
            "min.compaction.lag.ms": "0", "delete.retention.ms": "0",
        ]
        return try topic(partitions: 1, standard.merging(more) { $1 })
    }

    /// Writes a record with a key of its own after the segment's time, which closes the segment before it.
    func closeSegment(_ topic: String, _ peer: Peer, key: String = "last") throws {
        Pause.milliseconds(150)
        try peer.produce(topic, batch(["closes"], key: key, timeMs: nowMs))
    }
}

extension Behaviour {
    /// What is left of a compacted topic.
    static var compaction: [Behaviour] {
        [
            Behaviour("the last value of each key is left, at its offset") { trial, seen, peer in
                let topic = try trial.compacted()
                for (key, value) in [("a", "1"), ("b", "1"), ("a", "2"), ("c", "1"), ("a", "3"), ("b", "2")] {
                    try peer.produce(topic, batch([value], key: key, timeMs: nowMs))
                }
                try trial.closeSegment(topic, peer)
                let left = ["c=1", "a=3", "b=2", "last=closes"]
                seen("left", try trial.settled(left) { try peer.values(topic, .uncommitted) })
                seen("ends", try peer.ends(topic))
                seen("from a removed offset", try peer.values(topic, .uncommitted, from: 1))
                seen("log", try peer.log(topic))
            },
            Behaviour("a batch keeps its offsets when some of its records go") { trial, seen, peer in
                let topic = try trial.compacted()
                let records = [("a", "1"), ("b", "1"), ("c", "1")].enumerated().map { index, pair in
                    BatchRecord(offsetDelta: Int32(index), key: pair.0.bytes, value: pair.1.bytes)
                }
                try peer.produce(topic, batch(records: records, timeMs: nowMs))
                try peer.produce(topic, batch(["2"], key: "a", timeMs: nowMs))
                try peer.produce(topic, batch(["2"], key: "c", timeMs: nowMs))
                try trial.closeSegment(topic, peer)
                let left = ["b=1", "a=2", "c=2", "last=closes"]
                seen("left", try trial.settled(left) { try peer.values(topic, .uncommitted) })
                seen("log", try peer.log(topic))
            },
            Behaviour("a null value removes its key, and then itself") { trial, seen, peer in
                let topic = try trial.compacted()
                for (key, value) in [("a", "1"), ("b", "1"), ("a", nil)] as [(String, String?)] {
                    try peer.produce(topic, batch([value], key: key, timeMs: nowMs))
                }
                try trial.closeSegment(topic, peer)
                let left = ["b=1", "last=closes"]
                var rounds = 0
                let found = try trial.settled(left) {
                    rounds += 1
                    // The second pass that removes it needs something new to clean.
                    if rounds % 50 == 0 { try trial.closeSegment(topic, peer) }
                    return try peer.values(topic, .uncommitted).filter { $0 != "last=closes" } + ["last=closes"]
                }
                seen("left", found)
            },
            Behaviour("a null value stays for the topic's delete.retention.ms") { trial, seen, peer in
                let topic = try trial.compacted(["delete.retention.ms": "86400000"])
                for (key, value) in [("a", "1"), ("a", nil)] as [(String, String?)] {
                    try peer.produce(topic, batch([value], key: key, timeMs: nowMs))
                }
                try trial.closeSegment(topic, peer)
                let left = ["a=null", "last=closes"]
                seen("left", try trial.settled(left) { try peer.values(topic, .uncommitted) })
            },
            Behaviour("aborted records are not the last value of their key") { trial, seen, peer in
                let topic = try trial.compacted()
                let producer = try peer.transactional(trial.bench.name("tx"))
                try peer.produce(topic, batch(["kept"], key: "a", timeMs: nowMs))
                for (value, sequence, commit) in [("aborted", Int32(0), false), ("committed", 1, true)] {
                    _ = try peer.add(topic, to: producer)
                    try peer.produce(
                        topic, batch([value], key: commit ? "b" : "a", by: producer, sequence: sequence, timeMs: nowMs),
                        transactionalID: producer.transactionalID)
                    try peer.finish(producer, commit: commit)
                }
                try trial.closeSegment(topic, peer)
                let left = ["a=kept", "b=committed", "last=closes"]
                seen("uncommitted", try trial.settled(left) { try peer.values(topic, .uncommitted) })
                seen("committed", try peer.values(topic, .committed))
                seen("ends", try peer.ends(topic))
            },
            Behaviour("records of an open transaction are not compacted") { trial, seen, peer in
                let topic = try trial.compacted()
                let producer = try peer.transactional(trial.bench.name("tx"))
                try peer.produce(topic, batch(["1"], key: "a", timeMs: nowMs))
                try peer.produce(topic, batch(["2"], key: "a", timeMs: nowMs))
                try trial.closeSegment(topic, peer, key: "b")
                Pause.milliseconds(150)
                _ = try peer.add(topic, to: producer)
                try peer.produce(
                    topic, batch(["open"], key: "a", by: producer, sequence: 0, timeMs: nowMs),
                    transactionalID: producer.transactionalID)
                try trial.closeSegment(topic, peer)
                try trial.closeSegment(topic, peer)
                let open = ["a=2", "b=closes", "a=open", "last=closes", "last=closes"]
                seen("open", try trial.settled(open) { try peer.values(topic, .uncommitted) })
                try peer.finish(producer, commit: true)
                try trial.closeSegment(topic, peer)
                let after = ["b=closes", "a=open", "last=closes"]
                seen("committed", try trial.settled(after) { try peer.values(topic, .committed) })
            },
            Behaviour("a producer's numbers outlive the compaction of its records") { trial, seen, peer in
                let topic = try trial.compacted()
                let producer = try peer.idempotent()
                for sequence in Int32(0)..<3 {
                    try peer.produce(
                        topic, batch(["\(sequence)"], key: "a", by: producer, sequence: sequence, timeMs: nowMs))
                }
                try trial.closeSegment(topic, peer)
                _ = try trial.settled(["a=2", "last=closes"]) { try peer.values(topic, .uncommitted) }
                let again = batch(["2"], key: "a", by: producer, sequence: 2, timeMs: nowMs)
                seen("again", try peer.produce(topic, again))
                let next = batch(["3"], key: "a", by: producer, sequence: 3, timeMs: nowMs)
                seen("next", try peer.produce(topic, next))
                let gap = batch(["9"], key: "a", by: producer, sequence: 9, timeMs: nowMs)
                seen("gap", try peer.produce(topic, gap))
            },
        ]
    }
}
