import Kafka

/// The `range` assignor as librdkafka 2.0.2 has it: a topic's partitions in runs, members in the order of their instance
/// ids.
enum RangeAssignor {
    struct Member {
        var id: String
        var instanceID: String?
        var topics: [String]
    }

    /// Each member's partitions.
    static func assign(_ members: [Member], partitions: (String) -> Int32) -> [String: [TopicPartition]] {
        var assignments: [String: [TopicPartition]] = [:]
        for member in members { assignments[member.id] = [] }
        for topic in Set(members.flatMap(\.topics)).sorted() {
            let consumers = members.filter { $0.topics.contains(topic) }
                .sorted { ($0.instanceID ?? $0.id) < ($1.instanceID ?? $1.id) }
            let count = Int(partitions(topic))
            let (share, extra) = count.quotientAndRemainder(dividingBy: consumers.count)
            var next = 0
            for (index, consumer) in consumers.enumerated() {
                let taken = share + (index < extra ? 1 : 0)
                for number in next..<next + taken {
                    assignments[consumer.id]?.append(TopicPartition(topic: topic, partition: Int32(number)))
                }
                next += taken
            }
        }
        return assignments
    }
}
