import BrokerTestKit
import Kafka
import KafkaProtocol

extension Peer {
    /// A topic to create, as a request names it.
    static func newTopic(
        _ name: String, partitions: Int32 = 1, replication: Int16 = 1, assignments: [(Int32, [Int32])] = [],
        _ configs: [(String, String?)] = []
    ) -> CreateTopicsRequest.CreatableTopic {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = replication
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

    /// Creates topics; without their configurations, and by name.
    func create(_ topics: [CreateTopicsRequest.CreatableTopic], validates: Bool = false, version: Int16 = 7) throws
        -> [CreateTopicsResponse.CreatableTopicResult]
    {
        let answer = try ask(CreateTopicsRequest.self, version) {
            $0.topics = topics
            $0.validateOnly = validates
        }
        return answer.topics.sorted { $0.name < $1.name }.map { result in
            var result = result
            result.configs = []
            return result
        }
    }

    /// What metadata says of topics: all for nil.
    func metadata(_ topics: [String]?, version: Int16 = 12) throws -> MetadataResponse {
        try ask(MetadataRequest.self, version) {
            $0.allowAutoTopicCreation = false
            $0.topics = topics?.map { name in
                var topic = MetadataRequest.MetadataRequestTopic()
                topic.name = name
                return topic
            }
        }
    }
}

extension Behaviour {
    /// Topics: made, extended, described and deleted.
    static var topics: [Behaviour] {
        [
            Behaviour("a topic is created once") { trial, seen, peer in
                let name = trial.bench.name("topic")
                seen("only tried", try peer.create([Peer.newTopic(name, partitions: 3)], validates: true))
                seen("not there", try peer.metadata([name]).topics)
                seen("created", try peer.create([Peer.newTopic(name, partitions: 3)]))
                try trial.awaitService(name, partitions: 3)
                var described = try peer.metadata([name])
                for index in described.topics.indices {
                    described.topics[index].partitions.sort { $0.partitionIndex < $1.partitionIndex }
                }
                seen("there", described.topics)
                seen("again", try peer.create([Peer.newTopic(name)]))
                seen("again, only tried", try peer.create([Peer.newTopic(name)], validates: true))
                let twice = trial.bench.name("twice")
                seen("twice in a request", try peer.create([Peer.newTopic(twice), Peer.newTopic(twice)]))
                for version in Int16(2)...7 {
                    seen(
                        "version \(version)",
                        try peer.create([Peer.newTopic(trial.bench.name("v\(version)"))], version: version))
                }
            },
            Behaviour("the answer to a creation has the topic's configuration") { trial, seen, peer in
                let answer = try peer.ask(CreateTopicsRequest.self, 7) {
                    $0.topics = [
                        Peer.newTopic(
                            trial.bench.name("topic"), partitions: -1, replication: -1, [("cleanup.policy", "compact")])
                    ]
                }
                let topic = answer.topics.first
                seen("partitions", topic?.numPartitions)
                seen("replication", topic?.replicationFactor)
                for name in ["cleanup.policy", "retention.bytes", "max.message.bytes", "compression.type"] {
                    seen(name, topic?.configs?.first { $0.name == name })
                }
            },
            Behaviour("bad names are refused") { trial, seen, peer in
                let names = [
                    "", ".", "..", "a/b", "a b", "tüte", String(repeating: "x", count: 249),
                    String(repeating: "x", count: 250), "__ok",
                ]
                for name in names {
                    let result = try peer.create([Peer.newTopic(name)], validates: true)
                    seen("\"\(name)\"", result.map { ErrorCode(rawValue: $0.errorCode) })
                }
                let dots = trial.bench.name("a.b")
                seen("with a dot", try peer.create([Peer.newTopic(dots)]).map { ErrorCode(rawValue: $0.errorCode) })
                let underscore = try peer.create([Peer.newTopic(trial.bench.name("a_b"))])
                seen("the same with an underscore", underscore.map { ErrorCode(rawValue: $0.errorCode) })
            },
            Behaviour("impossible partitions, replications and placements are refused") { trial, seen, peer in
                func attempt(_ label: String, _ topic: CreateTopicsRequest.CreatableTopic) throws {
                    seen(label, try peer.create([topic], validates: true).map { ErrorCode(rawValue: $0.errorCode) })
                }
                let name = trial.bench.name("topic")
                try attempt("no partitions", Peer.newTopic(name, partitions: 0))
                try attempt("minus seven", Peer.newTopic(name, partitions: -7))
                try attempt("default", Peer.newTopic(name, partitions: -1, replication: -1))
                try attempt("no replicas", Peer.newTopic(name, replication: 0))
                try attempt("three replicas", Peer.newTopic(name, replication: 3))
                try attempt("minus two", Peer.newTopic(name, replication: -2))
                let here: [(Int32, [Int32])] = [(0, [1]), (1, [1])]
                try attempt("placed", Peer.newTopic(name, partitions: -1, replication: -1, assignments: here))
                try attempt(
                    "placed and counted", Peer.newTopic(name, partitions: 2, replication: -1, assignments: here))
                try attempt(
                    "unknown broker", Peer.newTopic(name, partitions: -1, replication: -1, assignments: [(0, [9])]))
                try attempt("a gap", Peer.newTopic(name, partitions: -1, replication: -1, assignments: [(1, [1])]))
                try attempt("no broker", Peer.newTopic(name, partitions: -1, replication: -1, assignments: [(0, [])]))
                try attempt(
                    "broker twice", Peer.newTopic(name, partitions: -1, replication: -1, assignments: [(0, [1, 1])]))
            },
            Behaviour("bad configurations are refused") { trial, seen, peer in
                let configs: [(String, String?)] = [
                    ("no.such", "1"), ("retention.ms", "soon"), ("retention.ms", "-2"), ("cleanup.policy", "burn"),
                    ("cleanup.policy", "compact,delete"), ("max.message.bytes", "-1"), ("compression.type", "rar"),
                    ("compression.type", "zstd"), ("segment.bytes", "1"), ("min.insync.replicas", "0"),
                    ("message.timestamp.type", "Never"), ("retention.ms", nil), ("min.cleanable.dirty.ratio", "1.5"),
                    ("delete.retention.ms", "-5"), ("unclean.leader.election.enable", "maybe"), ("segment.ms", "0"),
                ]
                for (name, value) in configs {
                    let result = try peer.create(
                        [Peer.newTopic(trial.bench.name("topic"), [(name, value)])], validates: true)
                    seen("\(name)=\(value ?? "null")", result.map { ErrorCode(rawValue: $0.errorCode) })
                }
            },
            Behaviour("topics are deleted by name and by id") { trial, seen, peer in
                let named = try trial.topic("named")
                let numbered = try trial.topic("numbered")
                let id = try trial.topicID(numbered)
                var missing = KafkaUUID.zero
                missing.high = 77
                func delete(_ label: String, _ states: [(String?, KafkaUUID)]) throws {
                    let answer = try peer.ask(DeleteTopicsRequest.self, 6) {
                        $0.timeoutMs = 10_000
                        $0.topics = states.map { name, id in
                            var state = DeleteTopicsRequest.DeleteTopicState()
                            state.name = name
                            state.topicId = id
                            return state
                        }
                    }
                    seen(label, answer.responses.sorted { ($0.name ?? "") < ($1.name ?? "") })
                }
                try delete("missing", [(trial.bench.name("missing"), .zero)])
                try delete("missing id", [(nil, missing)])
                try delete("both", [(named, id)])
                try delete("name twice", [(named, .zero), (named, .zero)])
                try delete("empty name", [("", .zero)])
                try delete("by name", [(named, .zero)])
                try delete("by id", [(nil, id)])
                try delete("again", [(named, .zero)])
                try trial.until { try peer.metadata([named]).topics.first?.errorCode == 3 }
                seen(
                    "produce",
                    try trial.settled(ErrorCode.unknownTopicOrPartition) {
                        ErrorCode(rawValue: try peer.write(["x"], to: named).errorCode)
                    })
                let old = try trial.topic("old")
                for version in [Int16(1), 5] {
                    let answer = try peer.ask(DeleteTopicsRequest.self, version) {
                        $0.timeoutMs = 10_000
                        $0.topicNames = [version == 1 ? old : trial.bench.name("missing")]
                    }
                    seen("version \(version)", answer)
                }
            },
            Behaviour("a topic made again is another topic") { trial, seen, peer in
                let name = try trial.topic()
                let first = try trial.topicID(name)
                try peer.write(["old"], to: name)
                _ = try trial.bench.admin.deleteTopics([name])
                try trial.until { try peer.metadata([name]).topics.first?.errorCode == 3 }
                seen("create", try peer.create([Peer.newTopic(name)]))
                try trial.awaitService(name)
                seen("same id", try trial.topicID(name) == first)
                seen("ends", try peer.ends(name))
                let old = try peer.ask(FetchRequest.self, 13) {
                    $0 = Peer.fetchRequest([(name, 0, 0)])
                    $0.topics[0].topicId = first
                }
                seen("fetch of the old id", old.responses.first?.partitions.first?.errorCode)
            },
            Behaviour("partitions are added, never taken away") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                func grow(
                    _ label: String, _ names: [String], _ count: Int32, validates: Bool = false,
                    placed: [[Int32]]? = nil,
                    version: Int16 = 3
                ) throws {
                    let answer = try peer.ask(CreatePartitionsRequest.self, version) {
                        $0.timeoutMs = 10_000
                        $0.validateOnly = validates
                        $0.topics = names.map { name in
                            var grown = CreatePartitionsRequest.CreatePartitionsTopic()
                            grown.name = name
                            grown.count = count
                            grown.assignments = placed?.map { brokers in
                                var assignment = CreatePartitionsRequest.CreatePartitionsAssignment()
                                assignment.brokerIds = brokers
                                return assignment
                            }
                            return grown
                        }
                    }
                    seen(label, answer.results.sorted { $0.name < $1.name })
                }
                try grow("fewer", [topic], 1)
                try grow("as many", [topic], 2)
                try grow("none", [topic], 0)
                try grow("negative", [topic], -1)
                try grow("missing", [trial.bench.name("missing")], 3)
                try grow("twice", [topic, topic], 3)
                try grow("only tried", [topic], 3, validates: true)
                try grow("too few places", [topic], 4, placed: [[1]])
                try grow("too many places", [topic], 3, placed: [[1], [1]])
                try grow("unknown broker", [topic], 3, placed: [[9]])
                try grow("placed", [topic], 3, placed: [[1]])
                try grow("more, version 0", [topic], 5, version: 0)
                try trial.awaitService(topic, partitions: 5)
                seen("partitions", try peer.metadata([topic]).topics.first?.partitions.count)
                seen("write to the last", try peer.write(["x"], to: topic, 4))
            },
            Behaviour("metadata of all topics, none, some, missing and badly named ones") { trial, seen, peer in
                let topic = try trial.topic()
                func names(_ answer: MetadataResponse) -> [String] {
                    answer.topics.compactMap(\.name).filter { $0.hasPrefix(trial.bench.prefix) }
                }
                seen("all", names(try peer.metadata(nil)))
                seen("none", try peer.metadata([]).topics)
                seen("all, version 0", names(try peer.metadata([], version: 0)))
                let some = try peer.metadata([topic, trial.bench.name("missing"), "a/b", ""])
                for name in [topic, trial.bench.name("missing"), "a/b", ""] {
                    seen("\"\(name)\"", some.topics.filter { $0.name == name })
                }
                seen("brokers", some.brokers)
                seen("cluster", some.clusterId?.isEmpty == false)
                seen("controller", some.controllerId)
                seen("twice", try peer.metadata([topic, topic]).topics.count)
                let id = try trial.topicID(topic)
                var unknown = id
                unknown.low &+= 1
                for (label, id) in [("by id", id), ("by an unknown id", unknown)] {
                    let answer = try peer.ask(MetadataRequest.self, 12) {
                        var wanted = MetadataRequest.MetadataRequestTopic()
                        wanted.name = nil
                        wanted.topicId = id
                        $0.topics = [wanted]
                    }
                    seen(label, answer.topics)
                }
                let operations = try peer.ask(MetadataRequest.self, 9) {
                    var wanted = MetadataRequest.MetadataRequestTopic()
                    wanted.name = topic
                    $0.topics = [wanted]
                    $0.includeClusterAuthorizedOperations = true
                    $0.includeTopicAuthorizedOperations = true
                }
                seen("operations on the topic", operations.topics.first?.topicAuthorizedOperations)
                seen("operations on the cluster", operations.clusterAuthorizedOperations)
            },
            Behaviour("a missing topic is not made by asking for it") { trial, seen, peer in
                let name = trial.bench.name("missing")
                let answer = try peer.ask(MetadataRequest.self, 12) {
                    var wanted = MetadataRequest.MetadataRequestTopic()
                    wanted.name = name
                    $0.topics = [wanted]
                    $0.allowAutoTopicCreation = true
                }
                seen("asked", answer.topics)
                seen("produce", try peer.write(["x"], to: name))
                seen("still", try peer.metadata([name]).topics)
            },
            Behaviour("partitions are described a page at a time") { trial, seen, peer in
                let a = try trial.topic("a", partitions: 3)
                let b = try trial.topic("b", partitions: 2)
                var cursor: DescribeTopicPartitionsRequest.Cursor?
                for page in 0..<5 {
                    let answer = try peer.ask(DescribeTopicPartitionsRequest.self) {
                        $0.topics = [a, b, trial.bench.name("missing")].map { name in
                            var wanted = DescribeTopicPartitionsRequest.TopicRequest()
                            wanted.name = name
                            return wanted
                        }
                        $0.responsePartitionLimit = 2
                        $0.cursor = cursor
                    }
                    seen("page \(page)", answer)
                    guard let next = answer.nextCursor else { break }
                    cursor = DescribeTopicPartitionsRequest.Cursor()
                    cursor?.topicName = next.topicName
                    cursor?.partitionIndex = next.partitionIndex
                }
            },
            Behaviour("the cluster is described") { trial, seen, peer in
                for version in Int16(0)...2 {
                    seen("version \(version)", try peer.ask(DescribeClusterRequest.self, version))
                }
                let operations = try peer.ask(DescribeClusterRequest.self, 2) {
                    $0.includeClusterAuthorizedOperations = true
                }
                seen("operations", operations.clusterAuthorizedOperations)
                seen("controllers", try peer.ask(DescribeClusterRequest.self, 2) { $0.endpointType = 2 }.errorCode)
                seen("neither", try peer.ask(DescribeClusterRequest.self, 2) { $0.endpointType = 7 }.errorCode)
            },
            Behaviour("log folders are described with their sizes") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                try peer.write(["some bytes"], to: topic)
                for version in Int16(1)...4 {
                    var answer = try peer.ask(DescribeLogDirsRequest.self, version) {
                        var wanted = DescribeLogDirsRequest.DescribableLogDirTopic()
                        wanted.topic = topic
                        wanted.partitions = [0, 1]
                        $0.topics = [wanted]
                    }
                    for result in answer.results.indices {
                        for topic in answer.results[result].topics.indices {
                            answer.results[result].topics[topic].partitions.sort {
                                $0.partitionIndex < $1.partitionIndex
                            }
                        }
                    }
                    seen("version \(version)", answer)
                }
                let all = try peer.ask(DescribeLogDirsRequest.self, 4) { $0.topics = nil }
                seen("all has it", all.results.contains { $0.topics.contains { $0.name == topic } })
            },
        ]
    }
}
