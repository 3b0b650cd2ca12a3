import KafkaProtocol
import Testing

@testable import BrokerCore

/// Errors and sources of settings as Apache Kafka 4.3.1 gives them.
@Suite struct TopicConfigTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var type: Int8 = 2
        var name = "t"
        /// Setting, operation, value.
        var steps: [(String, Int8, String?)]
        var error: ErrorCode
        /// The resource's own values afterwards, where they change.
        var result: [String: String]?
        var testDescription: String { "\(type) \(name) \(steps)" }
    }

    static let rows: [Row] = [
        Row(
            steps: [("retention.ms", 0, "7000")], error: .none,
            result: ["retention.ms": "7000", "cleanup.policy": "delete"]),
        Row(name: "u", steps: [("retention.ms", 0, "7000")], error: .unknownTopicOrPartition),
        Row(name: "a b", steps: [("retention.ms", 0, "7000")], error: .invalidTopicException),
        Row(name: "", steps: [("retention.ms", 0, "7000")], error: .invalidRequest),
        Row(steps: [("nope", 0, "1")], error: .invalidConfig),
        Row(steps: [("nope", 1, nil)], error: .none),
        Row(steps: [("retention.ms", 0, nil)], error: .invalidRequest),
        Row(steps: [("retention.ms", 0, "x")], error: .invalidConfig),
        Row(steps: [("retention.ms", 2, "1")], error: .invalidConfig),
        Row(steps: [("cleanup.policy", 2, "compact")], error: .none, result: ["cleanup.policy": "delete,compact"]),
        Row(steps: [("cleanup.policy", 2, "delete")], error: .none),
        Row(steps: [("cleanup.policy", 3, "delete")], error: .none, result: ["cleanup.policy": ""]),
        Row(steps: [("cleanup.policy", 3, "compact")], error: .none),
        Row(steps: [("cleanup.policy", 2, "bogus")], error: .invalidConfig),
        Row(steps: [("cleanup.policy", 9, "bogus")], error: .unknownServerError),
        Row(steps: [("retention.ms", 0, "1"), ("retention.ms", 1, nil)], error: .invalidRequest),
        Row(steps: [], error: .none),
        Row(steps: [("cleanup.policy", 1, nil)], error: .none, result: [:]),
        Row(type: 4, name: "1", steps: [("log.retention.ms", 0, "5")], error: .none, result: ["log.retention.ms": "5"]),
        Row(type: 4, name: "", steps: [("log.retention.ms", 0, "5")], error: .none, result: ["log.retention.ms": "5"]),
        Row(
            type: 4, name: "1", steps: [("log.retention.ms", 0, "-7")], error: .none, result: ["log.retention.ms": "-7"]
        ),
        Row(type: 4, name: "1", steps: [("log.retention.ms", 0, "x")], error: .invalidRequest),
        Row(type: 4, name: "1", steps: [("node.id", 0, "1")], error: .invalidRequest),
        Row(type: 4, name: "1", steps: [("num.partitions", 0, "5")], error: .invalidRequest),
        Row(type: 4, name: "2", steps: [("log.retention.ms", 0, "5")], error: .invalidRequest),
        Row(type: 4, name: "x", steps: [("log.retention.ms", 0, "5")], error: .invalidRequest),
        Row(type: 3, name: "1", steps: [], error: .invalidRequest),
        Row(type: -1, name: "t", steps: [], error: .invalidRequest),
    ]

    private static func world() -> LogWorld {
        let world = LogWorld()
        world.create("t", ["cleanup.policy": "delete"])
        return world
    }

    @Test("settings are altered step by step, or not at all", arguments: rows)
    func incremental(_ row: Row) throws {
        for validateOnly in [true, false] {
            let world = Self.world()
            let before = world.broker.snapshot()
            var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
            resource.resourceType = row.type
            resource.resourceName = row.name
            resource.configs = row.steps.map { name, operation, value in
                var config = IncrementalAlterConfigsRequest.AlterableConfig()
                config.name = name
                config.configOperation = operation
                config.value = value
                return config
            }
            var message = IncrementalAlterConfigsRequest()
            message.resources = [resource]
            message.validateOnly = validateOnly
            guard case .incrementalAlterConfigs(let response)? = world.ask(.incrementalAlterConfigs(message)) else {
                throw ProtocolError.truncated
            }
            #expect(response.responses.map { ErrorCode(rawValue: $0.errorCode) } == [row.error])
            if let result = row.result, !validateOnly {
                let own =
                    row.type == 2 ? world.broker.topics.topic("t")?.configuration : world.broker.dynamicConfiguration
                #expect(own == result)
            } else {
                #expect(world.broker.snapshot() == before)
            }
            #expect(world.replayed().snapshot() == world.broker.snapshot())
        }
    }

    @Test("the older request replaces all settings of a resource; one that comes twice is refused")
    func replacing() throws {
        let world = Self.world()
        func alter(_ resources: [(String, [(String, String?)])]) throws -> [Int16] {
            var message = AlterConfigsRequest()
            message.resources = resources.map { name, configs in
                var resource = AlterConfigsRequest.AlterConfigsResource()
                resource.resourceType = 2
                resource.resourceName = name
                resource.configs = configs.map { name, value in
                    var config = AlterConfigsRequest.AlterableConfig()
                    config.name = name
                    config.value = value
                    return config
                }
                return resource
            }
            guard case .alterConfigs(let response)? = world.ask(.alterConfigs(message)) else {
                throw ProtocolError.truncated
            }
            return response.responses.map(\.errorCode)
        }
        #expect(try alter([("t", [("retention.ms", "5")])]) == [0])
        #expect(world.broker.topics.topic("t")?.configuration == ["retention.ms": "5"])
        #expect(try alter([("t", [("retention.ms", nil)])]) == [42])
        #expect(try alter([("t", [("x", "1")])]) == [40])
        #expect(try alter([("t", []), ("t", [])]) == [42, 42])
        #expect(try alter([("t", [("retention.ms", "1"), ("retention.ms", "2")])]) == [42])
        #expect(world.broker.topics.topic("t")?.configuration == ["retention.ms": "5"])
        #expect(try alter([("t", [])]) == [0])
        #expect(world.broker.topics.topic("t")?.configuration == [:])
    }

    private static func describe(
        _ world: LogWorld, _ type: Int8, _ name: String, keys: [String]? = nil, synonyms: Bool = true
    ) throws -> DescribeConfigsResponse.DescribeConfigsResult {
        var resource = DescribeConfigsRequest.DescribeConfigsResource()
        resource.resourceType = type
        resource.resourceName = name
        resource.configurationKeys = keys
        var message = DescribeConfigsRequest()
        message.resources = [resource]
        message.includeSynonyms = synonyms
        guard case .describeConfigs(let response)? = world.ask(.describeConfigs(message)),
            let result = response.results.first
        else { throw ProtocolError.truncated }
        return result
    }

    private static func text(_ result: DescribeConfigsResponse.DescribeConfigsResult) -> [String] {
        result.configs.map { config in
            let synonyms = config.synonyms.map { "\($0.name)=\($0.value ?? "null"):\($0.source)" }
            return "\(config.name)=\(config.value ?? "null"):\(config.configSource) \(synonyms.joined(separator: " "))"
        }
    }

    @Test("a topic's settings come from itself, the broker or the default")
    func topic() throws {
        let world = Self.world()
        world.broker.record(.topicConfigured(name: "t", configuration: ["retention.bytes": "99"]))
        world.broker.record(
            .brokerConfigured(configuration: ["log.retention.ms": "5", "log.cleanup.policy": "compact"]))
        let keys = ["retention.ms", "retention.bytes", "cleanup.policy", "max.message.bytes", "flush.ms", "nope"]
        #expect(
            Self.text(try Self.describe(world, 2, "t", keys: keys)) == [
                "cleanup.policy=compact:2 log.cleanup.policy=compact:2 log.cleanup.policy=delete:5",
                "flush.ms=9223372036854775807:5 ",
                "max.message.bytes=1048588:5 message.max.bytes=1048588:5",
                "retention.bytes=99:1 retention.bytes=99:1 log.retention.bytes=-1:5",
                "retention.ms=5:2 log.retention.ms=5:2",
            ])
        #expect(world.broker.topics.topic("t")?.settings.isCompacted == true)
        #expect(world.broker.topics.topic("t")?.settings.retentionMs == 5)
        #expect(try Self.describe(world, 2, "t").configs.count == 33)
        #expect(try Self.describe(world, 2, "t", keys: []).configs.count == 33)
        #expect(try Self.describe(world, 2, "t", synonyms: false).configs.allSatisfy(\.synonyms.isEmpty))
    }

    @Test(
        "what has no settings here",
        arguments: [
            (Int8(2), "u", ErrorCode.unknownTopicOrPartition), (2, "a b", .invalidTopicException),
            (4, "2", .invalidRequest), (4, "x", .invalidRequest), (8, "1", .invalidRequest), (0, "t", .invalidRequest),
            (.min, "", .invalidRequest),
        ])
    func refused(_ type: Int8, _ name: String, _ error: ErrorCode) throws {
        let result = try Self.describe(Self.world(), type, name)
        #expect(result.errorCode == error.rawValue)
        #expect(result.configs.isEmpty)
    }

    @Test("the broker's settings: its own, and those for all brokers")
    func broker() throws {
        let world = Self.world()
        #expect(try Self.describe(world, 4, "").configs.isEmpty)
        world.broker.record(.brokerConfigured(configuration: ["log.retention.ms": "5"]))
        #expect(Self.text(try Self.describe(world, 4, "")) == ["log.retention.ms=5:3 log.retention.ms=5:3"])
        let own = try Self.describe(world, 4, "1")
        #expect(own.configs.first { $0.name == "node.id" }?.readOnly == true)
        #expect(own.configs.first { $0.name == "log.retention.ms" }?.readOnly == false)
        #expect(own.configs.map(\.name) == own.configs.map(\.name).sorted())
    }
}
