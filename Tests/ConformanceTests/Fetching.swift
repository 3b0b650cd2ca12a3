import BrokerTestKit
import Foundation
import Kafka
import KafkaProtocol

extension Behaviour {
    /// What a fetch waits for and how much it gives.
    static var fetching: [Behaviour] {
        [
            Behaviour("an empty fetch waits, and is answered early when records come") { trial, seen, peer in
                let topic = try trial.topic()
                let start = ContinuousClock.now
                let empty = try peer.fetch(topic, minBytes: 1, waitMs: 300)
                seen("empty", empty)
                seen("waited", ContinuousClock.now - start >= .milliseconds(290))
                try peer.post(FetchRequest.self, 12) {
                    $0 = Peer.fetchRequest([(topic, 0, 0)])
                    $0.minBytes = 1
                    $0.maxWaitMs = 30_000
                }
                let other = try trial.peer()
                Pause.milliseconds(100)
                try other.write(["now"], to: topic)
                let written = ContinuousClock.now
                seen("woken", try peer.take(FetchRequest.self).responses.first?.partitions.first?.records)
                seen("at once", ContinuousClock.now - written < .seconds(10))
            },
            Behaviour("a fetch waits until there are enough bytes") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.post(FetchRequest.self, 12) {
                    $0 = Peer.fetchRequest([(topic, 0, 0)])
                    $0.minBytes = 1_000
                    $0.maxWaitMs = 30_000
                }
                let other = try trial.peer()
                try other.write(["too few"], to: topic)
                Pause.milliseconds(100)
                try other.write([String(repeating: "x", count: 1_000)], to: topic)
                let data = try peer.take(FetchRequest.self).responses.first?.partitions.first
                seen("together", data?.records)
            },
            Behaviour("a committed fetch is woken by the end of the transaction") { trial, seen, peer in
                let topic = try trial.topic()
                let other = try trial.peer()
                let producer = try other.transactional(trial.bench.name("tx"))
                seen.call(producer.id, "P")
                try other.open(["open"], in: topic, by: producer)
                try peer.post(FetchRequest.self, 12) {
                    $0 = Peer.fetchRequest([(topic, 0, 0)], .committed)
                    $0.minBytes = 1
                    $0.maxWaitMs = 30_000
                }
                Pause.milliseconds(100)
                try other.finish(producer, commit: true)
                seen("woken", try peer.take(FetchRequest.self).responses.first?.partitions.first?.records)
            },
            Behaviour("a fetch is answered early if its topic goes") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.post(FetchRequest.self, 12) {
                    $0 = Peer.fetchRequest([(topic, 0, 0)])
                    $0.minBytes = 1
                    $0.maxWaitMs = 5_000
                }
                Pause.milliseconds(100)
                _ = try trial.bench.admin.deleteTopics([topic])
                seen("answer", try peer.take(FetchRequest.self).responses.first?.partitions.first?.errorCode)
            },
            Behaviour("limits of bytes: the first batch comes whole, then no more than fits") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                for partition in Int32(0)...1 {
                    for index in 0..<3 {
                        try peer.write(["\(index)" + String(repeating: "x", count: 200)], to: topic, partition)
                    }
                }
                func sizes(_ data: FetchResponse.PartitionData) throws -> [Int64] {
                    try Notes.whole(data.records?.bytes ?? []).map { try BatchHeader($0).baseOffset }
                }
                for limit in [Int32(0), 1, 300, 600, 10_000] {
                    seen("partition \(limit)", try sizes(try peer.fetch(topic, partitionMaxBytes: limit)))
                    seen("all \(limit)", try sizes(try peer.fetch(topic, maxBytes: limit)))
                }
                for limit in [Int32(1), 300, 600, 900, 10_000] {
                    let answer = try peer.ask(FetchRequest.self, 12) {
                        $0 = Peer.fetchRequest([(topic, 0, 0), (topic, 1, 0)])
                        $0.maxBytes = limit
                    }
                    let found = answer.responses.flatMap(\.partitions).sorted { $0.partitionIndex < $1.partitionIndex }
                    seen("two partitions, \(limit)", try found.map { try sizes($0) })
                }
            },
            Behaviour("a fetch from inside a batch gets the whole batch") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.write(["a", "b", "c"], to: topic)
                try peer.write(["d"], to: topic)
                for start in Int64(0)...4 { seen("from \(start)", try peer.fetch(topic, from: start).records) }
            },
            Behaviour("offsets out of range, and what is not there") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.write(["a", "b"], to: topic)
                for start in [Int64(-1), -2, 2, 3, 1_000] { seen("from \(start)", try peer.fetch(topic, from: start)) }
                seen("missing topic", try peer.fetch(trial.bench.name("missing")))
                seen("missing partition", try peer.fetch(topic, partition: 4))
                for version in Int16(4)...12 {
                    seen("from 3, version \(version)", try peer.fetch(topic, from: 3, version: version))
                }
            },
            Behaviour("a fetch by topic id") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.write(["a"], to: topic)
                let id = try trial.topicID(topic)
                var unknown = id
                unknown.low &+= 1
                for version in Int16(13)...17 {
                    for (label, id) in [("known", id), ("unknown", unknown)] {
                        let data = try peer.fetch(topic, version: version) { $0.topics[0].topicId = id }
                        seen("\(label), version \(version)", data)
                    }
                }
            },
            Behaviour("a fetch says which leader epoch it knows") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.write(["a"], to: topic)
                for epoch in [Int32(-1), 0, 1, 5] {
                    let data = try peer.fetch(topic) { $0.topics[0].partitions[0].currentLeaderEpoch = epoch }
                    seen("epoch \(epoch)", data)
                }
                let diverged = try peer.fetch(topic, from: 1) { $0.topics[0].partitions[0].lastFetchedEpoch = 0 }
                seen("last fetched epoch", diverged)
            },
            Behaviour("a session's later fetches get only what changed") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                try peer.write(["a"], to: topic)
                func fetch(
                    _ label: String, session: Int32, epoch: Int32, _ offsets: [(Int32, Int64)], forget: [Int32] = []
                ) throws -> Int32 {
                    let answer = try peer.ask(FetchRequest.self, 12) {
                        $0 = Peer.fetchRequest(offsets.map { (topic, $0.0, $0.1) })
                        $0.sessionId = session
                        $0.sessionEpoch = epoch
                        $0.forgottenTopicsData = forget.map { partition in
                            var forgotten = FetchRequest.ForgottenTopic()
                            forgotten.topic = topic
                            forgotten.partitions = [partition]
                            return forgotten
                        }
                    }
                    seen("\(label), code", ErrorCode(rawValue: answer.errorCode))
                    seen(
                        "\(label), session",
                        answer.sessionId == 0 ? "none" : answer.sessionId == session ? "the same" : "new")
                    let found = answer.responses.flatMap(\.partitions).sorted { $0.partitionIndex < $1.partitionIndex }
                    seen(label, found.map { "\($0.partitionIndex): \(seen.text($0.records))" })
                    return answer.sessionId
                }
                let session = try fetch("full", session: 0, epoch: 0, [(0, 0), (1, 0)])
                _ = try fetch("nothing new", session: session, epoch: 1, [(0, 1)])
                try peer.write(["b"], to: topic, 1)
                _ = try fetch("something new", session: session, epoch: 2, [])
                _ = try fetch("forgotten", session: session, epoch: 3, [], forget: [1])
                _ = try fetch("wrong epoch", session: session, epoch: 9, [])
                _ = try fetch("unknown session", session: session &+ 12_345, epoch: 1, [])
                _ = try fetch("closed", session: session, epoch: -1, [(0, 0)])
                _ = try fetch("after", session: session, epoch: 4, [])
                _ = try fetch("without session", session: 0, epoch: -1, [(0, 0)])
            },
        ]
    }
}
