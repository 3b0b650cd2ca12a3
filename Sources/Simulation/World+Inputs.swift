import BrokerCore
import Kafka
import KafkaProtocol
import Schemas
import WorkerRuntime

/// An input record as it lies in its log.
struct SentInput {
    var name: Kafka.TopicPartition
    var offset: Int64
    var input: SimulatedInput
}

extension World {
    /// Sends an input record where its key belongs; ticks go to any partition.
    func send(_ input: SimulatedInput) {
        let partition: Int32
        if case .tick = input.kind {
            partition = Int32(chance.below(Int(partitions)))
        } else {
            partition = murmur2Partition(key: Array(input.key.utf8), count: partitions)
        }
        send(input, to: partition)
    }

    /// Event time comes to its end in every partition, so that each timer is due.
    func sendLastTicks() {
        guard scenario.clock == .event else { return }
        for partition in 0..<partitions {
            send(
                SimulatedInput(
                    topic: Topics.clock.name, key: "", kind: .tick, timestamp: Self.origin + 600_000), to: partition)
        }
    }

    private func send(_ input: SimulatedInput, to partition: Int32) {
        counts[.inputs] += 1
        var header = BatchHeader()
        header.baseTimestamp = input.timestamp
        header.maxTimestamp = input.timestamp
        let record = BatchRecord(key: Array(input.key.utf8), value: input.value)
        var data = ProduceRequest.PartitionProduceData()
        data.index = partition
        data.records = RecordSet([RecordBatchCodec.batch(header, [record])])
        var topic = ProduceRequest.TopicProduceData()
        topic.name = input.topic
        topic.partitionData = [data]
        var request = ProduceRequest()
        request.acks = -1
        request.topicData = [topic]
        guard case .produce(let response)? = ask(.produce(request), version: 7),
            let outcome = response.responses.first?.partitionResponses.first, outcome.errorCode == 0
        else { return fail(Violation(.noFailure, "the broker took no input record")) }
        sent.append(
            SentInput(
                name: Kafka.TopicPartition(topic: input.topic, partition: partition), offset: outcome.baseOffset,
                input: input))
    }
}
