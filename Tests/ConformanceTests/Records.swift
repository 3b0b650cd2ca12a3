import BrokerTestKit
import KafkaProtocol

extension Behaviour {
    /// Where a log begins and ends, by offset and by time, and how it is cut.
    static var records: [Behaviour] {
        [
            Behaviour("offsets are found by time") { trial, seen, peer in
                let topic = try trial.topic()
                for (index, time) in [Int64(1_000), 2_000, 1_500, 3_000].enumerated() {
                    try peer.produce(
                        topic,
                        batch(
                            records: [
                                BatchRecord(offsetDelta: 0, timestampDelta: 0, key: nil, value: "a\(index)".bytes),
                                BatchRecord(offsetDelta: 1, timestampDelta: 100, key: nil, value: "b\(index)".bytes),
                            ], timeMs: time))
                }
                for time in [Int64(0), 1_000, 1_001, 1_100, 1_101, 1_600, 2_000, 2_050, 2_101, 3_100, 3_101, 9_000] {
                    seen("at \(time)", try peer.offset(topic, at: .at(time)))
                }
                seen("largest", try peer.offset(topic, at: .maxTimestamp))
            },
            Behaviour("special times: earliest, latest, largest, local, tiered") { trial, seen, peer in
                let topic = try trial.topic()
                let special: [(String, Peer.OffsetTime)] = [
                    ("latest", .latest), ("earliest", .earliest), ("largest", .maxTimestamp),
                    ("local", .earliestLocal), ("tiered", .latestTiered), ("pending", .earliestPendingUpload),
                    ("minus 7", .at(-7)), ("at 5", .at(5)),
                ]
                for (label, time) in special { seen("\(label), empty", try peer.offset(topic, at: time, version: 11)) }
                try peer.write(["a", "b"], to: topic)
                for (label, time) in special { seen(label, try peer.offset(topic, at: time, version: 11)) }
                for version in Int16(1)...11 {
                    seen("earliest, version \(version)", try peer.offset(topic, at: .earliest, version: version))
                    seen("latest, version \(version)", try peer.offset(topic, at: .latest, version: version))
                    seen("at a time, version \(version)", try peer.offset(topic, at: .at(baseTimeMs), version: version))
                }
                for version in [Int16(6), 7] {
                    seen.outcome("largest, version \(version)") {
                        try trial.peer().offset(topic, at: .maxTimestamp, version: version)
                    }
                }
            },
            Behaviour("offsets of what is not there") { trial, seen, peer in
                let topic = try trial.topic()
                seen("missing topic", try peer.offset(trial.bench.name("missing"), at: .latest))
                seen("missing partition", try peer.offset(topic, 5, at: .latest))
                for (label, epoch) in [("later epoch", Int32(9)), ("this epoch", 0)] {
                    let answer = try peer.ask(ListOffsetsRequest.self, 10) {
                        var place = ListOffsetsRequest.ListOffsetsPartition()
                        place.timestamp = -1
                        place.currentLeaderEpoch = epoch
                        var places = ListOffsetsRequest.ListOffsetsTopic()
                        places.name = topic
                        places.partitions = [place]
                        $0.replicaId = -1
                        $0.topics = [places]
                    }
                    seen(label, answer)
                }
            },
            Behaviour("by time a committed reader is not led past the last stable offset") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                try peer.write(["before"], to: topic)
                _ = try peer.add(topic, to: producer)
                try peer.produce(
                    topic, batch(["open"], by: producer, sequence: 0, timeMs: baseTimeMs + 5_000),
                    transactionalID: producer.transactionalID)
                for reading in [Reading.committed, .uncommitted] {
                    seen("\(reading), base", try peer.offset(topic, at: .at(baseTimeMs), reading))
                    seen("\(reading), open", try peer.offset(topic, at: .at(baseTimeMs + 5_000), reading))
                    seen("\(reading), latest", try peer.offset(topic, at: .latest, reading))
                    seen("\(reading), largest", try peer.offset(topic, at: .maxTimestamp, reading))
                }
                try peer.finish(producer, commit: true)
                seen("ended", try peer.offset(topic, at: .at(baseTimeMs + 5_000), .committed))
            },
            Behaviour("deleting records moves the log's start") { trial, seen, peer in
                let topic = try trial.topic()
                for value in ["a", "b", "c"] { try peer.write([value, value], to: topic) }
                func delete(_ label: String, _ name: String, _ partition: Int32, _ offset: Int64, version: Int16 = 2)
                    throws
                {
                    let answer = try peer.ask(DeleteRecordsRequest.self, version) {
                        var place = DeleteRecordsRequest.DeleteRecordsPartition()
                        place.partitionIndex = partition
                        place.offset = offset
                        var places = DeleteRecordsRequest.DeleteRecordsTopic()
                        places.name = name
                        places.partitions = [place]
                        $0.topics = [places]
                        $0.timeoutMs = 10_000
                    }
                    seen(label, answer)
                }
                try delete("to 3", topic, 0, 3)
                seen("ends", try peer.ends(topic))
                seen("values", try peer.values(topic, .uncommitted, from: 3))
                seen("fetch below", try peer.fetch(topic, from: 2))
                seen("fetch at", try peer.fetch(topic, from: 3).records)
                try delete("back to 1", topic, 0, 1)
                try delete("beyond", topic, 0, 7)
                try delete("negative", topic, 0, -2)
                try delete("missing topic", trial.bench.name("missing"), 0, 1)
                try delete("missing partition", topic, 4, 1)
                try delete("all", topic, 0, -1, version: 0)
                seen("ends", try peer.ends(topic))
                seen("next", try peer.write(["d"], to: topic))
                seen("at a time", try peer.offset(topic, at: .at(0)))
                let compacted = try trial.topic("compacted", partitions: 1, ["cleanup.policy": "compact"])
                try peer.write(["x"], to: compacted, key: "k")
                try delete("compacted", compacted, 0, 1)
            },
            Behaviour("deleting records of an open transaction") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                try peer.write(["a"], to: topic)
                try peer.open(["b"], in: topic, by: producer)
                let answer = try peer.ask(DeleteRecordsRequest.self, 2) {
                    var place = DeleteRecordsRequest.DeleteRecordsPartition()
                    place.offset = 2
                    var places = DeleteRecordsRequest.DeleteRecordsTopic()
                    places.name = topic
                    places.partitions = [place]
                    $0.topics = [places]
                    $0.timeoutMs = 10_000
                }
                seen("delete", answer)
                seen("ends", try peer.ends(topic))
                seen("abort", try peer.finish(producer, commit: false))
                seen("ends", try peer.ends(topic))
                seen("values", try peer.values(topic, .committed, from: 2))
            },
            Behaviour("the end of a leader epoch") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.write(["a", "b"], to: topic)
                for version in Int16(2)...4 {
                    for (label, current, wanted) in [
                        ("current", Int32(-1), Int32(0)), ("checked", 0, 0), ("later", -1, 5), ("checked later", 7, 0),
                    ] {
                        let answer = try peer.ask(OffsetForLeaderEpochRequest.self, version) {
                            var place = OffsetForLeaderEpochRequest.OffsetForLeaderPartition()
                            place.currentLeaderEpoch = current
                            place.leaderEpoch = wanted
                            var places = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
                            places.topic = topic
                            places.partitions = [place]
                            $0.replicaId = -1
                            $0.topics = [places]
                        }
                        seen("\(label), version \(version)", answer)
                    }
                }
                let missing = try peer.ask(OffsetForLeaderEpochRequest.self, 4) {
                    var places = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
                    places.topic = trial.bench.name("missing")
                    places.partitions = [.init()]
                    $0.replicaId = -1
                    $0.topics = [places]
                }
                seen("missing topic", missing)
            },
        ]
    }
}
