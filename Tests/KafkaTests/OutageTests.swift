import BrokerTestKit
import Foundation
import Kafka
import Testing

/// What a broker that dies and comes back does to a transaction and to a reader. Each test kills its own node.
@Suite(.serialized, .enabled(if: KafkaServer.home != nil, "KAFKA_HOME is not set"))
struct Outages {
    let server: KafkaServer
    let bench: Bench

    init() throws {
        server = try KafkaServer(home: try #require(KafkaServer.home))
        bench = try Bench(server: server)
    }

    /// Starts the node again in the background, so that this thread can wait inside librdkafka.
    private func restartInBackground() {
        let server = server
        Thread { do { try server.start() } catch { Issue.record(error) } }.start()
    }

    @Test("a transaction whose broker dies before the commit ends whole or not at all, and the loop goes on")
    func commitAcrossRestart() throws {
        defer { server.stop() }
        let topic = try bench.topic("out", partitions: 2)
        var producer = try bench.producer()
        defer { producer.close() }
        var committed: [String] = []
        func transaction(_ text: String, _ beforeCommit: () -> Void = {}) throws {
            do {
                try producer.begin()
                try producer.send(topic: topic, partition: 0, key: nil, value: text.bytes)
                try producer.send(topic: topic, partition: 1, key: nil, value: text.bytes)
                beforeCommit()
                try producer.commit()
                committed.append(text)
                return
            } catch TransactionError.abortRequired {
                do {
                    try producer.abort()
                    return
                } catch TransactionError.fatal {}
            } catch TransactionError.fatal {}
            producer.close()
            producer = try bench.producer()
        }
        try transaction("before")
        try transaction("across") {
            server.stop(keepingData: true)
            restartInBackground()
        }
        try transaction("after")

        #expect(committed.first == "before" && committed.last == "after")
        // A commit that did not return may have happened; then it did so everywhere.
        let possible = [committed, ["before", "across", "after"]]
        let zero = try bench.settled(committed) { try bench.read(topic, partition: 0).compactMap(\.value.text) }
        #expect(possible.contains(zero))
        let one = try bench.settled(zero) { try bench.read(topic, partition: 1).compactMap(\.value.text) }
        #expect(one == zero)
    }

    @Test("a member that reads across a restart of its broker loses and repeats nothing; closing does not hang")
    func readAcrossRestart() throws {
        defer { server.stop() }
        let topic = try bench.topic("in", partitions: 2)
        func feed(_ range: Range<Int>) throws {
            let producer = try Producer(bench.configuration())
            defer { producer.close() }
            for i in range { try producer.send(topic: topic, partition: Int32(i % 2), key: nil, value: "\(i)".bytes) }
            try producer.flush(timeoutMilliseconds: 30_000)
        }
        try feed(0..<100)
        let member = try GroupMember(bench, group: "group", topics: [topic])
        try pollAll([member]) { member.batch.count == 100 }
        server.stop(keepingData: true)
        for _ in 0..<10 { try member.poll() }
        try server.start()
        try feed(100..<200)
        try pollAll([member]) { member.batch.count >= 200 }
        #expect(Set(member.values).count == 200 && member.batch.count == 200)

        server.stop(keepingData: true)
        let start = ContinuousClock.now
        member.consumer.close()
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
