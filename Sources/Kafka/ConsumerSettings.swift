/// Which records of transactions a reader sees.
public enum IsolationLevel: String, Hashable, Sendable {
    /// Only committed ones, up to the last stable offset.
    case readCommitted = "read_committed"
    /// All, up to the high watermark.
    case readUncommitted = "read_uncommitted"
}

/// What a reader does where its start offset is not in the log, or the group has none.
public enum AutoOffsetReset: String, Hashable, Sendable {
    /// It starts at the first record.
    case earliest
    /// It starts behind the last record.
    case latest
    /// It reports `KafkaError.Code.autoOffsetReset` for the partition and reads nothing of it.
    case error
}

/// How a consumer joins its group and fetches.
public struct ConsumerSettings: Hashable, Sendable {
    /// How long a member may be silent before the group gives its partitions away; milliseconds.
    public var sessionTimeoutMilliseconds: Int32 = 45_000
    /// How long the thread may go without polling; milliseconds.
    public var maxPollIntervalMilliseconds: Int32 = 300_000
    /// How many records are fetched ahead, per partition (`queued.min.messages`).
    public var queuedMinMessages: Int32 = 20_000
    /// How much is fetched ahead, in KiB; per partition for held ones (`queued.max.messages.kbytes`).
    public var queuedMaxKilobytes: Int32 = 16_384
    /// How long the broker may hold back an empty fetch; milliseconds.
    public var fetchWaitMilliseconds: Int32 = 50
    /// How much of a partition one fetch brings; bytes.
    public var fetchMessageMaxBytes: Int32 = 1_048_576
    /// Which records of transactions are seen.
    public var isolation = IsolationLevel.readCommitted
    /// Where a partition without a usable offset starts.
    public var autoOffsetReset = AutoOffsetReset.earliest
    /// Whether `PollResult.partitionsAtEnd` is filled.
    public var reportsPartitionEnd = false

    /// Makes the default settings.
    public init() {}

    func properties(group: String, instanceID: String?) -> [String: String] {
        // librdkafka refuses a poll interval below the session timeout, which is of no use to a caller.
        var properties = [
            "group.id": group,
            "session.timeout.ms": "\(sessionTimeoutMilliseconds)",
            "heartbeat.interval.ms": "\(max(1, min(3_000, sessionTimeoutMilliseconds / 3)))",
            "max.poll.interval.ms": "\(max(maxPollIntervalMilliseconds, sessionTimeoutMilliseconds))",
            "queued.min.messages": "\(queuedMinMessages)",
            "queued.max.messages.kbytes": "\(queuedMaxKilobytes)",
            "fetch.wait.max.ms": "\(fetchWaitMilliseconds)",
            "fetch.message.max.bytes": "\(fetchMessageMaxBytes)",
            "isolation.level": isolation.rawValue,
            "auto.offset.reset": autoOffsetReset.rawValue,
            "enable.partition.eof": "\(reportsPartitionEnd)",
            // Offsets go only through transactions (kafka.md 3.2 note 6: a commit call can lose the assignment).
            "enable.auto.commit": "false",
            "enable.auto.offset.store": "false",
            // cooperative-sticky has five known faults in 2.0.2 (kafka.md 3.2), so the eager `range`.
            "partition.assignment.strategy": "range",
        ]
        if let instanceID { properties["group.instance.id"] = instanceID }
        return properties
    }
}
