/// A topic to be created.
public struct NewTopic: Hashable, Sendable {
    /// The topic's name.
    public var name: String
    /// The number of partitions.
    public var partitions: Int32
    /// The number of replicas; nil leaves it to the broker (`default.replication.factor`).
    public var replication: Int16?
    /// Topic configuration, for example `cleanup.policy`.
    public var configuration: [String: String]

    /// Describes a topic to be created.
    public init(name: String, partitions: Int32, replication: Int16? = nil, configuration: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.configuration = configuration
    }
}

/// What the cluster says of a topic.
public struct TopicDescription: Hashable, Sendable {
    /// The topic's name.
    public var name: String
    /// The number of partitions.
    public var partitionCount: Int32
    /// The number of replicas of the first partition.
    public var replicationFactor: Int32

    /// Makes a description, for stand-ins.
    public init(name: String, partitionCount: Int32, replicationFactor: Int32) {
        self.name = name
        self.partitionCount = partitionCount
        self.replicationFactor = replicationFactor
    }
}
