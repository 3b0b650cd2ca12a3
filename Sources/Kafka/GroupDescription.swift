/// A consumer group in a listing.
public struct GroupListing: Hashable, Sendable {
    /// The group's name.
    public var group: String
    /// The coordinator's word for its state: `Stable`, `Empty`, `PreparingRebalance`, …
    public var state: String

    /// Makes a listing, for stand-ins.
    public init(group: String, state: String) {
        self.group = group
        self.state = state
    }
}

/// A consumer group with its members.
public struct GroupDescription: Hashable, Sendable {
    /// One member of a group.
    public struct Member: Hashable, Sendable {
        /// The id that the coordinator gave it.
        public var memberID: String
        /// Its `group.instance.id`; nil if it is dynamic.
        public var instanceID: String?
        /// Its `client.id`.
        public var clientID: String
        /// The host it connects from.
        public var host: String
        /// The partitions it owns.
        public var assignment: [TopicPartition]
    }

    /// The group's name.
    public var group: String
    /// The coordinator's word for its state.
    public var state: String
    /// The assignor the members agreed on.
    public var assignor: String
    /// The members, in no order.
    public var members: [Member]
}
