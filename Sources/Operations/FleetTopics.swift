public import Kafka
public import Schemas

/// Every topic of a fleet: the contract's, and each stage's changelog and dead letter topic.
public enum FleetTopics {
    public static let all: [TopicDeclaration] =
        Topics.all + Stages.all.flatMap { [$0.changelog, $0.deadLetters] }

    public static func named(_ name: String) -> TopicDeclaration? { all.first { $0.name == name } }
}

/// What must be done so that a broker has the declared topics; made first, carried out on request.
public struct TopicPlan: Sendable {
    public enum Action: String, Sendable {
        case exists
        case create
        /// The broker's topic differs; nobody changes a partition count in place.
        case conflict
    }

    public struct Item: Sendable {
        public var topic: TopicDeclaration
        public var partitions: Int32
        public var action: Action
        public var note: String
    }

    public let items: [Item]

    public init(partitions: Int32, on broker: [String: TopicDescription]) {
        items = FleetTopics.all.map { topic in
            let wanted = topic.partitionCount(fleet: partitions)
            guard let found = broker[topic.name] else {
                return Item(topic: topic, partitions: wanted, action: .create, note: "")
            }
            let note = found.partitionCount == wanted ? "" : "has \(found.partitionCount) partitions"
            return Item(topic: topic, partitions: wanted, action: note.isEmpty ? .exists : .conflict, note: note)
        }
    }

    public var missing: [Item] { items.filter { $0.action == .create } }
    public var conflicts: [Item] { items.filter { $0.action == .conflict } }

    /// Creates what is missing; returns the names.
    public func apply(_ admin: Admin, replication: Int16?) throws(KafkaError) -> Set<String> {
        guard !missing.isEmpty else { return [] }
        return try admin.createTopics(
            missing.map { item in
                var configuration = item.topic.retention.topicConfiguration
                // Room for the batch's own header around the largest record.
                configuration["max.message.bytes"] = String(item.topic.maximumRecordBytes + 4_096)
                return NewTopic(
                    name: item.topic.name, partitions: item.partitions, replication: replication,
                    configuration: configuration)
            })
    }
}
