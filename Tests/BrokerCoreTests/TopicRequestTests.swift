import KafkaProtocol
import Testing

@testable import BrokerCore

/// Errors as Apache Kafka 4.3.1 answered the same requests.
@Suite struct TopicRequestTests {
    struct Creation: Sendable, CustomTestStringConvertible {
        var name: String
        var error: ErrorCode
        var partitions: Int32 = 1
        var replicas: Int16 = 1
        var assignments: [(Int32, [Int32])] = []
        var configs: [(String, String?)] = []
        var testDescription: String { "\(name) \(partitions) \(replicas) \(assignments) \(configs) \(error)" }

        var request: CreateTopicsRequest.CreatableTopic {
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = name
            topic.numPartitions = partitions
            topic.replicationFactor = replicas
            topic.assignments = assignments.map { index, brokers in
                var assignment = CreateTopicsRequest.CreatableReplicaAssignment()
                assignment.partitionIndex = index
                assignment.brokerIds = brokers
                return assignment
            }
            topic.configs = configs.map { name, value in
                var config = CreateTopicsRequest.CreatableTopicConfig()
                config.name = name
                config.value = value
                return config
            }
            return topic
        }
    }

    private static func config(_ name: String, _ value: String?, _ error: ErrorCode) -> Creation {
        Creation(name: "c", error: error, configs: [(name, value)])
    }

    static let creations: [Creation] = [
        Creation(name: "t", error: .topicAlreadyExists),
        Creation(name: "", error: .invalidTopicException),
        Creation(name: ".", error: .invalidTopicException),
        Creation(name: "..", error: .invalidTopicException),
        Creation(name: "...", error: .none),
        Creation(name: String(repeating: "a", count: 249), error: .none),
        Creation(name: String(repeating: "a", count: 250), error: .invalidTopicException),
        Creation(name: "a b", error: .invalidTopicException),
        Creation(name: "ä", error: .invalidTopicException),
        Creation(name: "a/b", error: .invalidTopicException),
        Creation(name: "\0", error: .invalidTopicException),
        Creation(name: "A-z_0.9", error: .none),
        Creation(name: "x_y", error: .invalidTopicException),
        Creation(name: "p", error: .invalidPartitions, partitions: 0),
        Creation(name: "p", error: .invalidPartitions, partitions: -2),
        Creation(name: "p", error: .invalidPartitions, partitions: .min),
        Creation(name: "p", error: .none, partitions: -1),
        Creation(name: "p", error: .policyViolation, partitions: 20_000),
        Creation(name: "p", error: .policyViolation, partitions: .max),
        Creation(name: "r", error: .invalidReplicationFactor, replicas: 0),
        Creation(name: "r", error: .invalidReplicationFactor, replicas: 2),
        Creation(name: "r", error: .invalidReplicationFactor, replicas: -2),
        Creation(name: "r", error: .none, replicas: -1),
        Creation(name: "a", error: .none, partitions: -1, replicas: -1, assignments: [(0, [1]), (1, [1])]),
        Creation(name: "a", error: .invalidRequest, partitions: 1, replicas: -1, assignments: [(0, [1])]),
        Creation(name: "a", error: .invalidReplicaAssignment, partitions: -1, replicas: -1, assignments: [(1, [1])]),
        Creation(name: "a", error: .invalidReplicaAssignment, partitions: -1, replicas: -1, assignments: [(0, [2])]),
        Creation(
            name: "a", error: .invalidReplicaAssignment, partitions: -1, replicas: -1, assignments: [(0, [1, 1])]),
        Creation(name: "a", error: .invalidReplicaAssignment, partitions: -1, replicas: -1, assignments: [(0, [])]),
        Creation(
            name: "a", error: .invalidReplicaAssignment, partitions: -1, replicas: -1,
            assignments: [(0, [1]), (0, [1])]),
        config("nope", "1", .invalidConfig),
        config("message.format.version", "2.8", .invalidConfig),
        config("retention.ms", "x", .invalidConfig),
        config("retention.ms", "", .invalidConfig),
        config("retention.ms", nil, .invalidConfig),
        config("retention.ms", "-2", .invalidConfig),
        config("retention.ms", "-1", .none),
        config("retention.ms", " 5 ", .none),
        config("retention.bytes", "-5", .none),
        config("cleanup.policy", "foo", .invalidConfig),
        config("cleanup.policy", "", .none),
        config("cleanup.policy", "compact, delete", .none),
        config("segment.bytes", "1000", .invalidConfig),
        config("segment.bytes", "99999999999", .invalidConfig),
        config("segment.ms", "0", .invalidConfig),
        config("segment.jitter.ms", "-1", .invalidConfig),
        config("preallocate", "maybe", .invalidConfig),
        config("preallocate", "TRUE", .none),
        config("min.cleanable.dirty.ratio", "2", .invalidConfig),
        config("min.cleanable.dirty.ratio", "nan", .invalidConfig),
        config("compression.gzip.level", "0", .invalidConfig),
        config("compression.gzip.level", "-1", .none),
        config("remote.storage.enable", "true", .invalidConfig),
        config("message.timestamp.type", "x", .invalidConfig),
        config("leader.replication.throttled.replicas", "x", .invalidConfig),
        config("leader.replication.throttled.replicas", "0:1,1:1", .none),
        Creation(
            name: "c", error: .invalidConfig,
            configs: [("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")]),
    ]

    private static func world() -> LogWorld {
        let world = LogWorld()
        world.create("t", partitions: 2)
        world.create("x.y")
        return world
    }

    private static func create(
        _ world: LogWorld, _ topics: [CreateTopicsRequest.CreatableTopic], validateOnly: Bool = false
    ) -> [CreateTopicsResponse.CreatableTopicResult] {
        var message = CreateTopicsRequest()
        message.topics = topics
        message.validateOnly = validateOnly
        guard case .createTopics(let response)? = world.ask(.createTopics(message)) else { return [] }
        return response.topics
    }

    @Test("a topic is created or refused, and judged the same where it is only asked", arguments: creations)
    func creation(_ row: Creation) throws {
        let world = Self.world()
        let before = world.broker.snapshot()
        let judged = try #require(Self.create(world, [row.request], validateOnly: true).first)
        #expect(ErrorCode(rawValue: judged.errorCode) == row.error)
        #expect(world.broker.snapshot() == before)
        let result = try #require(Self.create(world, [row.request]).first)
        #expect(ErrorCode(rawValue: result.errorCode) == row.error)
        #expect((result.errorMessage == nil) == (row.error == .none))
        let topic = world.broker.topics.topic(row.name)
        guard row.error == .none else { return #expect(world.broker.snapshot() == before) }
        #expect(topic?.id == result.topicId)
        #expect(topic?.logs.count == Int(result.numPartitions))
        #expect(result.configs?.count == 33)
        #expect(world.replayed().snapshot() == world.broker.snapshot())
    }

    @Test("a topic that a request names twice is not created")
    func twice() {
        let world = Self.world()
        let row = Creation(name: "n", error: .none)
        let results = Self.create(world, [row.request, Creation(name: "m", error: .none).request, row.request])
        #expect(results.map(\.errorCode) == [ErrorCode.invalidRequest.rawValue, 0])
        #expect(world.broker.topics.topic("n") == nil)
    }

    @Test("all topics together stay within the broker's limit")
    func limit() {
        let world = LogWorld { $0.partitionLimit = 5 }
        let rows = [("a", Int32(3)), ("b", 3), ("c", 2), ("d", 1)].map {
            Creation(name: $0, error: .none, partitions: $1).request
        }
        #expect(Self.create(world, rows).map(\.errorCode) == [0, ErrorCode.policyViolation.rawValue, 0, 44])
    }

    // MARK: Deletion and growth

    @Test("topics go by name or by id")
    func deletion() throws {
        let world = Self.world()
        let id = try #require(world.broker.topics.topic("t")?.id)
        for (name, id, error) in [
            (nil, KafkaUUID(high: 1, low: 2), ErrorCode.unknownTopicId), ("u", .zero, .unknownTopicOrPartition),
            ("t", id, .invalidRequest), (nil, .zero, .invalidRequest), (nil, id, .none),
            (nil, id, .unknownTopicId), ("x.y", .zero, .none),
        ] as [(String?, KafkaUUID, ErrorCode)] {
            var topic = DeleteTopicsRequest.DeleteTopicState()
            topic.name = name
            topic.topicId = id
            var message = DeleteTopicsRequest()
            message.topics = [topic]
            guard case .deleteTopics(let response)? = world.ask(.deleteTopics(message), 6) else {
                throw ProtocolError.truncated
            }
            #expect(response.responses.map(\.errorCode) == [error.rawValue])
        }
        #expect(world.broker.topics.isEmpty)
        #expect(world.broker.topics.partitionCount == 0)
        // The name is free again.
        #expect(Self.create(world, [Creation(name: "x_y", error: .none).request]).map(\.errorCode) == [0])
    }

    @Test("a topic named twice stays")
    func deletionTwice() throws {
        let world = Self.world()
        var message = DeleteTopicsRequest()
        message.topicNames = ["t", "x.y", "t"]
        guard case .deleteTopics(let response)? = world.ask(.deleteTopics(message), 5) else {
            throw ProtocolError.truncated
        }
        #expect(response.responses.map(\.errorCode) == [ErrorCode.invalidRequest.rawValue, 0])
        #expect(world.broker.topics.topic("t") != nil)
    }

    @Test("a topic that comes again under its name is another one, without offsets of groups")
    func again() throws {
        let world = Self.world()
        let first = try #require(world.broker.topics.topic("t")?.id)
        _ = world.produce(world.batch())
        for topic in ["t", "x.y"] {
            world.broker.record(
                .offset(
                    group: "g", topic: topic, partition: 0,
                    OffsetRecord(offset: 1, leaderEpoch: 0, metadata: "", committedAt: world.now)))
        }
        var message = DeleteTopicsRequest()
        message.topicNames = ["t"]
        _ = world.ask(.deleteTopics(message), 5)
        #expect(Self.create(world, [Creation(name: "t", error: .none).request]).map(\.errorCode) == [0])
        #expect(world.broker.topics.topic("t")?.id != first)
        #expect(world.log().end == 0)
        #expect(world.broker.groups.groups["g"]?.offsets[TopicPartition("t", 0)] == nil)
        #expect(world.broker.groups.groups["g"]?.offsets[TopicPartition("x.y", 0)] != nil)
    }

    @Test(
        "partitions grow and never shrink",
        arguments: [
            (Int32(3), nil, ErrorCode.none), (2, nil, .invalidPartitions), (1, nil, .invalidPartitions),
            (0, nil, .invalidPartitions), (.min, nil, .invalidPartitions), (.max, nil, .policyViolation),
            (3, [[1]], .none), (4, [[1]], .invalidReplicaAssignment), (3, [[2]], .invalidReplicaAssignment),
            (3, [[]], .invalidReplicaAssignment), (3, [[1, 1]], .invalidReplicaAssignment),
        ] as [(Int32, [[Int32]]?, ErrorCode)])
    func growth(_ count: Int32, _ brokers: [[Int32]]?, _ error: ErrorCode) throws {
        let world = Self.world()
        for validateOnly in [true, false] {
            var topic = CreatePartitionsRequest.CreatePartitionsTopic()
            topic.name = "t"
            topic.count = count
            topic.assignments = brokers?.map { ids in
                var assignment = CreatePartitionsRequest.CreatePartitionsAssignment()
                assignment.brokerIds = ids
                return assignment
            }
            var message = CreatePartitionsRequest()
            message.topics = [topic]
            message.validateOnly = validateOnly
            guard case .createPartitions(let response)? = world.ask(.createPartitions(message)) else {
                throw ProtocolError.truncated
            }
            #expect(response.results.map(\.errorCode) == [error.rawValue])
            let grows = error == .none && !validateOnly
            #expect(world.broker.topics.topic("t")?.logs.count == (grows ? Int(count) : 2))
        }
        #expect(world.replayed().snapshot() == world.broker.snapshot())
    }

    // MARK: Metadata

    private static func metadata(
        _ world: LogWorld, _ names: [String]?, version: Int16 = 12, create: Bool = true
    ) -> MetadataResponse {
        var message = MetadataRequest()
        message.topics = names?.map { name in
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = name
            return topic
        }
        message.allowAutoTopicCreation = create
        guard case .metadata(let response)? = world.ask(.metadata(message), version) else { return MetadataResponse() }
        return response
    }

    @Test("all topics, none, or those that are named")
    func metadataTopics() {
        let world = Self.world()
        #expect(Self.metadata(world, nil).topics.map(\.name) == ["t", "x.y"])
        #expect(Self.metadata(world, [], version: 0).topics.count == 2)
        #expect(Self.metadata(world, [], version: 1).topics.isEmpty)
        let named = Self.metadata(world, ["t", "u", "a b", "t"]).topics
        #expect(named.map(\.errorCode) == [0, 3, 17])
        #expect(named[0].partitions.map(\.partitionIndex) == [0, 1])
        #expect(named[0].partitions.allSatisfy { $0.leaderId == 1 && $0.replicaNodes == [1] && $0.isrNodes == [1] })
        let response = Self.metadata(world, nil)
        #expect(response.brokers.map(\.port) == [9092])
        #expect(response.controllerId == 1)
    }

    @Test("by id")
    func metadataByID() throws {
        let world = Self.world()
        let id = try #require(world.broker.topics.topic("t")?.id)
        for (id, version, error) in [
            (id, Int16(12), ErrorCode.none), (KafkaUUID(high: 7, low: 7), 13, .unknownTopicId),
            (id, 11, .invalidRequest),
        ] {
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = nil
            topic.topicId = id
            var message = MetadataRequest()
            message.topics = [topic]
            guard case .metadata(let response)? = world.ask(.metadata(message), version) else {
                throw ProtocolError.truncated
            }
            #expect(response.topics.map(\.errorCode) == [error.rawValue])
        }
    }

    @Test("topics come on demand only where the broker and the request want it")
    func onDemand() {
        for (broker, version, create, comes) in [
            (true, Int16(12), true, true), (true, 12, false, false), (true, 3, false, true), (false, 12, true, false),
        ] {
            let world = LogWorld {
                $0.createsTopicsOnDemand = broker
                $0.defaultPartitions = 3
            }
            let topics = Self.metadata(world, ["n", "a b"], version: version, create: create).topics
            #expect(topics.map(\.errorCode) == [comes ? 0 : 3, 17])
            #expect(world.broker.topics.topic("n")?.logs.count == (comes ? 3 : nil))
        }
    }

    @Test("what is advertised is what is served, and Produce from version 0")
    func apiVersions() throws {
        let world = LogWorld()
        var message = ApiVersionsRequest()
        guard case .apiVersions(let old)? = world.ask(.apiVersions(message), 0) else { throw ProtocolError.truncated }
        #expect(old.apiKeys.map(\.apiKey) == ApiKey.allCases.map(\.rawValue))
        for api in old.apiKeys {
            let known = try #require(ApiKey(rawValue: api.apiKey))
            #expect(api.minVersion == (known == .produce ? 0 : known.validVersions.lowerBound))
            #expect(api.maxVersion == known.validVersions.upperBound)
        }
        #expect(old.finalizedFeatures.isEmpty)
        for (name, error) in [
            ("kcat", ErrorCode.none), ("a-b.c", .none), ("", .invalidRequest), ("-a", .invalidRequest),
        ] {
            message.clientSoftwareName = name
            message.clientSoftwareVersion = "1.0"
            guard case .apiVersions(let response)? = world.ask(.apiVersions(message), 3) else {
                throw ProtocolError.truncated
            }
            #expect(response.errorCode == error.rawValue)
        }
    }

    // MARK: Descriptions

    @Test("topics' partitions come in pieces, by a cursor")
    func topicPartitions() throws {
        let world = Self.world()
        var seen: [String] = []
        var message = DescribeTopicPartitionsRequest()
        message.responsePartitionLimit = 1
        for _ in 0..<5 {
            guard case .describeTopicPartitions(let response)? = world.ask(.describeTopicPartitions(message)) else {
                throw ProtocolError.truncated
            }
            for topic in response.topics {
                seen += topic.partitions.map { "\(topic.name ?? "")-\($0.partitionIndex)" }
            }
            guard let next = response.nextCursor else { break }
            var cursor = DescribeTopicPartitionsRequest.Cursor()
            cursor.topicName = next.topicName
            cursor.partitionIndex = next.partitionIndex
            message.cursor = cursor
        }
        #expect(seen == ["t-0", "t-1", "x.y-0"])
        message.cursor = DescribeTopicPartitionsRequest.Cursor()
        message.cursor?.partitionIndex = -1
        guard case .describeTopicPartitions(let refused)? = world.ask(.describeTopicPartitions(message)) else {
            throw ProtocolError.truncated
        }
        #expect(refused.topics.map(\.errorCode) == [42, 42])
    }

    @Test("log directories, producers and leader epochs")
    func descriptions() throws {
        let world = Self.world()
        _ = world.produce(world.batch(producer: 4, epoch: 1, sequence: 0))
        guard case .describeLogDirs(let directories)? = world.ask(.describeLogDirs(Self.allLogDirs)) else {
            throw ProtocolError.truncated
        }
        #expect(
            directories.results[0].topics[0].partitions.map(\.partitionSize) == [world.log().byteCount, 0])
        var producers = DescribeProducersRequest()
        producers.topics = [DescribeProducersRequest.TopicRequest()]
        producers.topics[0].name = "t"
        producers.topics[0].partitionIndexes = [0, 1, 9, -1]
        guard case .describeProducers(let known)? = world.ask(.describeProducers(producers)) else {
            throw ProtocolError.truncated
        }
        #expect(known.topics[0].partitions.map(\.errorCode) == [0, 0, 3, 3])
        let state = try #require(known.topics[0].partitions[0].activeProducers.first)
        #expect(state.producerId == 4)
        #expect(state.lastSequence == 0)
        #expect(state.coordinatorEpoch == -1)
        #expect(state.currentTxnStartOffset == -1)
        var cluster = DescribeClusterRequest()
        for (type, error) in [(Int8(1), ErrorCode.none), (2, .mismatchedEndpointType), (9, .unsupportedEndpointType)] {
            cluster.endpointType = type
            guard case .describeCluster(let response)? = world.ask(.describeCluster(cluster)) else {
                throw ProtocolError.truncated
            }
            #expect(response.errorCode == error.rawValue)
            #expect(response.brokers.count == (error == .none ? 1 : 0))
        }
    }

    private static var allLogDirs: DescribeLogDirsRequest {
        var message = DescribeLogDirsRequest()
        message.topics = nil
        return message
    }

    @Test(
        "the end of a leader epoch",
        arguments: [
            (Int32(-1), Int32(0), ErrorCode.none, Int32(0), Int64(1)), (0, 0, .none, 0, 1), (-1, 1, .none, -1, -1),
            (-1, -1, .none, -1, -1), (-1, -5, .none, -5, 0), (3, 0, .unknownLeaderEpoch, -1, -1),
            (-3, 0, .fencedLeaderEpoch, -1, -1),
        ])
    func leaderEpoch(_ current: Int32, _ epoch: Int32, _ error: ErrorCode, _ found: Int32, _ end: Int64) throws {
        let world = Self.world()
        _ = world.produce(world.batch())
        var topic = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
        topic.topic = "t"
        topic.partitions = [OffsetForLeaderEpochRequest.OffsetForLeaderPartition()]
        topic.partitions[0].currentLeaderEpoch = current
        topic.partitions[0].leaderEpoch = epoch
        var message = OffsetForLeaderEpochRequest()
        message.topics = [topic]
        guard case .offsetForLeaderEpoch(let response)? = world.ask(.offsetForLeaderEpoch(message)) else {
            throw ProtocolError.truncated
        }
        let answer = response.topics[0].partitions[0]
        #expect(answer.errorCode == error.rawValue)
        #expect(answer.leaderEpoch == found)
        #expect(answer.endOffset == end)
    }

    @Test("numbers that stand for places are known from the version that brought them")
    func places() throws {
        let world = Self.world()
        _ = world.produce(world.batch())
        for (timestamp, first, offset) in [
            (Int64(-1), Int16(1), Int64(1)), (-2, 1, 0), (-3, 7, 0), (-4, 8, 0), (-5, 9, -1), (-6, 11, -1),
            (-7, 99, -1), (.min, 99, -1),
        ] {
            for version in Int16(1)...11 {
                let answer = try #require(world.list(timestamp, version: version))
                #expect(answer.errorCode == (version >= first ? 0 : ErrorCode.unsupportedVersion.rawValue))
                #expect(answer.offset == (version >= first ? offset : -1))
            }
        }
        #expect(world.list(-1, epoch: 1)?.errorCode == ErrorCode.unknownLeaderEpoch.rawValue)
        #expect(world.list(-1, epoch: -5)?.errorCode == ErrorCode.fencedLeaderEpoch.rawValue)
        #expect(world.list(-1, "t", 7)?.errorCode == ErrorCode.unknownTopicOrPartition.rawValue)
    }
}
