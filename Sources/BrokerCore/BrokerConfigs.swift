/// The broker's settings that are shown: those that topics fall back on, which a running broker takes, and those that
/// say how this one was started.
enum BrokerConfigs {
    /// What may be altered while the broker runs.
    static let alterable: [String: ConfigDefinition] = {
        var found: [String: ConfigDefinition] = [:]
        for definition in TopicConfigs.definitions {
            guard let name = definition.brokerName else { continue }
            var own = definition
            own.name = name
            found[name] = own
        }
        // Kafka takes any number for it from a broker's side.
        found["log.retention.ms"]?.rule = .any
        return found
    }()

    /// What only a start can set, with Kafka's defaults; a default that is not here has no value.
    static let fixed: [ConfigDefinition] = [
        ConfigDefinition(name: "auto.create.topics.enable", kind: .boolean, standard: "true"),
        ConfigDefinition(name: "broker.id", kind: .int, standard: "-1", isBrokerValueOptional: true),
        ConfigDefinition(name: "default.replication.factor", kind: .int, standard: "1"),
        ConfigDefinition(name: "delete.topic.enable", kind: .boolean, standard: "true"),
        ConfigDefinition(name: "fetch.max.bytes", kind: .int, standard: "57671680"),
        ConfigDefinition(name: "group.initial.rebalance.delay.ms", kind: .int, standard: "3000"),
        ConfigDefinition(name: "group.max.session.timeout.ms", kind: .int, standard: "1800000"),
        ConfigDefinition(name: "group.min.session.timeout.ms", kind: .int, standard: "6000"),
        ConfigDefinition(name: "log.retention.check.interval.ms", kind: .long, standard: "300000"),
        ConfigDefinition(name: "log.retention.hours", kind: .int, standard: "168"),
        ConfigDefinition(name: "log.roll.hours", kind: .int, standard: "168"),
        ConfigDefinition(name: "node.id", kind: .int, standard: "-1", isBrokerValueOptional: true),
        ConfigDefinition(name: "num.partitions", kind: .int, standard: "1"),
        ConfigDefinition(name: "offset.metadata.max.bytes", kind: .int, standard: "4096"),
        ConfigDefinition(name: "offsets.retention.minutes", kind: .int, standard: "10080"),
        ConfigDefinition(name: "offsets.topic.replication.factor", kind: .int, standard: "3"),
        ConfigDefinition(name: "producer.id.expiration.ms", kind: .int, standard: "86400000"),
        ConfigDefinition(
            name: "transaction.abort.timed.out.transaction.cleanup.interval.ms", kind: .int, standard: "10000"),
        ConfigDefinition(name: "transaction.max.timeout.ms", kind: .int, standard: "900000"),
        ConfigDefinition(name: "transaction.state.log.min.isr", kind: .int, standard: "2"),
        ConfigDefinition(name: "transaction.state.log.replication.factor", kind: .int, standard: "3"),
        ConfigDefinition(name: "transactional.id.expiration.ms", kind: .int, standard: "604800000"),
    ]

    static let all: [ConfigDefinition] = (Array(alterable.values) + fixed).sorted { $0.name < $1.name }
    static let fixedNames = Set(fixed.map(\.name))
}
