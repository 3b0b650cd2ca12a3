import BrokerTestKit
import KafkaProtocol

/// The versions of requests that a broker serves, as far as they are known here.
struct Served {
    private let ranges: [Int16: ClosedRange<Int16>]

    init(_ peer: Peer) throws {
        let answer = try peer.ask(ApiVersionsRequest.self, 3) {
            $0.clientSoftwareName = "peer"
            $0.clientSoftwareVersion = "1"
        }
        ranges = Dictionary(
            answer.apiKeys.filter { $0.minVersion <= $0.maxVersion }.map { ($0.apiKey, $0.minVersion...$0.maxVersion) },
            uniquingKeysWith: { first, _ in first })
    }

    func versions<Request: Asked>(_: Request.Type) -> ClosedRange<Int16> {
        guard let range = ranges[Request.api.rawValue] else { return Request.validVersions }
        return range.clamped(to: Request.validVersions)
    }
}

/// Asks with the oldest or the newest version of each request.
struct Generation {
    let peer: Peer
    let served: Served
    let isNewest: Bool

    func ask<Request: Asked>(_ request: Request.Type, _ build: (inout Request) -> Void = { _ in }) throws
        -> Request.Answer
    {
        try peer.ask(request, version(request), build)
    }

    func version<Request: Asked>(_ request: Request.Type) -> Int16 {
        let versions = served.versions(request)
        return isNewest ? versions.upperBound : versions.lowerBound
    }
}

extension Behaviour {
    /// Every request in every version.
    static var versions: [Behaviour] {
        [
            Behaviour("every request without content, in every version") { trial, seen, peer in
                let served = try Served(peer)
                func probe<Request: Asked>(_: Request.Type, through last: Int16 = .max) {
                    var runs: [(first: Int16, last: Int16, text: String)] = []
                    for version in served.versions(Request.self) where version <= last {
                        let text: String
                        do {
                            text = seen.text(try trial.peer().ask(Request.self, version))
                        } catch {
                            text = Notes.text(error)
                        }
                        if runs.last?.text == text {
                            runs[runs.count - 1].last = version
                        } else {
                            runs.append((version, version, text))
                        }
                    }
                    for run in runs { seen("\(Request.api), version \(run.first)...\(run.last)", run.text) }
                }
                probe(FetchRequest.self)
                probe(ListOffsetsRequest.self)
                probe(OffsetCommitRequest.self)
                probe(OffsetFetchRequest.self)
                probe(FindCoordinatorRequest.self)
                probe(JoinGroupRequest.self)
                probe(HeartbeatRequest.self)
                probe(LeaveGroupRequest.self)
                probe(SyncGroupRequest.self)
                probe(DescribeGroupsRequest.self)
                probe(CreateTopicsRequest.self)
                probe(DeleteTopicsRequest.self)
                probe(DeleteRecordsRequest.self)
                probe(InitProducerIdRequest.self)
                probe(OffsetForLeaderEpochRequest.self)
                // Kafka never answers a newer one that names no transaction.
                probe(AddPartitionsToTxnRequest.self, through: 3)
                probe(AddOffsetsToTxnRequest.self)
                probe(EndTxnRequest.self)
                probe(WriteTxnMarkersRequest.self)
                probe(TxnOffsetCommitRequest.self)
                probe(DescribeConfigsRequest.self)
                probe(AlterConfigsRequest.self)
                probe(CreatePartitionsRequest.self)
                probe(DeleteGroupsRequest.self)
                probe(IncrementalAlterConfigsRequest.self)
                probe(OffsetDeleteRequest.self)
                probe(DescribeClusterRequest.self)
                probe(DescribeProducersRequest.self)
                probe(DescribeTransactionsRequest.self)
            },
            Behaviour("the oldest version of each request, in use") { trial, seen, peer in
                try life(trial, seen, Generation(peer: peer, served: try Served(peer), isNewest: false))
            },
            Behaviour("the newest version of each request, in use") { trial, seen, peer in
                try life(trial, seen, Generation(peer: peer, served: try Served(peer), isNewest: true))
            },
            Behaviour("metadata in each version") { trial, seen, peer in
                let topic = try trial.topic()
                for version in Int16(0)...13 {
                    var answer = try peer.metadata([topic, trial.bench.name("missing")], version: version)
                    answer.topics.sort { ($0.name ?? "") < ($1.name ?? "") }
                    seen("version \(version)", answer)
                }
            },
            Behaviour("joining, syncing, beating and leaving in each version") { trial, seen, peer in
                for version in Int16(0)...9 {
                    let group = trial.bench.name("group-\(version)")
                    var request = Peer.joinRequest(group: group)
                    if version >= 4 { request.memberId = try peer.join(request, version: version).memberId }
                    let joined = try peer.join(request, version: version)
                    seen.call(joined.memberId, "MEMBER")
                    seen("join \(version)", joined)
                    let sync = Peer.syncRequest(
                        group: group, member: joined.memberId, generation: joined.generationId,
                        assignments: [(joined.memberId, "all")])
                    seen("sync \(min(version, 5))", try peer.sync(sync, version: min(version, 5)))
                    let beat = try peer.heartbeat(
                        group: group, member: joined.memberId, generation: joined.generationId, version: min(version, 4)
                    )
                    seen("heartbeat \(min(version, 4))", beat)
                    let left = try peer.leave(group: group, [(joined.memberId, nil)], version: min(version, 5))
                    seen("leave \(min(version, 5))", left)
                    let deleted = try peer.ask(DeleteGroupsRequest.self, min(version, 2)) { $0.groupsNames = [group] }
                    seen("delete \(min(version, 2))", deleted)
                }
            },
        ]
    }

    /// A topic, a transaction over it with a group's offsets, and a group, each step in one generation of versions.
    private static func life(_ trial: Trial, _ seen: Notes, _ client: Generation) throws {
        let name = trial.bench.name("topic")
        let group = trial.bench.name("group")
        let id = trial.bench.name("tx")
        let created = try client.ask(CreateTopicsRequest.self) {
            $0.topics = [Peer.newTopic(name, [("retention.ms", "-1"), ("segment.ms", "9223372036854775807")])]
        }
        seen("create", created.topics.map { ErrorCode(rawValue: $0.errorCode) })
        try trial.awaitService(name)
        let topicID = try trial.topicID(name)
        let given = try client.peer.whileBusy(\.errorCode) {
            try client.ask(InitProducerIdRequest.self) {
                $0.transactionalId = id
                $0.transactionTimeoutMs = 60_000
            }
        }
        let producer = Identity(id: given.producerId, epoch: given.producerEpoch, transactionalID: id)
        seen.call(producer.id, "P")
        seen("init", given)
        let addition = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic.of(name, [0])
        let added = try client.ask(AddPartitionsToTxnRequest.self) {
            $0.v3AndBelowTransactionalId = id
            $0.v3AndBelowProducerId = producer.id
            $0.v3AndBelowProducerEpoch = producer.epoch
            $0.v3AndBelowTopics = [addition]
            var transaction = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction()
            transaction.transactionalId = id
            transaction.producerId = producer.id
            transaction.producerEpoch = producer.epoch
            transaction.topics = [addition]
            $0.transactions = [transaction]
        }
        seen("add", added)
        let produced = try client.ask(ProduceRequest.self) {
            $0 = Peer.produceRequest(
                name, 0, batch(["a", "b"], by: producer, sequence: 0), acks: -1, transactionalID: id)
            $0.topicData[0].topicId = topicID
        }
        seen("produce", produced)
        let addedOffsets = try client.ask(AddOffsetsToTxnRequest.self) {
            $0.transactionalId = id
            $0.producerId = producer.id
            $0.producerEpoch = producer.epoch
            $0.groupId = group
        }
        seen("add offsets", addedOffsets)
        let sent = try client.peer.sendOffset(
            1, of: name, group: group, by: producer, version: client.version(TxnOffsetCommitRequest.self))
        seen("send offsets", sent)
        // From version 5 on the end of a transaction also raises the epoch: another behaviour.
        let ended = try client.peer.endOnce(producer, commit: true, version: min(4, client.version(EndTxnRequest.self)))
        seen("end", ended)
        _ = try client.peer.awaitEnd(id)
        try trial.until { try client.peer.committed(name, group: group, stable: true).errorCode == 0 }
        let fetched = try client.ask(FetchRequest.self) {
            $0 = Peer.fetchRequest([(name, 0, 0)], .committed)
            $0.topics[0].topicId = topicID
        }
        seen("fetch", fetched.responses)
        let offsetsVersion = client.version(ListOffsetsRequest.self)
        seen("latest", try client.peer.offset(name, at: .latest, version: offsetsVersion))
        var request = Peer.joinRequest(group: group)
        if client.isNewest { request.memberId = try client.ask(JoinGroupRequest.self) { $0 = request }.memberId }
        let joined = try client.ask(JoinGroupRequest.self) { $0 = request }
        seen.call(joined.memberId, "MEMBER")
        seen("join", joined)
        let sync = Peer.syncRequest(
            group: group, member: joined.memberId, generation: joined.generationId,
            assignments: [(joined.memberId, "all")])
        seen("sync", try client.ask(SyncGroupRequest.self) { $0 = sync })
        let committed = try client.ask(OffsetCommitRequest.self) {
            var place = OffsetCommitRequest.OffsetCommitRequestPartition()
            place.committedOffset = 2
            var places = OffsetCommitRequest.OffsetCommitRequestTopic()
            places.name = name
            places.topicId = topicID
            places.partitions = [place]
            $0.groupId = group
            $0.generationIdOrMemberEpoch = joined.generationId
            $0.memberId = joined.memberId
            $0.topics = [places]
        }
        seen("commit", committed)
        let offsets = try client.ask(OffsetFetchRequest.self) {
            var old = OffsetFetchRequest.OffsetFetchRequestTopic()
            old.name = name
            old.partitionIndexes = [0]
            $0.groupId = group
            $0.topics = [old]
            var new = OffsetFetchRequest.OffsetFetchRequestTopics()
            new.name = name
            new.topicId = topicID
            new.partitionIndexes = [0]
            var wanted = OffsetFetchRequest.OffsetFetchRequestGroup()
            wanted.groupId = group
            wanted.topics = [new]
            $0.groups = [wanted]
        }
        seen("offsets", offsets)
        let beat = try client.ask(HeartbeatRequest.self) {
            $0.groupId = group
            $0.memberId = joined.memberId
            $0.generationId = joined.generationId
        }
        seen("heartbeat", beat)
        seen("describe", try client.ask(DescribeGroupsRequest.self) { $0.groups = [group] })
        let left = try client.peer.leave(
            group: group, [(joined.memberId, nil)], version: client.version(LeaveGroupRequest.self))
        seen("leave", left)
        seen("delete group", try client.ask(DeleteGroupsRequest.self) { $0.groupsNames = [group] })
        let deleted = try client.ask(DeleteTopicsRequest.self) {
            $0.timeoutMs = 10_000
            $0.topicNames = [name]
            var state = DeleteTopicsRequest.DeleteTopicState()
            state.name = name
            $0.topics = [state]
        }
        seen("delete", deleted)
    }
}

extension AddPartitionsToTxnRequest.AddPartitionsToTxnTopic {
    static func of(_ name: String, _ partitions: [Int32]) -> Self {
        var topic = Self()
        topic.name = name
        topic.partitions = partitions
        return topic
    }
}
