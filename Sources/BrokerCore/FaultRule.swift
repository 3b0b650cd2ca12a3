public import KafkaProtocol

/// Which requests a fault meets, and how often.
public struct FaultRule: Hashable, Sendable {
    /// Empty for every api.
    public var apis: Set<ApiKey>
    /// Only requests of clients with this id.
    public var clientID: String?
    /// Only requests that name this group or transactional id.
    public var key: String?
    /// Only produce and fetch requests that name this partition.
    public var partition: TopicPartition?
    /// How many requests that fit are let by first.
    public var skipped: Int
    /// How many requests it meets after those; nil without end.
    public var times: Int?
    public var action: FaultAction

    public init(
        _ action: FaultAction, apis: Set<ApiKey> = [], clientID: String? = nil, key: String? = nil,
        partition: TopicPartition? = nil, skipped: Int = 0, times: Int? = 1
    ) {
        self.action = action
        self.apis = apis
        self.clientID = clientID
        self.key = key
        self.partition = partition
        self.skipped = skipped
        self.times = times
    }

    /// Whether the request is one that the rule means; `topicName` tells a topic's name by its id.
    func fits(_ request: Request, topicName: (KafkaUUID) -> String?) -> Bool {
        guard apis.isEmpty || apis.contains(request.header.api) else { return false }
        if let clientID, request.header.clientID != clientID { return false }
        if let key, !request.body.coordinatorKeys.contains(key) { return false }
        if let partition, !request.body.names(partition, topicName: topicName) { return false }
        return true
    }
}

extension FaultRule: CustomStringConvertible {
    /// The rule as a script says it.
    public var description: String {
        var words = ["fault"]
        if !apis.isEmpty {
            words.append("api=" + apis.sorted { $0.rawValue < $1.rawValue }.map { "\($0)" }.joined(separator: ","))
        }
        if let clientID { words.append(FaultText.word("client", clientID)) }
        if let key { words.append(FaultText.word("key", key)) }
        if let partition {
            words.append(FaultText.word("topic", partition.topic))
            words.append("partition=\(partition.partition)")
        }
        if skipped > 0 { words.append("skip=\(skipped)") }
        words.append(times.map { "times=\($0)" } ?? "times=always")
        words.append("\(action)")
        return words.joined(separator: " ")
    }
}
