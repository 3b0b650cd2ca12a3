import BrokerTestKit
import Kafka
import KafkaProtocol

extension Behaviour {
    /// What a broker keeps of each producer's numbered batches.
    static var idempotence: [Behaviour] {
        [
            Behaviour("a batch sent twice is answered with its old offset") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.idempotent()
                seen.call(producer.id, "P")
                seen("first", try peer.write(["a", "b"], to: topic, by: producer, sequence: 0))
                seen("second", try peer.write(["c"], to: topic, by: producer, sequence: 2))
                seen("first again", try peer.write(["a", "b"], to: topic, by: producer, sequence: 0))
                seen("second again", try peer.write(["c"], to: topic, by: producer, sequence: 2))
                seen("half of the first", try peer.write(["a"], to: topic, by: producer, sequence: 0))
                seen("other end", try peer.write(["b", "c"], to: topic, by: producer, sequence: 1))
                seen("log", try peer.fetch(topic).records)
            },
            Behaviour("the last five batches are known, the sixth is not") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.idempotent()
                for sequence in Int32(0)..<7 {
                    try peer.write(["\(sequence)"], to: topic, by: producer, sequence: sequence)
                }
                for sequence in (Int32(0)..<7).reversed() {
                    seen(
                        "\(sequence) again",
                        try peer.write(["\(sequence)"], to: topic, by: producer, sequence: sequence))
                }
                seen("ends", try peer.ends(topic))
            },
            Behaviour("a gap is refused") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.idempotent()
                seen("first", try peer.write(["a"], to: topic, by: producer, sequence: 0))
                seen("gap", try peer.write(["c"], to: topic, by: producer, sequence: 2))
                seen("next", try peer.write(["b"], to: topic, by: producer, sequence: 1))
                seen("after", try peer.write(["c"], to: topic, by: producer, sequence: 2))
                seen("values", try peer.values(topic, .uncommitted))
            },
            Behaviour("a producer new to the partition may start anywhere") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                let producer = try peer.idempotent()
                seen("starts at 7", try peer.write(["a"], to: topic, by: producer, sequence: 7))
                seen("goes on", try peer.write(["b"], to: topic, by: producer, sequence: 8))
                seen("elsewhere", try peer.write(["c"], to: topic, 1, by: producer, sequence: 0))
                let invented = Identity(id: 7_000_000_000, epoch: 3)
                seen("an id nobody gave", try peer.write(["d"], to: topic, by: invented, sequence: 0))
            },
            Behaviour("sequences go round from the largest to 0") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.idempotent()
                seen.call(producer.id, "P")
                seen("to the largest", try peer.write(["a", "b"], to: topic, by: producer, sequence: .max - 2))
                seen("across", try peer.write(["c", "d", "e"], to: topic, by: producer, sequence: .max))
                seen("too small", try peer.write(["f"], to: topic, by: producer, sequence: 1))
                seen("next", try peer.write(["f"], to: topic, by: producer, sequence: 2))
                seen("across again", try peer.write(["c", "d", "e"], to: topic, by: producer, sequence: .max))
                seen("log", try peer.fetch(topic).records)
            },
            Behaviour("an old epoch is refused and a new one starts at 0") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.idempotent()
                let next = producer.with(epoch: producer.epoch + 1)
                seen("first", try peer.write(["a"], to: topic, by: producer, sequence: 0))
                seen("new epoch, going on", try peer.write(["b"], to: topic, by: next, sequence: 1))
                seen("new epoch, from 0", try peer.write(["b"], to: topic, by: next, sequence: 0))
                seen("old epoch", try peer.write(["c"], to: topic, by: producer, sequence: 1))
                seen("old batch", try peer.write(["a"], to: topic, by: producer, sequence: 0))
                seen("new epoch", try peer.write(["c"], to: topic, by: next, sequence: 1))
            },
            Behaviour("producer ids are given out once each") { trial, seen, peer in
                let ids = try (0..<3).map { _ in try peer.initProducer(nil) }
                seen("epochs", ids.map(\.producerEpoch))
                seen("codes", ids.map { ErrorCode(rawValue: $0.errorCode) })
                seen("distinct", Set(ids.map(\.producerId)).count)
                let first = Identity(id: ids[0].producerId, epoch: ids[0].producerEpoch)
                let named = try peer.initProducer(nil, as: first)
                seen("named", ErrorCode(rawValue: named.errorCode))
                seen("named, same id", named.producerId == first.id)
                seen("time-out is not looked at", try peer.initProducer(nil, timeoutMs: -1).errorCode)
            },
            Behaviour("an epoch or a sequence without its other half") { trial, seen, peer in
                let topic = try trial.topic()
                seen.outcome("id without epoch") {
                    try peer.produce(topic, batch(["a"], by: Identity(id: 5, epoch: -1), sequence: 0))
                }
                seen.outcome("id without sequence") {
                    try trial.peer().produce(topic, batch(["a"], by: Identity(id: 5, epoch: 0), sequence: -1))
                }
                seen.outcome("sequence without id") { try trial.peer().produce(topic, batch(["a"], sequence: 4)) }
                seen("ends", try trial.peer().ends(topic))
            },
            Behaviour("a numbered batch with acks=1 counts as well") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.idempotent()
                for _ in 0..<2 {
                    seen("acks 1", try peer.produce(topic, batch(["a"], by: producer, sequence: 0), acks: 1))
                }
            },
            Behaviour("records deleted or not, a producer's numbers go on") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.idempotent()
                try peer.write(["a", "b"], to: topic, by: producer, sequence: 0)
                try trial.bench.admin.deleteRecords(before: [.init(topic: topic, partition: 0): 2])
                seen("again", try peer.write(["a", "b"], to: topic, by: producer, sequence: 0))
                seen("next", try peer.write(["c"], to: topic, by: producer, sequence: 2))
                seen("ends", try peer.ends(topic))
            },
        ]
    }
}
