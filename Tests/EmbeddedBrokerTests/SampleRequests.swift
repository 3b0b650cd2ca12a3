import BrokerCore
import KafkaProtocol

/// Requests with drawn values, of every kind: names from small sets, so that they meet each other.
struct SampleRequests {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed) }

    mutating func next() -> RequestBody { next(pick(ApiKey.allCases)) }

    mutating func next(_ api: ApiKey) -> RequestBody {
        switch api {
        case .produce: .produce(produce())
        case .fetch: .fetch(fetch())
        case .listOffsets: .listOffsets(listOffsets())
        case .metadata: .metadata(metadata())
        case .offsetCommit: .offsetCommit(offsetCommit())
        case .offsetFetch: .offsetFetch(offsetFetch())
        case .findCoordinator: .findCoordinator(findCoordinator())
        case .joinGroup: .joinGroup(joinGroup())
        case .heartbeat: .heartbeat(heartbeat())
        case .leaveGroup: .leaveGroup(leaveGroup())
        case .syncGroup: .syncGroup(syncGroup())
        case .describeGroups: .describeGroups(describeGroups())
        case .listGroups: .listGroups(listGroups())
        case .apiVersions: .apiVersions(apiVersions())
        case .createTopics: .createTopics(createTopics())
        case .deleteTopics: .deleteTopics(deleteTopics())
        case .deleteRecords: .deleteRecords(deleteRecords())
        case .initProducerId: .initProducerId(initProducerId())
        case .offsetForLeaderEpoch: .offsetForLeaderEpoch(offsetForLeaderEpoch())
        case .addPartitionsToTxn: .addPartitionsToTxn(addPartitionsToTxn())
        case .addOffsetsToTxn: .addOffsetsToTxn(addOffsetsToTxn())
        case .endTxn: .endTxn(endTxn())
        case .writeTxnMarkers: .writeTxnMarkers(writeTxnMarkers())
        case .txnOffsetCommit: .txnOffsetCommit(txnOffsetCommit())
        case .describeConfigs: .describeConfigs(describeConfigs())
        case .alterConfigs: .alterConfigs(alterConfigs())
        case .describeLogDirs: .describeLogDirs(describeLogDirs())
        case .createPartitions: .createPartitions(createPartitions())
        case .deleteGroups: .deleteGroups(deleteGroups())
        case .incrementalAlterConfigs: .incrementalAlterConfigs(incrementalAlterConfigs())
        case .offsetDelete: .offsetDelete(offsetDelete())
        case .describeCluster: .describeCluster(DescribeClusterRequest())
        case .describeProducers: .describeProducers(describeProducers())
        case .describeTransactions: .describeTransactions(describeTransactions())
        case .listTransactions: .listTransactions(listTransactions())
        case .describeTopicPartitions: .describeTopicPartitions(describeTopicPartitions())
        }
    }

    // MARK: Values

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    /// Mostly a small number, at times the ends of the type.
    private mutating func any<Value: FixedWidthInteger>() -> Value {
        pick([0, 1, 1, 2, 3, 5, 10, 100, 0 &- 1, 0 &- 2, .max, .min])
    }

    private mutating func topic() -> String { pick(["t0", "t1", "t2", "t-compact", "", "..", "unknown", "größe"]) }
    private mutating func group() -> String { pick(["g0", "g1", "g2", ""]) }
    private mutating func id() -> String { pick(["tx0", "tx1", "tx2", ""]) }
    private mutating func member() -> String { pick(["", "m1", "c-1", "nobody"]) }
    private mutating func instance() -> String? { pick([nil, nil, "i1", "i2", ""]) }
    private mutating func partition() -> Int32 { pick([0, 0, 0, 1, 2, 7, -1, .max]) }
    private mutating func flag() -> Bool { Bool.random(using: &random) }
    private mutating func uuid() -> KafkaUUID { KafkaUUID(high: any(), low: any()) }
    private mutating func bytes(_ limit: Int = 40) -> [UInt8] {
        (0..<number(0...limit)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private mutating func list<Element>(_ limit: Int = 3, _ make: (inout Self) -> Element) -> [Element] {
        (0..<number(1...limit)).map { _ in make(&self) }
    }

    private func filled<Value: ProtocolStruct>(_ fill: (inout Value) -> Void) -> Value {
        var value = Value()
        fill(&value)
        return value
    }

    /// A batch; at times of a producer, transactional, compressed by its word alone, or with a wrong check.
    mutating func batch() -> [UInt8] {
        var header = BatchHeader()
        header.baseTimestamp = any()
        header.maxTimestamp = any()
        if flag() {
            header.producerID = Int64(number(0...5))
            header.producerEpoch = Int16(number(0...2))
            header.baseSequence = Int32(number(0...3))
        }
        if number(0...3) == 0 { header.attributes |= 0x10 }
        if number(0...15) == 0 { header.attributes |= Int16(number(1...63)) }
        let count = number(0...4)
        let records = (0..<count).map { index in
            BatchRecord(offsetDelta: Int32(index), key: flag() ? bytes(3) : nil, value: flag() ? bytes() : nil)
        }
        var batch = RecordBatchCodec.batch(header, records)
        if number(0...15) == 0 { batch[number(0...batch.count - 1)] ^= 1 }
        return batch
    }

    // MARK: Logs

    private mutating func produce() -> ProduceRequest {
        var request = ProduceRequest()
        request.transactionalId = pick([nil, nil, id()])
        request.acks = pick([-1, -1, 1, 0, 2])
        request.timeoutMs = any()
        request.topicData = list { values in
            var topic = ProduceRequest.TopicProduceData()
            topic.name = values.topic()
            topic.topicId = values.uuid()
            topic.partitionData = values.list { values in
                var data = ProduceRequest.PartitionProduceData()
                data.index = values.partition()
                data.records = values.number(0...9) == 0 ? nil : RecordSet(values.list(2) { $0.batch() })
                return data
            }
            return topic
        }
        return request
    }

    private mutating func fetch() -> FetchRequest {
        var request = FetchRequest()
        request.maxWaitMs = pick([0, 0, 5, -1])
        request.minBytes = any()
        request.maxBytes = any()
        request.isolationLevel = any()
        request.sessionId = pick([0, 0, 1, any()])
        request.sessionEpoch = pick([-1, -1, 0, any()])
        request.topics = list { values in
            var topic = FetchRequest.FetchTopic()
            topic.topic = values.topic()
            topic.topicId = values.uuid()
            topic.partitions = values.list { values in
                var wanted = FetchRequest.FetchPartition()
                wanted.partition = values.partition()
                wanted.fetchOffset = values.any()
                wanted.partitionMaxBytes = values.any()
                wanted.currentLeaderEpoch = values.any()
                wanted.lastFetchedEpoch = values.pick([-1, -1, values.any()])
                return wanted
            }
            return topic
        }
        return request
    }

    private mutating func listOffsets() -> ListOffsetsRequest {
        var request = ListOffsetsRequest()
        request.isolationLevel = any()
        request.topics = list { values in
            var topic = ListOffsetsRequest.ListOffsetsTopic()
            topic.name = values.topic()
            topic.partitions = values.list { values in
                var wanted = ListOffsetsRequest.ListOffsetsPartition()
                wanted.partitionIndex = values.partition()
                wanted.timestamp = values.pick([-1, -2, -3, -4, -5, -6, values.any()])
                wanted.currentLeaderEpoch = values.any()
                return wanted
            }
            return topic
        }
        return request
    }

    private mutating func metadata() -> MetadataRequest {
        var request = MetadataRequest()
        request.allowAutoTopicCreation = flag()
        request.topics =
            number(0...3) == 0
            ? nil
            : list { values in
                var topic = MetadataRequest.MetadataRequestTopic()
                topic.name = values.topic()
                if values.flag() { topic.topicId = values.uuid() }
                return topic
            }
        return request
    }

    private mutating func offsetForLeaderEpoch() -> OffsetForLeaderEpochRequest {
        var request = OffsetForLeaderEpochRequest()
        request.topics = list { values in
            var topic = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
            topic.topic = values.topic()
            topic.partitions = values.list { values in
                var wanted = OffsetForLeaderEpochRequest.OffsetForLeaderPartition()
                wanted.partition = values.partition()
                wanted.currentLeaderEpoch = values.any()
                wanted.leaderEpoch = values.any()
                return wanted
            }
            return topic
        }
        return request
    }

    private mutating func deleteRecords() -> DeleteRecordsRequest {
        var request = DeleteRecordsRequest()
        request.topics = list { values in
            var topic = DeleteRecordsRequest.DeleteRecordsTopic()
            topic.name = values.topic()
            topic.partitions = values.list { values in
                var wanted = DeleteRecordsRequest.DeleteRecordsPartition()
                wanted.partitionIndex = values.partition()
                wanted.offset = values.any()
                return wanted
            }
            return topic
        }
        return request
    }

    // MARK: Topics

    private mutating func createTopics() -> CreateTopicsRequest {
        var request = CreateTopicsRequest()
        request.validateOnly = number(0...3) == 0
        request.topics = list { values in
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = values.topic()
            topic.numPartitions = values.pick([1, 1, 3, -1, 0, .max])
            topic.replicationFactor = values.pick([1, 1, -1, 3])
            if values.number(0...3) == 0 {
                topic.configs = values.list { values in
                    var config = CreateTopicsRequest.CreatableTopicConfig()
                    config.name = values.configName()
                    config.value = values.configValue()
                    return config
                }
            }
            if values.number(0...7) == 0 {
                topic.assignments = values.list { values in
                    var assignment = CreateTopicsRequest.CreatableReplicaAssignment()
                    assignment.partitionIndex = values.partition()
                    assignment.brokerIds = values.list { $0.any() }
                    return assignment
                }
            }
            return topic
        }
        return request
    }

    private mutating func configName() -> String {
        pick([
            "cleanup.policy", "retention.ms", "retention.bytes", "max.message.bytes", "min.insync.replicas",
            "segment.ms",
            "message.timestamp.type", "delete.retention.ms", "no.such.config", "",
        ])
    }

    private mutating func configValue() -> String? {
        pick(["compact", "delete", "compact,delete", "1000", "-1", "0", "abc", "", nil, "LogAppendTime"])
    }

    private mutating func deleteTopics() -> DeleteTopicsRequest {
        var request = DeleteTopicsRequest()
        request.topicNames = list(1) { $0.topic() }
        request.topics = list(1) { values in
            var topic = DeleteTopicsRequest.DeleteTopicState()
            topic.name = values.flag() ? values.topic() : nil
            topic.topicId = values.uuid()
            return topic
        }
        return request
    }

    private mutating func createPartitions() -> CreatePartitionsRequest {
        var request = CreatePartitionsRequest()
        request.validateOnly = flag()
        request.topics = list { values in
            var topic = CreatePartitionsRequest.CreatePartitionsTopic()
            topic.name = values.topic()
            topic.count = values.pick([1, 2, 4, 6, -1, 0, .max])
            topic.assignments = values.flag() ? nil : []
            return topic
        }
        return request
    }

    private mutating func describeConfigs() -> DescribeConfigsRequest {
        var request = DescribeConfigsRequest()
        request.includeSynonyms = flag()
        request.resources = list { values in
            var resource = DescribeConfigsRequest.DescribeConfigsResource()
            resource.resourceType = values.pick([2, 2, 4, 0, 8, values.any()])
            resource.resourceName = values.pick([values.topic(), "1", ""])
            resource.configurationKeys = values.flag() ? nil : values.list { $0.configName() }
            return resource
        }
        return request
    }

    private mutating func alterConfigs() -> AlterConfigsRequest {
        var request = AlterConfigsRequest()
        request.validateOnly = flag()
        request.resources = list { values in
            var resource = AlterConfigsRequest.AlterConfigsResource()
            resource.resourceType = values.pick([2, 2, 4, values.any()])
            resource.resourceName = values.pick([values.topic(), "1", ""])
            resource.configs = values.list { values in
                var config = AlterConfigsRequest.AlterableConfig()
                config.name = values.configName()
                config.value = values.configValue()
                return config
            }
            return resource
        }
        return request
    }

    private mutating func incrementalAlterConfigs() -> IncrementalAlterConfigsRequest {
        var request = IncrementalAlterConfigsRequest()
        request.validateOnly = flag()
        request.resources = list { values in
            var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
            resource.resourceType = values.pick([2, 2, 4, values.any()])
            resource.resourceName = values.pick([values.topic(), "1", ""])
            resource.configs = values.list { values in
                var config = IncrementalAlterConfigsRequest.AlterableConfig()
                config.name = values.configName()
                config.configOperation = values.pick([0, 0, 1, 2, 3, values.any()])
                config.value = values.configValue()
                return config
            }
            return resource
        }
        return request
    }

    private mutating func describeLogDirs() -> DescribeLogDirsRequest {
        var request = DescribeLogDirsRequest()
        request.topics =
            flag()
            ? nil
            : list { values in
                var topic = DescribeLogDirsRequest.DescribableLogDirTopic()
                topic.topic = values.topic()
                topic.partitions = values.list { $0.partition() }
                return topic
            }
        return request
    }

    private mutating func describeProducers() -> DescribeProducersRequest {
        var request = DescribeProducersRequest()
        request.topics = list { values in
            var topic = DescribeProducersRequest.TopicRequest()
            topic.name = values.topic()
            topic.partitionIndexes = values.list { $0.partition() }
            return topic
        }
        return request
    }

    private mutating func describeTopicPartitions() -> DescribeTopicPartitionsRequest {
        var request = DescribeTopicPartitionsRequest()
        request.responsePartitionLimit = any()
        request.topics = list { values in
            var topic = DescribeTopicPartitionsRequest.TopicRequest()
            topic.name = values.topic()
            return topic
        }
        if number(0...3) == 0 {
            var cursor = DescribeTopicPartitionsRequest.Cursor()
            cursor.topicName = topic()
            cursor.partitionIndex = any()
            request.cursor = cursor
        }
        return request
    }

    private mutating func apiVersions() -> ApiVersionsRequest {
        var request = ApiVersionsRequest()
        request.clientSoftwareName = pick(["", "fuzz", "a b", "-"])
        request.clientSoftwareVersion = pick(["", "1.0", "?"])
        return request
    }

    // MARK: Groups

    private mutating func offsetCommit() -> OffsetCommitRequest {
        var request = OffsetCommitRequest()
        request.groupId = group()
        request.generationIdOrMemberEpoch = pick([-1, -1, any()])
        request.memberId = pick(["", "", member()])
        request.groupInstanceId = instance()
        request.retentionTimeMs = pick([-1, any()])
        request.topics = list { values in
            var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
            topic.name = values.topic()
            topic.topicId = values.uuid()
            topic.partitions = values.list { values in
                var offset = OffsetCommitRequest.OffsetCommitRequestPartition()
                offset.partitionIndex = values.partition()
                offset.committedOffset = values.any()
                offset.committedMetadata = values.pick([nil, "", "m", String(repeating: "m", count: 5_000)])
                return offset
            }
            return topic
        }
        return request
    }

    private mutating func offsetFetch() -> OffsetFetchRequest {
        var request = OffsetFetchRequest()
        request.groupId = group()
        request.requireStable = flag()
        request.topics = list { values in
            var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
            topic.name = values.topic()
            topic.partitionIndexes = values.list { $0.partition() }
            return topic
        }
        request.groups = list { values in
            var group = OffsetFetchRequest.OffsetFetchRequestGroup()
            group.groupId = values.group()
            group.memberId = values.pick([nil, values.member()])
            group.topics =
                values.flag()
                ? nil
                : values.list { values in
                    var topic = OffsetFetchRequest.OffsetFetchRequestTopics()
                    topic.name = values.topic()
                    topic.topicId = values.uuid()
                    topic.partitionIndexes = values.list { $0.partition() }
                    return topic
                }
            return group
        }
        return request
    }

    private mutating func findCoordinator() -> FindCoordinatorRequest {
        var request = FindCoordinatorRequest()
        request.key = group()
        request.keyType = pick([0, 1, any()])
        request.coordinatorKeys = list { $0.id() }
        return request
    }

    private mutating func joinGroup() -> JoinGroupRequest {
        var request = JoinGroupRequest()
        request.groupId = group()
        request.sessionTimeoutMs = pick([6_000, 10_000, any()])
        request.rebalanceTimeoutMs = pick([10, 1_000, any()])
        request.memberId = member()
        request.groupInstanceId = instance()
        request.protocolType = pick(["consumer", "consumer", "connect", ""])
        request.protocols = list { values in
            var named = JoinGroupRequest.JoinGroupRequestProtocol()
            named.name = values.pick(["range", "roundrobin", ""])
            named.metadata = values.bytes()
            return named
        }
        return request
    }

    private mutating func syncGroup() -> SyncGroupRequest {
        var request = SyncGroupRequest()
        request.groupId = group()
        request.generationId = any()
        request.memberId = member()
        request.groupInstanceId = instance()
        request.protocolType = pick([nil, "consumer"])
        request.protocolName = pick([nil, "range"])
        request.assignments = list { values in
            var assignment = SyncGroupRequest.SyncGroupRequestAssignment()
            assignment.memberId = values.member()
            assignment.assignment = values.bytes()
            return assignment
        }
        return request
    }

    private mutating func heartbeat() -> HeartbeatRequest {
        var request = HeartbeatRequest()
        request.groupId = group()
        request.generationId = any()
        request.memberId = member()
        request.groupInstanceId = instance()
        return request
    }

    private mutating func leaveGroup() -> LeaveGroupRequest {
        var request = LeaveGroupRequest()
        request.groupId = group()
        request.memberId = member()
        request.members = list { values in
            var leaving = LeaveGroupRequest.MemberIdentity()
            leaving.memberId = values.member()
            leaving.groupInstanceId = values.instance()
            return leaving
        }
        return request
    }

    private mutating func describeGroups() -> DescribeGroupsRequest {
        var request = DescribeGroupsRequest()
        request.groups = list { $0.group() }
        return request
    }

    private mutating func listGroups() -> ListGroupsRequest {
        var request = ListGroupsRequest()
        request.statesFilter = pick([[], ["Stable"], ["nonsense", ""]])
        request.typesFilter = pick([[], ["classic"], ["consumer"], ["?"]])
        return request
    }

    private mutating func deleteGroups() -> DeleteGroupsRequest {
        var request = DeleteGroupsRequest()
        request.groupsNames = list { $0.group() }
        return request
    }

    private mutating func offsetDelete() -> OffsetDeleteRequest {
        var request = OffsetDeleteRequest()
        request.groupId = group()
        request.topics = list { values in
            var topic = OffsetDeleteRequest.OffsetDeleteRequestTopic()
            topic.name = values.topic()
            topic.partitions = values.list { values in
                var wanted = OffsetDeleteRequest.OffsetDeleteRequestPartition()
                wanted.partitionIndex = values.partition()
                return wanted
            }
            return topic
        }
        return request
    }

    // MARK: Transactions

    private mutating func initProducerId() -> InitProducerIdRequest {
        var request = InitProducerIdRequest()
        request.transactionalId = pick([nil, id()])
        request.transactionTimeoutMs = pick([1, 1_000, 60_000, any()])
        request.producerId = pick([-1, -1, Int64(number(0...5))])
        request.producerEpoch = pick([-1, -1, Int16(number(0...3))])
        return request
    }

    private mutating func transactionTopic() -> AddPartitionsToTxnRequest.AddPartitionsToTxnTopic {
        var named = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
        named.name = topic()
        named.partitions = list { $0.partition() }
        return named
    }

    private mutating func addPartitionsToTxn() -> AddPartitionsToTxnRequest {
        var request = AddPartitionsToTxnRequest()
        request.v3AndBelowTransactionalId = id()
        request.v3AndBelowProducerId = Int64(number(0...5))
        request.v3AndBelowProducerEpoch = Int16(number(0...3))
        request.v3AndBelowTopics = list { $0.transactionTopic() }
        request.transactions = list { values in
            var transaction = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction()
            transaction.transactionalId = values.id()
            transaction.producerId = Int64(values.number(0...5))
            transaction.producerEpoch = Int16(values.number(0...3))
            transaction.verifyOnly = values.flag()
            transaction.topics = values.list { $0.transactionTopic() }
            return transaction
        }
        return request
    }

    private mutating func addOffsetsToTxn() -> AddOffsetsToTxnRequest {
        var request = AddOffsetsToTxnRequest()
        request.transactionalId = id()
        request.producerId = Int64(number(0...5))
        request.producerEpoch = Int16(number(0...3))
        request.groupId = group()
        return request
    }

    private mutating func endTxn() -> EndTxnRequest {
        var request = EndTxnRequest()
        request.transactionalId = id()
        request.producerId = Int64(number(0...5))
        request.producerEpoch = Int16(number(0...3))
        request.committed = flag()
        return request
    }

    private mutating func writeTxnMarkers() -> WriteTxnMarkersRequest {
        var request = WriteTxnMarkersRequest()
        request.markers = list { values in
            var marker = WriteTxnMarkersRequest.WritableTxnMarker()
            marker.producerId = Int64(values.number(0...5))
            marker.producerEpoch = Int16(values.number(0...3))
            marker.transactionResult = values.flag()
            marker.topics = values.list { values in
                var topic = WriteTxnMarkersRequest.WritableTxnMarkerTopic()
                topic.name = values.topic()
                topic.partitionIndexes = values.list { $0.partition() }
                return topic
            }
            return marker
        }
        return request
    }

    private mutating func txnOffsetCommit() -> TxnOffsetCommitRequest {
        var request = TxnOffsetCommitRequest()
        request.transactionalId = id()
        request.groupId = group()
        request.producerId = Int64(number(0...5))
        request.producerEpoch = Int16(number(0...3))
        request.generationId = pick([-1, any()])
        request.memberId = member()
        request.groupInstanceId = instance()
        request.topics = list { values in
            var topic = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic()
            topic.name = values.topic()
            topic.partitions = values.list { values in
                var offset = TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition()
                offset.partitionIndex = values.partition()
                offset.committedOffset = values.any()
                return offset
            }
            return topic
        }
        return request
    }

    private mutating func describeTransactions() -> DescribeTransactionsRequest {
        var request = DescribeTransactionsRequest()
        request.transactionalIds = list { $0.id() }
        return request
    }

    private mutating func listTransactions() -> ListTransactionsRequest {
        var request = ListTransactionsRequest()
        request.stateFilters = pick([[], ["Ongoing"], ["nonsense"]])
        request.producerIdFilters = pick([[], [1], [-1]])
        request.durationFilter = any()
        request.transactionalIdPattern = pick([nil, "tx.*", "(", String(repeating: "(a*)*", count: 20)])
        return request
    }
}
