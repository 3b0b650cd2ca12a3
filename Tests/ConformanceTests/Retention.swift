import BrokerTestKit
import KafkaProtocol

extension Behaviour {
    /// What is removed by age and by size.
    static var retention: [Behaviour] {
        [
            Behaviour("old records go, the log's start moves, new ones stay") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["retention.ms": "60000", "segment.ms": "100"])
                try peer.produce(topic, batch(["old"], timeMs: nowMs - 3_600_000))
                Pause.milliseconds(150)
                try peer.produce(topic, batch(["new"], timeMs: nowMs))
                seen("ends", try trial.settled("start 1, stable 2, end 2") { try peer.ends(topic) })
                seen("values", try peer.values(topic, .uncommitted, from: 1))
                seen("from the old start", try peer.fetch(topic))
            },
            Behaviour("when all records are old the log is empty and its end stays") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["retention.ms": "60000"])
                for value in ["a", "b"] { try peer.produce(topic, batch([value], timeMs: nowMs - 3_600_000)) }
                seen("ends", try trial.settled("start 2, stable 2, end 2") { try peer.ends(topic) })
                seen("next", try peer.produce(topic, batch(["c"], timeMs: nowMs)))
                seen("values", try peer.values(topic, .uncommitted, from: 2))
            },
            Behaviour("records of any age stay where retention.ms is -1") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.produce(topic, batch(["ancient"], timeMs: 1))
                Pause.milliseconds(2_000)
                seen("values", try peer.values(topic, .uncommitted))
            },
            Behaviour("records beyond the size go, oldest first") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["retention.bytes": "2500000", "segment.bytes": "1048576"])
                let value = String(repeating: "x", count: 500_000)
                for _ in 0..<12 { try peer.produce(topic, batch([value], timeMs: nowMs)) }
                try trial.until { try peer.offset(topic, at: .earliest).offset >= 4 }
                Pause.milliseconds(800)
                let start = try peer.offset(topic, at: .earliest).offset
                seen("some are gone", start > 0)
                seen("as many bytes as wanted are there", (12 - start) * 500_000 >= 2_500_000)
                seen("not many more", (12 - start) * 500_000 <= 5_000_000)
                seen("end", try peer.offset(topic, at: .latest).offset)
                seen("newest", try peer.values(topic, .uncommitted, from: 11).count)
            },
            Behaviour("records of a compacted topic do not age") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["cleanup.policy": "compact", "retention.ms": "1000"])
                try peer.produce(topic, batch(["old"], key: "k", timeMs: nowMs - 3_600_000))
                Pause.milliseconds(2_000)
                seen("values", try peer.values(topic, .uncommitted))
            },
        ]
    }
}
