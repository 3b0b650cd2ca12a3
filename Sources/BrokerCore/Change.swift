public import KafkaProtocol

/// One durable change of the broker's state.
///
/// Requests are decided first; what they change goes through `Broker.apply`, and after a restart the same changes in the
/// same order give the same state. A snapshot is a list of changes, too.
public enum Change: Equatable, Sendable {
    case topicCreated(name: String, id: KafkaUUID, partitions: Int32, configuration: [String: String])
    case topicDeleted(name: String)
    case partitionsAdded(topic: String, total: Int32)
    /// The topic's own settings, whole.
    case topicConfigured(name: String, configuration: [String: String])
    case brokerConfigured(configuration: [String: String])
    /// A batch at the end of a log, offsets assigned; producers' sequences and transactions follow from it.
    case appended(topic: String, partition: Int32, batch: [UInt8])
    /// The first offset that may be read.
    case logStartMoved(topic: String, partition: Int32, offset: Int64)
    /// The whole log after compaction: what is left of it, and the end that it keeps.
    case compacted(topic: String, partition: Int32, batches: [[UInt8]], end: Int64)
    /// What a log knows of a producer whose batches are gone.
    case producerKept(topic: String, partition: Int32, ProducerRecord)
    case producerIDsUsed(next: Int64)
    /// A transactional id's whole state.
    case transaction(TransactionRecord)
    case transactionForgotten(id: String)
    /// A group's committed offset; nil deletes it.
    case offset(group: String, topic: String, partition: Int32, OffsetRecord?)
    /// Offsets in an open transaction.
    case offsetsPending(group: String, producerID: Int64, offsets: [PendingOffset])
    case offsetsResolved(group: String, producerID: Int64, committed: Bool)
    /// A group's generation, once its leader has assigned.
    case group(GroupRecord)
    case groupForgotten(id: String)
}

/// What a partition's log remembers of an idempotent producer.
public struct ProducerRecord: Equatable, Sendable {
    public var producerID: Int64
    public var epoch: Int16
    /// The newest batches, oldest first, at most five: a repeated one is answered with its old offset.
    public var batches: [Batch]
    /// Where its open transaction begins; nil where none is open.
    public var transactionStart: Int64?
    public var coordinatorEpoch: Int32
    public var lastTimestamp: Int64

    public struct Batch: Equatable, Sendable {
        public var firstSequence: Int32
        public var lastSequence: Int32
        public var baseOffset: Int64
        public var lastOffset: Int64
        public var timestamp: Int64

        public init(
            firstSequence: Int32, lastSequence: Int32, baseOffset: Int64, lastOffset: Int64, timestamp: Int64
        ) {
            self.firstSequence = firstSequence
            self.lastSequence = lastSequence
            self.baseOffset = baseOffset
            self.lastOffset = lastOffset
            self.timestamp = timestamp
        }
    }

    public init(
        producerID: Int64, epoch: Int16, batches: [Batch] = [], transactionStart: Int64? = nil,
        coordinatorEpoch: Int32 = 0, lastTimestamp: Int64 = -1
    ) {
        self.producerID = producerID
        self.epoch = epoch
        self.batches = batches
        self.transactionStart = transactionStart
        self.coordinatorEpoch = coordinatorEpoch
        self.lastTimestamp = lastTimestamp
    }
}

/// A partition by name, for sets and lists.
public struct TopicPartition: Hashable, Comparable, Sendable {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}

/// The state of one transactional id.
public struct TransactionRecord: Equatable, Sendable {
    /// Kafka's words, as `kafka-transactions.sh` shows them.
    public enum State: String, Sendable, CaseIterable {
        case empty = "Empty"
        case ongoing = "Ongoing"
        case prepareCommit = "PrepareCommit"
        case prepareAbort = "PrepareAbort"
        case completeCommit = "CompleteCommit"
        case completeAbort = "CompleteAbort"
        case dead = "Dead"
        case prepareEpochFence = "PrepareEpochFence"
    }

    public var id: String
    public var producerID: Int64
    public var epoch: Int16
    /// The id and epoch before the last bump, by which a repeated request is known.
    public var lastProducerID: Int64 = -1
    public var lastEpoch: Int16 = -1
    public var timeoutMs: Int32
    public var state: State
    /// Partitions that still need a marker (while preparing), or that the transaction writes to.
    public var partitions: Set<TopicPartition> = []
    public var groups: Set<String> = []
    public var startedAt: Int64 = -1
    public var changedAt: Int64

    public init(
        id: String, producerID: Int64, epoch: Int16, timeoutMs: Int32, state: State, changedAt: Int64
    ) {
        self.id = id
        self.producerID = producerID
        self.epoch = epoch
        self.timeoutMs = timeoutMs
        self.state = state
        self.changedAt = changedAt
    }
}

/// A committed offset.
public struct OffsetRecord: Equatable, Sendable {
    public var offset: Int64
    public var leaderEpoch: Int32
    public var metadata: String
    public var committedAt: Int64
    /// When it goes, if the client said so; nil follows the broker's retention.
    public var expiresAt: Int64?

    public init(offset: Int64, leaderEpoch: Int32, metadata: String, committedAt: Int64, expiresAt: Int64? = nil) {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
        self.committedAt = committedAt
        self.expiresAt = expiresAt
    }
}

/// An offset that waits for its transaction's end.
public struct PendingOffset: Equatable, Sendable {
    public var partition: TopicPartition
    public var record: OffsetRecord

    public init(partition: TopicPartition, record: OffsetRecord) {
        self.partition = partition
        self.record = record
    }
}

/// A group's generation as it outlives the broker.
public struct GroupRecord: Equatable, Sendable {
    public var id: String
    public var generation: Int32
    public var protocolType: String
    public var protocolName: String?
    public var leader: String?
    public var members: [Member]
    public var changedAt: Int64

    public struct Member: Equatable, Sendable {
        public var id: String
        public var instanceID: String?
        public var clientID: String
        public var clientHost: String
        public var rebalanceTimeoutMs: Int32
        public var sessionTimeoutMs: Int32
        /// The member's metadata for the chosen protocol, and what the leader assigned to it.
        public var subscription: [UInt8]
        public var assignment: [UInt8]

        public init(
            id: String, instanceID: String?, clientID: String, clientHost: String, rebalanceTimeoutMs: Int32,
            sessionTimeoutMs: Int32, subscription: [UInt8], assignment: [UInt8]
        ) {
            self.id = id
            self.instanceID = instanceID
            self.clientID = clientID
            self.clientHost = clientHost
            self.rebalanceTimeoutMs = rebalanceTimeoutMs
            self.sessionTimeoutMs = sessionTimeoutMs
            self.subscription = subscription
            self.assignment = assignment
        }
    }

    public init(
        id: String, generation: Int32, protocolType: String, protocolName: String?, leader: String?, members: [Member],
        changedAt: Int64
    ) {
        self.id = id
        self.generation = generation
        self.protocolType = protocolType
        self.protocolName = protocolName
        self.leader = leader
        self.members = members
        self.changedAt = changedAt
    }
}
