public import ProtobufCodec

/// Says how long a topic keeps its records.
public enum Retention: Hashable, Sendable {
    /// Keeps everything; old event time would otherwise be deleted within minutes.
    case forever
    case days(Int)
    /// Keeps the newest record of each key.
    case compacted

    /// The topic settings of Apache Kafka that say the same.
    public var topicConfiguration: [String: String] {
        switch self {
        case .forever: ["cleanup.policy": "delete", "retention.ms": "-1"]
        case .days(let days): ["cleanup.policy": "delete", "retention.ms": String(Int64(days) * 86_400_000)]
        case .compacted: ["cleanup.policy": "compact"]
        }
    }
}

/// Says how many partitions a topic has.
public enum Partitioning: Hashable, Sendable {
    /// The fleet's one number, so that a stage's inputs are co-partitioned.
    case fleet
    /// One partition: read whole by every task, or ordered as a whole.
    case single
}

/// Describes a topic without its message type, for the broker set-up, the runtime and the CLI.
public struct TopicDeclaration: Hashable, Sendable {
    public let name: String
    /// Full Protobuf name of its message, such as `growth.customer.v1.CustomerEvent`.
    public let messageName: String
    /// What the key is, in words.
    public let keyDescription: String
    public let partitioning: Partitioning
    public let retention: Retention
    /// Public topics carry CloudEvents headers; internal ones only what they need.
    public let isPublic: Bool
    /// Limit of key, value and headers together, bytes.
    public let maximumRecordBytes: Int

    public init(
        name: String, messageName: String, keyDescription: String, partitioning: Partitioning = .fleet,
        retention: Retention, isPublic: Bool, maximumRecordBytes: Int = TopicDeclaration.defaultMaximumRecordBytes
    ) {
        self.name = name
        self.messageName = messageName
        self.keyDescription = keyDescription
        self.partitioning = partitioning
        self.retention = retention
        self.isPublic = isPublic
        self.maximumRecordBytes = maximumRecordBytes
    }

    /// 1 MiB, Kafka's own default less room for its batch header.
    public static let defaultMaximumRecordBytes = 1_048_000

    public func partitionCount(fleet: Int32) -> Int32 {
        switch partitioning {
        case .fleet: fleet
        case .single: 1
        }
    }
}

/// A topic: its name, its message type and its key, declared once.
public struct Topic<Value: Message>: Sendable {
    public let declaration: TopicDeclaration
    public let key: @Sendable (Value) -> String
    public var name: String { declaration.name }

    package init(
        _ name: String, keyed keyDescription: String, partitioning: Partitioning = .fleet,
        retention: Retention = .forever, isPublic: Bool = true, by key: @escaping @Sendable (Value) -> String
    ) {
        self.declaration = TopicDeclaration(
            name: name, messageName: Value.protoMessageName, keyDescription: keyDescription,
            partitioning: partitioning, retention: retention, isPublic: isPublic)
        self.key = key
    }
}
