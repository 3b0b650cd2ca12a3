import BrokerCore
import Kafka
import KafkaProtocol

/// Asks where a log begins and ends, as the application's thread does: it waits for both answers.
struct LogQueries {
    let world: World
    let channel: Channel

    private enum Place: Int64 {
        case latest = -1
        case earliest = -2
    }

    /// The first offset and the end: the last stable offset where `committed` says so, else the high watermark.
    func watermarks(
        _ name: Kafka.TopicPartition, committed: Bool, timeoutMilliseconds: Int32
    ) throws -> (low: Int64, high: Int64) {
        let deadline = world.now + Int64(timeoutMilliseconds)
        while true {
            try world.enter(channel.life, api: .listOffsets)
            var low: Int64?
            var high: Int64?
            var answers = 0
            channel.send(request(name, .earliest, committed: committed), version: 2) {
                low = Self.offset($0)
                answers += 1
            }
            channel.send(request(name, .latest, committed: committed), version: 2) {
                high = Self.offset($0)
                answers += 1
            }
            try world.wait(channel.life, api: .listOffsets) { answers == 2 }
            if let low, let high { return (low, high) }
            guard world.now < deadline else {
                throw KafkaError(code: .timedOut, message: "no answer about the ends of \(name)")
            }
            try world.pause(channel.life, 50)
        }
    }

    private static func offset(_ body: ResponseBody?) -> Int64? {
        guard case .listOffsets(let response)? = body, let found = response.topics.first?.partitions.first,
            found.errorCode == 0
        else { return nil }
        return found.offset
    }

    private func request(_ name: Kafka.TopicPartition, _ place: Place, committed: Bool) -> RequestBody {
        var request = ListOffsetsRequest()
        request.replicaId = -1
        request.isolationLevel = committed ? 1 : 0
        var partition = ListOffsetsRequest.ListOffsetsPartition()
        partition.partitionIndex = name.partition
        partition.timestamp = place.rawValue
        var topic = ListOffsetsRequest.ListOffsetsTopic()
        topic.name = name.topic
        topic.partitions = [partition]
        request.topics = [topic]
        return .listOffsets(request)
    }
}
