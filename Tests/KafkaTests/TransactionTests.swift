import BrokerTestKit
import Kafka
import Testing

extension ApacheKafka {
    /// What a transaction makes visible, and what it fences.
    @Suite struct Transactions {
        let bench: Bench

        init() throws { bench = try Bench() }

        @Test("a committed transaction is seen, an aborted one is not, an open one not yet")
        func visibility() throws {
            let topic = try bench.topic()
            let producer = try bench.producer()
            defer { producer.close() }
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: "committed".bytes)
            try producer.commit()
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: "aborted".bytes)
            // Its delivery is awaited, so that the abort finds it in the log.
            while producer.deliveredCount < 2 { producer.poll() }
            try producer.abort()
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: "open".bytes)
            while producer.deliveredCount < 3 { producer.poll() }

            #expect(try bench.values(topic, expecting: ["committed"]) == ["committed"])
            #expect(
                try bench.values(topic, .readUncommitted, expecting: ["committed", "aborted", "open"]) == [
                    "committed", "aborted", "open",
                ])

            try producer.commit()
            #expect(try bench.values(topic, expecting: ["committed", "open"]) == ["committed", "open"])
        }

        @Test("offsets commit with the transaction and not without it; no offset is absent, not 0")
        func offsets() throws {
            let input = TopicPartition(topic: try bench.topic("in"), partition: 0)
            let member = try GroupMember(bench, group: "group", topics: [input.topic])
            defer { member.consumer.close() }
            try pollAll([member]) { !member.assigned.isEmpty }
            let producer = try bench.producer()
            defer { producer.close() }
            let committed = { try member.consumer.committed([input], timeoutMilliseconds: 10_000) }
            #expect(try committed() == [:])

            try producer.begin()
            try producer.sendOffsets([input: 7], of: member.consumer.groupMetadata())
            try producer.abort()
            #expect(try committed() == [:])

            try producer.begin()
            try producer.sendOffsets([input: 7], of: member.consumer.groupMetadata())
            try producer.commit()
            #expect(try committed() == [input: 7])
            #expect(try bench.admin.committedOffsets(bench.name("group")) == [input: 7])
        }

        @Test("an offset in an open transaction is waited for, not answered with the old one")
        func unstableOffsets() throws {
            let input = TopicPartition(topic: try bench.topic("in"), partition: 0)
            let member = try GroupMember(bench, group: "group", topics: [input.topic])
            defer { member.consumer.close() }
            try pollAll([member]) { !member.assigned.isEmpty }
            let producer = try bench.producer()
            defer { producer.close() }
            for (offset, old) in [(Int64(3), nil), (5, Int64(3))] {
                try producer.begin()
                try producer.sendOffsets([input: offset], of: member.consumer.groupMetadata())
                let error = #expect(throws: KafkaError.self) {
                    let answer = try member.consumer.committed([input], timeoutMilliseconds: 700)
                    Issue.record("answered \(answer), and the old one is \(String(describing: old))")
                }
                // The second where librdkafka's own tries take all of the time.
                #expect(error?.code == .unstableOffsetCommit || error?.code == .timedOut)
                #expect(error?.isRetriable == true)
                try producer.commit()
                #expect(try member.consumer.committed([input], timeoutMilliseconds: 10_000) == [input: offset])
            }
        }

        @Test("the first producer of a transactional id is fenced by the second, and stays so")
        func fencing() throws {
            let topic = try bench.topic()
            let first = try bench.producer()
            defer { first.close() }
            try first.begin()
            try first.send(topic: topic, partition: 0, key: nil, value: "zombie".bytes)
            while first.deliveredCount < 1 { first.poll() }
            // initTransactions aborts what the first one left open.
            let second = try bench.producer()
            defer { second.close() }
            let partition = TopicPartition(topic: topic, partition: 0)
            let end = try bench.settled([partition: 2]) {
                try bench.admin.endOffsets([partition], isolation: .readCommitted)
            }
            #expect(end == [partition: 2])

            #expect(failure { try first.commit() } == .fatal(.fenced))
            #expect(failure { try first.abort() } == .fatal(.fenced))
            try second.begin()
            try second.send(topic: topic, partition: 0, key: nil, value: "owner".bytes)
            try second.commit()
            #expect(try bench.values(topic, expecting: ["owner"]) == ["owner"])
        }

        @Test("offsets of a past generation are refused, and the transaction must abort")
        func generationFencing() throws {
            let topic = try bench.topic("in", partitions: 2)
            let output = try bench.topic("out")
            let first = try GroupMember(bench, group: "group", topics: [topic])
            try pollAll([first]) { first.assigned.count == 2 }
            let stale = first.consumer.groupMetadata()
            let second = try GroupMember(bench, group: "group", topics: [topic])
            try pollAll([first, second]) { first.assigned.count == 1 && second.assigned.count == 1 }

            let producer = try bench.producer()
            defer { producer.close() }
            let input = TopicPartition(topic: topic, partition: 0)
            try producer.begin()
            try producer.send(topic: output, partition: 0, key: nil, value: "zombie".bytes)
            #expect(failure { try producer.sendOffsets([input: 1], of: stale) } == .abort(.illegalGeneration))
            #expect(failure { try producer.commit() } == .abort(.illegalGeneration))
            try producer.abort()
            try producer.begin()
            try producer.send(topic: output, partition: 0, key: nil, value: "member".bytes)
            try producer.sendOffsets([input: 1], of: first.consumer.groupMetadata())
            try producer.commit()
            #expect(try bench.values(output, expecting: ["member"]) == ["member"])
            first.consumer.close()
            second.consumer.close()
        }

        @Test("a record that the topic does not take is refused before it dooms anything")
        func tooLarge() throws {
            let topic = try bench.topic("small", ["max.message.bytes": "2000"])
            let producer = try bench.producer { $0.compression = "none" }
            defer { producer.close() }
            let handle = try producer.topicHandle(topic)
            let limit = try #require(Int(bench.admin.topicConfiguration(topic)["max.message.bytes"] ?? ""))
            producer.setMaxMessageBytes(limit, of: handle)
            #expect(producer.maxMessageBytes(of: handle) == 2_000)
            let headers = RecordHeaders([RecordHeader(name: "trace", text: String(repeating: "x", count: 500))])

            // The largest size that passes the check is taken by the broker too.
            var size = 2_000
            func isRefused(_ size: Int) -> Bool {
                do throws(ProduceRefusal) {
                    try producer.check(topic: handle, keyByteCount: 10, valueByteCount: size, headers: headers)
                    return false
                } catch {
                    return true
                }
            }
            #expect(isRefused(size))
            while isRefused(size) { size -= 1 }
            #expect(size > 1_000)
            try producer.begin()
            try producer.send(
                topic: topic, partition: 0, key: Array(repeating: 1, count: 10),
                value: Array(repeating: 2, count: size),
                headers: [RecordHeader(name: "trace", text: String(repeating: "x", count: 500))])
            try producer.commit()

            // Without the check the broker refuses the batch, and the transaction is doomed.
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: Array(repeating: 2, count: 3_000))
            #expect(failure { try producer.commit() } == .abort(.messageSizeTooLarge))
            try producer.abort()
        }

        @Test("a record larger than the client sends at all is refused by send")
        func largerThanClientLimit() throws {
            let topic = try bench.topic()
            let producer = try bench.producer { $0.maxMessageBytes = 1_000_000 }
            defer { producer.close() }
            try producer.begin()
            let value = Array(repeating: UInt8(1), count: 1_000_001)
            #expect(
                failure { try producer.send(topic: topic, partition: 0, key: nil, value: value) }
                    == .abort(.messageSizeTooLarge))
            #expect(producer.isDoomed)
            try producer.abort()
        }

        @Test("delivered offsets are those in the log, per transaction, and a marker follows them")
        func deliveredOffsets() throws {
            let topic = try bench.topic("changelog", partitions: 3)
            let other = try bench.topic("other")
            let producer = try bench.producer()
            defer { producer.close() }
            try producer.track([topic])
            try producer.begin()
            for i in 0..<5 { try producer.send(topic: topic, partition: 0, key: nil, value: "\(i)".bytes) }
            try producer.send(topic: topic, partition: 2, key: nil, value: [])
            try producer.send(topic: other, partition: 0, key: nil, value: [])
            try producer.commit()
            let first = TopicPartition(topic: topic, partition: 0)
            let third = TopicPartition(topic: topic, partition: 2)
            #expect(producer.deliveredOffsets == [first: 4, third: 0])

            try producer.begin()
            #expect(producer.deliveredOffsets == [:])
            try producer.send(topic: topic, partition: 0, key: nil, value: "next".bytes)
            try producer.commit()
            // Offset 5 is the marker of the first transaction.
            #expect(producer.deliveredOffsets == [first: 6])
            let offsets = try bench.settled([0, 1, 2, 3, 4, 6]) { try bench.read(topic).map(\.offset) }
            #expect(offsets == [0, 1, 2, 3, 4, 6])
        }

        @Test("more records than the client's queue holds pass through it")
        func queueFull() throws {
            let topic = try bench.topic()
            let producer = try bench.producer { $0.queueRecords = 10 }
            defer { producer.close() }
            try producer.begin()
            for i in 0..<1_000 { try producer.send(topic: topic, partition: 0, key: nil, value: "\(i)".bytes) }
            try producer.commit()
            #expect(try bench.settled(1_000) { try bench.read(topic).count } == 1_000)
        }

        @Test("closing aborts what is open, so that readers need not wait for the timeout")
        func closeAborts() throws {
            let topic = try bench.topic()
            let producer = try bench.producer()
            try producer.begin()
            try producer.send(topic: topic, partition: 0, key: nil, value: "open".bytes)
            while producer.deliveredCount < 1 { producer.poll() }
            producer.close()
            let partition = TopicPartition(topic: topic, partition: 0)
            // The record and its abort marker are behind the last stable offset.
            let end = try bench.settled([partition: 2]) {
                try bench.admin.endOffsets([partition], isolation: .readCommitted)
            }
            #expect(end == [partition: 2])
        }

        @Test("compression is on: lz4 batches are smaller than their records")
        func compression() throws {
            let topic = try bench.topic()
            let producer = try bench.producer()
            defer { producer.close() }
            try producer.begin()
            for _ in 0..<100 {
                try producer.send(topic: topic, partition: 0, key: nil, value: Array(repeating: 7, count: 10_000))
            }
            try producer.commit()
            // A broker that lacks Produce v0 would switch compression off without a word (kafka.md 3.3).
            #expect(try bench.logByteCount(topic) < 100_000)
        }

        @Test("a topic that does not exist is named by warm")
        func unknownTopic() throws {
            let producer = try bench.producer { $0.requestTimeoutMilliseconds = 500 }
            defer { producer.close() }
            let name = bench.name("missing")
            let error = #expect(throws: KafkaError.self) { try producer.warm([name]) }
            #expect(error?.code == .unknownTopicOrPartition)
            #expect(error?.message.contains(name) == true)
        }
    }
}

/// What a call threw, as the table's outcome; nil if it is another kind of error.
func failure(_ call: () throws -> Void) -> TransactionErrorTable.Outcome? {
    do {
        try call()
        return .handled
    } catch TransactionError.fatal(let error) {
        return .fatal(error.code)
    } catch TransactionError.abortRequired(let error) {
        return .abort(error.code)
    } catch {
        return nil
    }
}
