import KafkaProtocol

/// Fetches that wait for data, and whose logs have changed since they were last looked at.
struct WaitingFetches {
    struct Waiting {
        var request: Request
        var message: FetchRequest
        var deadline: Int64
        var partitions: [TopicPartition]
    }

    private var waiting: [ConnectionID: Waiting] = [:]
    private var watchers: [TopicPartition: Set<ConnectionID>] = [:]
    private var touched: Set<TopicPartition> = []
    private(set) var nextDeadline: Int64?

    mutating func wait(_ fetch: Waiting) {
        let connection = fetch.request.connection
        remove(connection)
        waiting[connection] = fetch
        for partition in fetch.partitions { watchers[partition, default: []].insert(connection) }
        nextDeadline = min(nextDeadline ?? .max, fetch.deadline)
    }

    mutating func remove(_ connection: ConnectionID) {
        guard let fetch = waiting.removeValue(forKey: connection) else { return }
        for partition in fetch.partitions {
            watchers[partition]?.remove(connection)
            if watchers[partition]?.isEmpty == true { watchers[partition] = nil }
        }
        if fetch.deadline == nextDeadline { nextDeadline = waiting.values.lazy.map(\.deadline).min() }
    }

    /// Notes that a partition has something new to see, if anyone waits for it.
    mutating func touch(_ partition: TopicPartition) {
        if watchers[partition] != nil { touched.insert(partition) }
    }

    /// Notes that a topic's partitions go.
    mutating func touch(_ topic: Topic?) {
        guard let topic else { return }
        for index in topic.logs.indices { touch(TopicPartition(topic.name, Int32(clamping: index))) }
    }

    /// Takes note of who is to be looked at: what has changed for them, or whose time is over; in order of connections.
    mutating func due(at time: Int64) -> [Waiting] {
        if touched.isEmpty, (nextDeadline ?? .max) > time { return [] }
        var connections: Set<ConnectionID> = []
        for partition in touched { connections.formUnion(watchers[partition] ?? []) }
        touched.removeAll(keepingCapacity: true)
        if (nextDeadline ?? .max) <= time {
            for (connection, fetch) in waiting where fetch.deadline <= time { connections.insert(connection) }
        }
        return connections.sorted().compactMap { waiting[$0] }
    }
}
