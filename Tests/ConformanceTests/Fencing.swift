import BrokerTestKit
import Kafka
import KafkaProtocol

extension Behaviour {
    /// Who may no longer write or commit, and how it hears of that; through librdkafka.
    static var fencing: [Behaviour] {
        [
            Behaviour("the second producer of an id fences the first") { trial, seen, peer in
                let topic = try trial.topic()
                let first = try trial.bench.producer()
                defer { first.close() }
                try first.begin()
                try first.send(topic: topic, partition: 0, key: nil, value: "zombie".bytes)
                while first.deliveredCount < 1 { first.poll() }
                let second = try trial.bench.producer()
                defer { second.close() }
                seen("ends", try trial.settled("start 0, stable 2, end 2") { try peer.ends(topic) })
                seen.outcome("first commits") { try first.commit() }
                seen.outcome("first aborts") { try first.abort() }
                try second.begin()
                try second.send(topic: topic, partition: 0, key: nil, value: "owner".bytes)
                try second.commit()
                seen("committed", try trial.bench.values(topic, expecting: ["owner"]))
            },
            Behaviour("a fenced producer that sends nothing hears of it when it adds its partition") { trial, seen, _ in
                let topic = try trial.topic()
                let first = try trial.bench.producer()
                defer { first.close() }
                let second = try trial.bench.producer()
                defer { second.close() }
                seen.outcome("first") {
                    try first.begin()
                    try first.send(topic: topic, partition: 0, key: nil, value: "zombie".bytes)
                    try first.commit()
                }
                seen.outcome("first again") { try first.begin() }
            },
            Behaviour("offsets of a past generation make the transaction abort") { trial, seen, _ in
                let topic = try trial.topic("in", partitions: 2)
                let output = try trial.topic("out")
                let first = try GroupMember(trial.bench, group: "group", topics: [topic])
                try pollAll([first]) { first.assigned.count == 2 }
                let stale = first.consumer.groupMetadata()
                let second = try GroupMember(trial.bench, group: "group", topics: [topic])
                try pollAll([first, second]) { first.assigned.count == 1 && second.assigned.count == 1 }
                let producer = try trial.bench.producer()
                defer { producer.close() }
                let input = TopicPartition(topic: topic, partition: 0)
                try producer.begin()
                try producer.send(topic: output, partition: 0, key: nil, value: "zombie".bytes)
                seen.outcome("send offsets") { try producer.sendOffsets([input: 1], of: stale) }
                seen.outcome("commit") { try producer.commit() }
                seen.outcome("abort") { try producer.abort() }
                try producer.begin()
                try producer.send(topic: output, partition: 0, key: nil, value: "member".bytes)
                seen.outcome("send offsets") {
                    try producer.sendOffsets([input: 1], of: first.consumer.groupMetadata())
                }
                seen.outcome("commit") { try producer.commit() }
                seen("committed", try trial.bench.values(output, expecting: ["member"]))
                first.consumer.close()
                second.consumer.close()
            },
            Behaviour("a transaction past its time-out makes its producer fatal") { trial, seen, _ in
                let topic = try trial.topic()
                let producer = try trial.bench.producer { $0.transactionTimeoutMilliseconds = 1_000 }
                defer { producer.close() }
                try producer.begin()
                try producer.send(topic: topic, partition: 0, key: nil, value: "late".bytes)
                while producer.deliveredCount < 1 { producer.poll() }
                let peer = try trial.peer()
                try trial.until {
                    try peer.describe(trial.bench.name("producer")).transactionState == "CompleteAbort"
                }
                seen.outcome("commit") { try producer.commit() }
                let next = try trial.bench.producer()
                defer { next.close() }
                try next.begin()
                try next.send(topic: topic, partition: 0, key: nil, value: "next".bytes)
                seen.outcome("next commits") { try next.commit() }
                seen("committed", try trial.bench.values(topic, expecting: ["next"]))
            },
            Behaviour("a member that lost its place cannot commit offsets in a transaction") { trial, seen, _ in
                let topic = try trial.topic()
                let first = try GroupMember(trial.bench, group: "group", instanceID: "node", topics: [topic])
                try pollAll([first]) { !first.assigned.isEmpty }
                let stale = first.consumer.groupMetadata()
                let second = try GroupMember(trial.bench, group: "group", instanceID: "node", topics: [topic])
                try pollAll([second]) { !second.assigned.isEmpty }
                let producer = try trial.bench.producer()
                defer { producer.close() }
                try producer.begin()
                seen.outcome("send offsets") {
                    try producer.sendOffsets([TopicPartition(topic: topic, partition: 0): 1], of: stale)
                }
                seen.outcome("abort") { try producer.abort() }
                second.consumer.close()
                first.consumer.close()
            },
        ]
    }
}
