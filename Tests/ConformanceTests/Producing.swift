import BrokerTestKit
import KafkaProtocol

extension Behaviour {
    /// What a broker takes into a log, and what it refuses.
    static var producing: [Behaviour] {
        [
            Behaviour("acknowledgements: none, the leader's, all, and others") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.tell(ProduceRequest.self, 11) { $0 = Peer.produceRequest(topic, 0, batch(["none"]), acks: 0) }
                seen("leader's", try peer.produce(topic, batch(["one"]), acks: 1))
                seen("all", try peer.produce(topic, batch(["all"]), acks: -1))
                seen("seven", try peer.produce(topic, batch(["seven"]), acks: 7))
                seen("minus two", try peer.produce(topic, batch(["-2"]), acks: -2))
                seen("values", try peer.values(topic, .uncommitted))
            },
            Behaviour("a refused batch without acknowledgement closes the connection") { trial, seen, peer in
                let topic = trial.bench.name("missing")
                try peer.tell(ProduceRequest.self, 11) { $0 = Peer.produceRequest(topic, 0, batch(["none"]), acks: 0) }
                seen("then", peer.fate())
            },
            Behaviour("each version of produce") { trial, seen, peer in
                let topic = try trial.topic()
                let id = try trial.topicID(topic)
                for version in Int16(3)...13 {
                    let answer = try peer.ask(ProduceRequest.self, version) {
                        $0 = Peer.produceRequest(topic, 0, batch(["version \(version)"]), acks: -1)
                        $0.topicData[0].topicId = id
                    }
                    seen("version \(version)", answer)
                }
                let unknown = try peer.ask(ProduceRequest.self, 13) {
                    $0 = Peer.produceRequest(topic, 0, batch(["x"]), acks: -1)
                    $0.topicData[0].topicId = KafkaUUID(high: 5, low: 5)
                }
                seen("unknown id", unknown)
            },
            Behaviour("batches that are damaged, empty or too many") { trial, seen, peer in
                let topic = try trial.topic()
                func attempt(_ label: String, _ bytes: [UInt8]?, version: Int16 = 11) throws {
                    seen.outcome(label) { try trial.peer().produce(topic, bytes, version: version) }
                }
                var damaged = batch(["damaged"])
                damaged[damaged.count - 1] ^= 1
                try attempt("checksum", damaged)
                try attempt("checksum, version 7", damaged, version: 7)
                try attempt("two batches", batch(["one"]) + batch(["two"]))
                try attempt("half a batch", Array(batch(["half"]).dropLast(3)))
                try attempt("half a header", Array(batch(["half"]).prefix(30)))
                try attempt("no bytes", [])
                try attempt("no records", batch([]))
                try attempt("garbage", Array(repeating: 0xab, count: 100))
                try attempt("too many offsets", batch(["x"]) { $0.lastOffsetDelta = 5 })
                try attempt(
                    "deltas with a gap",
                    batch(records: [
                        BatchRecord(offsetDelta: 0, key: nil, value: "a".bytes),
                        BatchRecord(offsetDelta: 2, key: nil, value: "b".bytes),
                    ]))
                try attempt("a control batch", batch(["x"]) { $0.attributes |= 0x20 })
                try attempt("base offset 7", batch(["seven"]) { $0.baseOffset = 7 })
                seen("log", try peer.fetch(topic).records)
            },
            Behaviour("older and newer formats of records") { trial, seen, peer in
                let topic = try trial.topic()
                for magic in [Int8(0), 1, 3] {
                    var bytes = batch(["old"])
                    bytes[16] = UInt8(bitPattern: magic)
                    seen.outcome("magic \(magic)") { try trial.peer().produce(topic, bytes) }
                    seen.outcome("magic \(magic), version 3") { try trial.peer().produce(topic, bytes, version: 3) }
                }
                seen("ends", try peer.ends(topic))
            },
            Behaviour("records that say they are compressed and are not are refused") { trial, seen, peer in
                let topic = try trial.topic()
                for codec in Int16(1)...4 {
                    let bytes = batch(["text"]) { $0.attributes |= codec }
                    seen.outcome("codec \(codec)") { try trial.peer().produce(topic, bytes) }
                }
                seen("ends", try peer.ends(topic))
            },
            Behaviour("unknown compressions are refused, zstd to older clients") { trial, seen, peer in
                let topic = try trial.topic()
                for codec in Int16(5)...7 {
                    let bytes = batch(["text"]) { $0.attributes |= codec }
                    seen.outcome("codec \(codec)") { try trial.peer().produce(topic, bytes) }
                }
                let zstd = batch(["text"]) { $0.attributes |= 4 }
                seen.outcome("zstd, version 6") { try trial.peer().produce(topic, zstd, version: 6) }
            },
            Behaviour("batches beyond the topic's size are refused") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["max.message.bytes": "1000"])
                for size in [800, 927, 928, 929, 930, 2_000] {
                    let bytes = batch([String(repeating: "x", count: size)])
                    seen("\(bytes.count) bytes", try peer.produce(topic, bytes))
                }
            },
            Behaviour("a compacted topic wants keys") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["cleanup.policy": "compact"])
                seen("no key", try peer.write(["a", "b"], to: topic))
                seen("no key, version 7", try peer.write(["a"], to: topic, version: 7))
                seen("a key", try peer.write(["a"], to: topic, key: "k"))
                seen("an empty key", try peer.write(["a"], to: topic, key: ""))
                let mixed = batch(records: [
                    BatchRecord(offsetDelta: 0, key: "k".bytes, value: "a".bytes),
                    BatchRecord(offsetDelta: 1, key: nil, value: "b".bytes),
                    BatchRecord(offsetDelta: 2, key: nil, value: "c".bytes),
                ])
                seen("some keys", try peer.produce(topic, mixed))
                let both = try trial.topic("both", partitions: 1, ["cleanup.policy": "compact,delete"])
                seen("compacted and deleted", try peer.write(["a"], to: both))
            },
            Behaviour("topics and partitions that are not there") { trial, seen, peer in
                let topic = try trial.topic()
                seen("topic", try peer.write(["x"], to: trial.bench.name("missing")))
                seen("partition", try peer.write(["x"], to: topic, 3))
                seen("negative partition", try peer.write(["x"], to: topic, -1))
                let answer = try peer.ask(ProduceRequest.self, 11) {
                    $0 = Peer.produceRequest(topic, 0, batch(["good"]), acks: -1)
                    $0.topicData +=
                        Peer.produceRequest(trial.bench.name("missing"), 0, batch(["bad"]), acks: -1).topicData
                }
                for result in answer.responses.sorted(by: { $0.name < $1.name }) { seen("together", result) }
            },
            Behaviour("times: the producer's, the broker's, too late") { trial, seen, peer in
                let topic = try trial.topic()
                seen("old", try peer.produce(topic, batch(["a"], timeMs: 1)))
                seen("none", try peer.produce(topic, batch(["b"], timeMs: -1)))
                let farAhead: Int64 = 9_000_000_000_000
                seen("far ahead", try peer.produce(topic, batch(["c"], timeMs: farAhead)))
                let strict = try trial.topic("strict", partitions: 1, ["message.timestamp.before.max.ms": "1000"])
                seen("too old", try peer.produce(strict, batch(["d"], timeMs: baseTimeMs)))
                let stamped = try trial.topic("stamped", partitions: 1, ["message.timestamp.type": "LogAppendTime"])
                seen("stamped", try peer.produce(stamped, batch(["e", "f"], timeMs: baseTimeMs)))
                seen("stamped, far ahead", try peer.produce(stamped, batch(["g"], timeMs: farAhead)))
                seen("log", try peer.fetch(stamped).records)
                let first = try Notes.whole(try peer.fetch(stamped).records?.bytes ?? []).first
                let header = try first.map { try BatchHeader($0) }
                seen("base time", header?.baseTimestamp)
                seen("largest time is the broker's", header.map { $0.maxTimestamp > baseTimeMs })
                seen("found by the old time", try peer.offset(stamped, at: .at(baseTimeMs)).offset)
            },
            Behaviour("keys, null values, headers and their order come back") { trial, seen, peer in
                let topic = try trial.topic()
                let records = [
                    BatchRecord(offsetDelta: 0, key: nil, value: nil),
                    BatchRecord(offsetDelta: 1, key: [], value: []),
                    BatchRecord(
                        offsetDelta: 2, key: "k".bytes, value: "v".bytes,
                        headers: [
                            .init(name: "b", value: "1".bytes), .init(name: "a", value: nil),
                            .init(name: "b", value: []),
                            .init(name: "", value: "x".bytes),
                        ]),
                ]
                seen("produce", try peer.produce(topic, batch(records: records)))
                seen("log", try peer.fetch(topic).records)
            },
            Behaviour("the log's start is in the answer to produce") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.write(["a", "b", "c"], to: topic)
                _ = try peer.ask(DeleteRecordsRequest.self, 2) {
                    var place = DeleteRecordsRequest.DeleteRecordsPartition()
                    place.offset = 2
                    var places = DeleteRecordsRequest.DeleteRecordsTopic()
                    places.name = topic
                    places.partitions = [place]
                    $0.topics = [places]
                    $0.timeoutMs = 10_000
                }
                seen("version 4", try peer.write(["d"], to: topic, version: 4))
                seen("version 5", try peer.write(["e"], to: topic, version: 5))
            },
        ]
    }
}
