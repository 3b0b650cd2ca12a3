import BrokerTestKit
import KafkaProtocol

extension Peer {
    static let topicResource: Int8 = 2
    static let brokerResource: Int8 = 4

    func describeConfigs(
        type: Int8 = topicResource, _ name: String, keys: [String]? = nil, version: Int16 = 4, synonyms: Bool = false
    ) throws -> DescribeConfigsResponse.DescribeConfigsResult {
        let answer = try ask(DescribeConfigsRequest.self, version) {
            var resource = DescribeConfigsRequest.DescribeConfigsResource()
            resource.resourceType = type
            resource.resourceName = name
            resource.configurationKeys = keys
            $0.resources = [resource]
            $0.includeSynonyms = synonyms
        }
        guard var result = answer.results.first else { throw Missing() }
        result.configs.sort { $0.name < $1.name }
        return result
    }

    enum Operation: Int8 {
        case set, delete, append, subtract
    }

    func alter(
        type: Int8 = topicResource, _ name: String, _ changes: [(String, Operation, String?)], validates: Bool = false
    ) throws -> ErrorCode {
        let answer = try ask(IncrementalAlterConfigsRequest.self) {
            var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
            resource.resourceType = type
            resource.resourceName = name
            resource.configs = changes.map { name, operation, value in
                var config = IncrementalAlterConfigsRequest.AlterableConfig()
                config.name = name
                config.configOperation = operation.rawValue
                config.value = value
                return config
            }
            $0.resources = [resource]
            $0.validateOnly = validates
        }
        return ErrorCode(rawValue: answer.responses.first?.errorCode ?? -1)
    }
}

extension Behaviour {
    /// Settings of topics and of the broker.
    static var configs: [Behaviour] {
        [
            Behaviour("a topic's settings are described, with where they come from") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["cleanup.policy": "compact", "max.message.bytes": "12345"])
                let keys = [
                    "cleanup.policy", "max.message.bytes", "retention.ms", "retention.bytes",
                    "compression.type", "message.timestamp.type", "delete.retention.ms",
                    "min.compaction.lag.ms", "message.timestamp.after.max.ms", "no.such",
                ]
                seen("some", try peer.describeConfigs(topic, keys: keys))
                seen("none", try peer.describeConfigs(topic, keys: []).configs.count)
                for version in Int16(1)...4 {
                    seen(
                        "version \(version)",
                        try peer.describeConfigs(topic, keys: ["cleanup.policy"], version: version))
                }
                seen("synonyms", try peer.describeConfigs(topic, keys: ["max.message.bytes"], synonyms: true))
            },
            Behaviour("all of a topic's settings") { trial, seen, peer in
                let topic = try trial.topic()
                for config in try peer.describeConfigs(topic).configs {
                    let source = config.configSource == 1 ? "the topic's" : "standard"
                    seen(config.name, "\(config.value ?? "null"), \(source), type \(config.configType)")
                }
            },
            Behaviour("descriptions of what is not there") { trial, seen, peer in
                seen("missing topic", try peer.describeConfigs(trial.bench.name("missing")))
                seen("bad name", try peer.describeConfigs("a/b"))
                seen("unknown broker", try peer.describeConfigs(type: Peer.brokerResource, "99").errorCode)
                seen("no number", try peer.describeConfigs(type: Peer.brokerResource, "one").errorCode)
                seen("unknown type", try peer.describeConfigs(type: 77, "x").errorCode)
            },
            Behaviour("the broker's own settings are described") { trial, seen, peer in
                let keys = ["message.max.bytes", "auto.create.topics.enable", "log.cleanup.policy", "node.id"]
                let result = try peer.describeConfigs(type: Peer.brokerResource, "1", keys: keys)
                seen("broker", result.configs.map { "\($0.name)=\($0.value ?? "null") read only \($0.readOnly)" })
            },
            Behaviour("single settings are changed, and the rest stays") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["max.message.bytes": "5000"])
                let keys = ["cleanup.policy", "max.message.bytes", "compression.type"]
                func show(_ label: String) throws {
                    let configs = try peer.describeConfigs(topic, keys: keys).configs
                    seen(label, configs.map { "\($0.name)=\($0.value ?? "null") source \($0.configSource)" })
                }
                func values() throws -> [String?] { try peer.describeConfigs(topic, keys: keys).configs.map(\.value) }
                func change(
                    _ label: String, changes something: Bool = false, _ changes: [(String, Peer.Operation, String?)],
                    validates: Bool = false
                ) throws {
                    let before = try values()
                    seen(label, try peer.alter(topic, changes, validates: validates))
                    // A broker hears of a change a moment after it is answered.
                    if something { try trial.until { try values() != before } }
                    try show(label)
                }
                try show("before")
                try change("set", changes: true, [("compression.type", .set, "lz4")])
                try change("append", changes: true, [("cleanup.policy", .append, "compact")])
                try change("append again", [("cleanup.policy", .append, "compact")])
                try change("subtract", changes: true, [("cleanup.policy", .subtract, "delete")])
                try change(
                    "delete", changes: true, [("cleanup.policy", .delete, nil), ("max.message.bytes", .delete, nil)])
                try change("only tried", [("compression.type", .set, "gzip")], validates: true)
                try change("append to a number", [("max.message.bytes", .append, "1")])
                try change("unknown name", [("no.such", .set, "1")])
                try change("bad value", [("max.message.bytes", .set, "many")])
                try change("null", [("max.message.bytes", .set, nil)])
                try change("twice", [("max.message.bytes", .set, "1"), ("max.message.bytes", .set, "2")])
                try change("delete what is not set", [("max.message.bytes", .delete, nil)])
                seen("missing topic", try peer.alter(trial.bench.name("missing"), [("retention.ms", .set, "1")]))
                seen("unknown type", try peer.alter(type: 77, "x", [("retention.ms", .set, "1")]))
            },
            Behaviour("the older alteration replaces all settings") { trial, seen, peer in
                let topic = try trial.topic(partitions: 1, ["max.message.bytes": "5000", "cleanup.policy": "compact"])
                func replace(_ label: String, _ name: String, _ configs: [(String, String?)], version: Int16 = 2) throws
                {
                    let answer = try peer.ask(AlterConfigsRequest.self, version) {
                        var resource = AlterConfigsRequest.AlterConfigsResource()
                        resource.resourceType = Peer.topicResource
                        resource.resourceName = name
                        resource.configs = configs.map { name, value in
                            var config = AlterConfigsRequest.AlterableConfig()
                            config.name = name
                            config.value = value
                            return config
                        }
                        $0.resources = [resource]
                    }
                    seen(label, answer.responses)
                }
                try replace("bad value", topic, [("max.message.bytes", "x")])
                try replace("unknown name", topic, [("no.such", "1")])
                try replace("missing topic", trial.bench.name("missing"), [("retention.ms", "1")])
                try replace("good", topic, [("retention.ms", "-1")], version: 0)
                let keys = ["max.message.bytes", "cleanup.policy", "retention.ms"]
                func show() throws -> [String] {
                    try peer.describeConfigs(topic, keys: keys).configs.map {
                        "\($0.name)=\($0.value ?? "null") source \($0.configSource)"
                    }
                }
                try trial.until { try show().contains("cleanup.policy=delete source 5") }
                seen("now", try show())
            },
            Behaviour("a changed setting changes what the broker does") { trial, seen, peer in
                let topic = try trial.topic()
                let large = String(repeating: "x", count: 2_000)
                seen("before", try peer.write([large], to: topic).errorCode)
                seen("alter", try peer.alter(topic, [("max.message.bytes", .set, "1000")]))
                let refused = try trial.settled(ErrorCode.messageTooLarge) {
                    ErrorCode(rawValue: try peer.write([large], to: topic).errorCode)
                }
                seen("after", refused)
                seen("alter", try peer.alter(topic, [("message.timestamp.type", .set, "LogAppendTime")]))
                let stamped = try trial.settled(true) { try peer.write(["x"], to: topic).logAppendTimeMs > 0 }
                seen("the broker's time", stamped)
            },
            Behaviour("the broker's settings are changed while it runs", alone: true) { trial, seen, peer in
                func show(_ label: String) throws {
                    let configs = try peer.describeConfigs(type: Peer.brokerResource, "1", keys: ["message.max.bytes"])
                        .configs
                    seen(label, configs.map { "\($0.name)=\($0.value ?? "null") source \($0.configSource)" })
                }
                try show("before")
                seen("set", try peer.alter(type: Peer.brokerResource, "1", [("message.max.bytes", .set, "2000000")]))
                Pause.milliseconds(500)
                try show("set")
                seen("delete", try peer.alter(type: Peer.brokerResource, "1", [("message.max.bytes", .delete, nil)]))
                Pause.milliseconds(500)
                try show("as before")
                seen("fixed", try peer.alter(type: Peer.brokerResource, "1", [("node.id", .set, "5")]))
                seen(
                    "another broker", try peer.alter(type: Peer.brokerResource, "9", [("message.max.bytes", .set, "1")])
                )
            },
            Behaviour("a setting for all brokers is shown as such", alone: true) { trial, seen, peer in
                seen("set", try peer.alter(type: Peer.brokerResource, "", [("message.max.bytes", .set, "3000000")]))
                Pause.milliseconds(500)
                let configs = try peer.describeConfigs(type: Peer.brokerResource, "1", keys: ["message.max.bytes"])
                    .configs
                seen("now", configs.map { "\($0.name)=\($0.value ?? "null") source \($0.configSource)" })
                seen("delete", try peer.alter(type: Peer.brokerResource, "", [("message.max.bytes", .delete, nil)]))
            },
            Behaviour("a broker's setting of an unknown name", alone: true) { trial, seen, peer in
                seen("set", try peer.alter(type: Peer.brokerResource, "1", [("no.such", .set, "5")]))
                seen("delete", try peer.alter(type: Peer.brokerResource, "1", [("no.such", .delete, nil)]))
            },
        ]
    }
}
