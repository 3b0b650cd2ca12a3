/// The settings of topics, as Apache Kafka 4.3 names them, with its defaults.
enum TopicConfigs {
    static let definitions: [ConfigDefinition] = [
        ConfigDefinition(
            name: "cleanup.policy", kind: .list, standard: "delete", rule: .oneOf(["compact", "delete"]),
            brokerName: "log.cleanup.policy"),
        ConfigDefinition(
            name: "compression.gzip.level", kind: .int, standard: "-1", rule: .level(1...9, or: -1),
            brokerName: "compression.gzip.level"),
        ConfigDefinition(
            name: "compression.lz4.level", kind: .int, standard: "9", rule: .level(1...17, or: nil),
            brokerName: "compression.lz4.level"),
        ConfigDefinition(
            name: "compression.type", kind: .string, standard: "producer",
            rule: .oneOf(["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), brokerName: "compression.type"),
        ConfigDefinition(
            name: "compression.zstd.level", kind: .int, standard: "3", rule: .level(-131_072...22, or: nil),
            brokerName: "compression.zstd.level"),
        ConfigDefinition(
            name: "delete.retention.ms", kind: .long, standard: "86400000", rule: .atLeast(0),
            brokerName: "log.cleaner.delete.retention.ms"),
        ConfigDefinition(
            name: "file.delete.delay.ms", kind: .long, standard: "60000", rule: .atLeast(0),
            brokerName: "log.segment.delete.delay.ms"),
        ConfigDefinition(
            name: "flush.messages", kind: .long, standard: "9223372036854775807", rule: .atLeast(1),
            brokerName: "log.flush.interval.messages"),
        ConfigDefinition(
            name: "flush.ms", kind: .long, standard: "9223372036854775807", rule: .atLeast(0),
            brokerName: "log.flush.interval.ms", isBrokerValueOptional: true),
        ConfigDefinition(
            name: "follower.replication.throttled.replicas", kind: .list, standard: "",
            rule: .throttledReplicas),
        ConfigDefinition(
            name: "index.interval.bytes", kind: .int, standard: "4096", rule: .atLeast(0),
            brokerName: "log.index.interval.bytes"),
        ConfigDefinition(
            name: "leader.replication.throttled.replicas", kind: .list, standard: "",
            rule: .throttledReplicas),
        ConfigDefinition(
            name: "local.retention.bytes", kind: .long, standard: "-2", rule: .atLeast(-2),
            brokerName: "log.local.retention.bytes"),
        ConfigDefinition(
            name: "local.retention.ms", kind: .long, standard: "-2", rule: .atLeast(-2),
            brokerName: "log.local.retention.ms"),
        ConfigDefinition(
            name: "max.compaction.lag.ms", kind: .long, standard: "9223372036854775807", rule: .atLeast(1),
            brokerName: "log.cleaner.max.compaction.lag.ms"),
        ConfigDefinition(
            name: "max.message.bytes", kind: .int, standard: "1048588", rule: .atLeast(0),
            brokerName: "message.max.bytes"),
        ConfigDefinition(
            name: "message.timestamp.after.max.ms", kind: .long, standard: "3600000", rule: .atLeast(0),
            brokerName: "log.message.timestamp.after.max.ms"),
        ConfigDefinition(
            name: "message.timestamp.before.max.ms", kind: .long, standard: "9223372036854775807", rule: .atLeast(0),
            brokerName: "log.message.timestamp.before.max.ms"),
        ConfigDefinition(
            name: "message.timestamp.type", kind: .string, standard: "CreateTime",
            rule: .oneOf(["CreateTime", "LogAppendTime"]), brokerName: "log.message.timestamp.type"),
        ConfigDefinition(
            name: "min.cleanable.dirty.ratio", kind: .double, standard: "0.5", rule: .between(0, 1),
            brokerName: "log.cleaner.min.cleanable.ratio"),
        ConfigDefinition(
            name: "min.compaction.lag.ms", kind: .long, standard: "0", rule: .atLeast(0),
            brokerName: "log.cleaner.min.compaction.lag.ms"),
        ConfigDefinition(
            name: "min.insync.replicas", kind: .int, standard: "1", rule: .atLeast(1), brokerName: "min.insync.replicas"
        ),
        ConfigDefinition(name: "preallocate", kind: .boolean, standard: "false", brokerName: "log.preallocate"),
        ConfigDefinition(name: "remote.log.copy.disable", kind: .boolean, standard: "false"),
        ConfigDefinition(name: "remote.log.delete.on.disable", kind: .boolean, standard: "false"),
        ConfigDefinition(name: "remote.storage.enable", kind: .boolean, standard: "false"),
        ConfigDefinition(
            name: "retention.bytes", kind: .long, standard: "-1", brokerName: "log.retention.bytes"),
        ConfigDefinition(
            name: "retention.ms", kind: .long, standard: "604800000", rule: .atLeast(-1),
            brokerName: "log.retention.ms", isBrokerValueOptional: true),
        ConfigDefinition(
            name: "segment.bytes", kind: .int, standard: "1073741824", rule: .atLeast(1_048_576),
            brokerName: "log.segment.bytes"),
        ConfigDefinition(
            name: "segment.index.bytes", kind: .int, standard: "10485760", rule: .atLeast(4),
            brokerName: "log.index.size.max.bytes"),
        ConfigDefinition(
            name: "segment.jitter.ms", kind: .long, standard: "0", rule: .atLeast(0), brokerName: "log.roll.jitter.ms",
            isBrokerValueOptional: true),
        ConfigDefinition(
            name: "segment.ms", kind: .long, standard: "604800000", rule: .atLeast(1), brokerName: "log.roll.ms",
            isBrokerValueOptional: true),
        ConfigDefinition(
            name: "unclean.leader.election.enable", kind: .boolean, standard: "false",
            brokerName: "unclean.leader.election.enable"),
    ]

    static let byName: [String: ConfigDefinition] = Dictionary(
        uniqueKeysWithValues: definitions.map { ($0.name, $0) })

    /// Why these values may not be a topic's; nil if they may.
    static func refusal(_ configuration: [String: String]) -> String? {
        for (name, value) in configuration.sorted(by: { $0.key < $1.key }) {
            guard let definition = byName[name] else { return "There is no setting \(name) of topics" }
            if let refusal = definition.refusal(value) { return refusal }
        }
        if configuration["remote.storage.enable"]?.lowercased() == "true" {
            return "remote.storage.enable can not be true: this broker has no remote storage"
        }
        let lags = (
            least: number("min.compaction.lag.ms", configuration), most: number("max.compaction.lag.ms", configuration)
        )
        return lags.least > lags.most ? "min.compaction.lag.ms is more than max.compaction.lag.ms" : nil
    }

    private static func number(_ name: String, _ configuration: [String: String]) -> Int64 {
        let text = configuration[name] ?? byName[name]?.standard ?? ""
        return Int64(ConfigDefinition.trimmed(text)) ?? 0
    }
}
