/// A topic's settings as the logs obey them: its own values before the broker's before Kafka's defaults.
struct TopicSettings: Equatable {
    var isCompacted = false
    var isDeleted = true
    /// Milliseconds; negative keeps for ever.
    var retentionMs: Int64 = 604_800_000
    /// Negative keeps any size.
    var retentionBytes: Int64 = -1
    var maxMessageBytes: Int64 = 1_048_588
    var usesLogAppendTime = false
    var timestampBeforeMaxMs: Int64 = .max
    var timestampAfterMaxMs: Int64 = 3_600_000
    var segmentBytes: Int64 = 1_073_741_824
    var segmentMs: Int64 = 604_800_000
    var deleteRetentionMs: Int64 = 86_400_000
    var minCompactionLagMs: Int64 = 0
    var maxCompactionLagMs: Int64 = .max
    var minCleanableDirtyRatio = 0.5
    var minInsyncReplicas: Int64 = 1

    init() {}

    /// Resolves every setting; a value that does not parse counts as its default.
    init(_ value: (ConfigDefinition) -> String) {
        func text(_ name: String) -> String {
            TopicConfigs.byName[name].map { ConfigDefinition.trimmed(value($0)) } ?? ""
        }
        func number(_ name: String, _ standard: Int64) -> Int64 { Int64(text(name)) ?? standard }
        let policy = ConfigDefinition.elements(text("cleanup.policy"))
        isCompacted = policy.contains("compact")
        isDeleted = policy.contains("delete")
        retentionMs = number("retention.ms", retentionMs)
        retentionBytes = number("retention.bytes", retentionBytes)
        maxMessageBytes = number("max.message.bytes", maxMessageBytes)
        usesLogAppendTime = text("message.timestamp.type") == "LogAppendTime"
        timestampBeforeMaxMs = number("message.timestamp.before.max.ms", timestampBeforeMaxMs)
        timestampAfterMaxMs = number("message.timestamp.after.max.ms", timestampAfterMaxMs)
        segmentBytes = number("segment.bytes", segmentBytes)
        segmentMs = number("segment.ms", segmentMs)
        deleteRetentionMs = number("delete.retention.ms", deleteRetentionMs)
        minCompactionLagMs = number("min.compaction.lag.ms", minCompactionLagMs)
        maxCompactionLagMs = number("max.compaction.lag.ms", maxCompactionLagMs)
        minCleanableDirtyRatio = Double(text("min.cleanable.dirty.ratio")) ?? minCleanableDirtyRatio
        minInsyncReplicas = number("min.insync.replicas", minInsyncReplicas)
    }
}
