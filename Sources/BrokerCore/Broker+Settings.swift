extension Broker {
    /// A topic's settings from its own values and the broker's.
    func settings(_ configuration: [String: String]) -> TopicSettings {
        let fixed = fixedConfiguration
        return TopicSettings { definition in
            configuration[definition.name] ?? definition.brokerName.flatMap { dynamicConfiguration[$0] ?? fixed[$0] }
                ?? definition.standard
        }
    }

    /// Every setting of a topic that has these values of its own, in order of names.
    func describedTopicConfigs(_ configuration: [String: String]) -> [ConfigEntry] {
        let fixed = fixedConfiguration
        return TopicConfigs.definitions.map { definition in
            var synonyms: [ConfigEntry.Synonym] = []
            if let value = configuration[definition.name] {
                synonyms.append(ConfigEntry.Synonym(name: definition.name, value: value, source: .topic))
            }
            if let name = definition.brokerName { synonyms += self.synonyms(definition, name, fixed) }
            return ConfigEntry(
                name: definition.name, value: synonyms.first?.value ?? definition.standard,
                source: synonyms.first?.source ?? .standard, kind: definition.kind, synonyms: synonyms)
        }
    }

    /// Every setting of the broker that has a value, in order of names.
    func describedBrokerConfigs() -> [ConfigEntry] {
        let fixed = fixedConfiguration
        return BrokerConfigs.all.compactMap { definition in
            let synonyms = synonyms(definition, definition.name, fixed)
            guard let first = synonyms.first else { return nil }
            return ConfigEntry(
                name: definition.name, value: first.value, source: first.source,
                isReadOnly: BrokerConfigs.fixedNames.contains(definition.name), kind: definition.kind,
                synonyms: synonyms)
        }
    }

    /// What clients have set for the broker. There is one, so its own values and those for all brokers are the same.
    func describedBrokerDefaults() -> [ConfigEntry] {
        dynamicConfiguration.sorted { $0.key < $1.key }.map { name, value in
            ConfigEntry(
                name: name, value: value, source: .dynamicDefaultBroker,
                kind: BrokerConfigs.alterable[name]?.kind ?? .string,
                synonyms: [ConfigEntry.Synonym(name: name, value: value, source: .dynamicDefaultBroker)])
        }
    }

    private func synonyms(
        _ definition: ConfigDefinition, _ name: String, _ fixed: [String: String]
    ) -> [ConfigEntry.Synonym] {
        var synonyms: [ConfigEntry.Synonym] = []
        if let value = dynamicConfiguration[name] {
            synonyms.append(ConfigEntry.Synonym(name: name, value: value, source: .dynamicBroker))
        }
        // A value that is the default's says nothing, except where there is no default.
        if let value = fixed[name], value != definition.standard || definition.isBrokerValueOptional {
            synonyms.append(ConfigEntry.Synonym(name: name, value: value, source: .staticBroker))
        }
        if !definition.isBrokerValueOptional {
            synonyms.append(ConfigEntry.Synonym(name: name, value: definition.standard, source: .standard))
        }
        return synonyms
    }

    /// What this broker was started with, by the names of Kafka's broker settings.
    private var fixedConfiguration: [String: String] {
        [
            "node.id": "\(configuration.nodeID)",
            "broker.id": "\(configuration.nodeID)",
            "auto.create.topics.enable": "\(configuration.createsTopicsOnDemand)",
            "num.partitions": "\(configuration.defaultPartitions)",
            "message.max.bytes": "\(configuration.maxMessageBytes)",
            // Retention and compaction let go of whole segments, and here they are held in memory.
            "log.segment.bytes": "16777216",
            "fetch.max.bytes": "\(configuration.fetchMaxBytes)",
            "group.min.session.timeout.ms": "\(configuration.groupMinSessionTimeoutMs)",
            "group.max.session.timeout.ms": "\(configuration.groupMaxSessionTimeoutMs)",
            "group.initial.rebalance.delay.ms": "\(configuration.groupInitialRebalanceDelayMs)",
            "offset.metadata.max.bytes": "\(configuration.offsetMetadataMaxBytes)",
            "offsets.retention.minutes": "\(configuration.offsetsRetentionMs / 60_000)",
            "offsets.topic.replication.factor": "1",
            "transaction.max.timeout.ms": "\(configuration.transactionMaxTimeoutMs)",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": "\(configuration.transactionTimeoutScanMs)",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transactional.id.expiration.ms": "\(configuration.transactionalIDExpirationMs)",
            "producer.id.expiration.ms": "\(configuration.producerIDExpirationMs)",
            "log.retention.check.interval.ms": "\(configuration.retentionCheckIntervalMs)",
        ]
    }
}
