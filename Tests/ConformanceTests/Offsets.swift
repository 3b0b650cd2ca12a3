import BrokerTestKit
import Kafka
import KafkaProtocol

extension Behaviour {
    /// Committed offsets of groups.
    static var offsets: [Behaviour] {
        [
            Behaviour("offsets are committed and fetched in each version") { trial, seen, peer in
                let topic = try trial.topic(partitions: 12)
                let id = try trial.topicID(topic)
                let group = trial.bench.name("group")
                for version in Int16(2)...10 {
                    let answer = try peer.ask(OffsetCommitRequest.self, version) {
                        var place = OffsetCommitRequest.OffsetCommitRequestPartition()
                        place.partitionIndex = Int32(version)
                        place.committedOffset = 100 + Int64(version)
                        place.committedLeaderEpoch = 0
                        place.committedMetadata = "version \(version)"
                        var places = OffsetCommitRequest.OffsetCommitRequestTopic()
                        places.name = topic
                        places.topicId = id
                        places.partitions = [place]
                        $0.groupId = group
                        $0.topics = [places]
                    }
                    seen("commit, version \(version)", answer)
                }
                for version in Int16(1)...10 {
                    let answer = try peer.ask(OffsetFetchRequest.self, version) {
                        var old = OffsetFetchRequest.OffsetFetchRequestTopic()
                        old.name = topic
                        old.partitionIndexes = [2, 10, 11]
                        $0.groupId = group
                        $0.topics = [old]
                        var new = OffsetFetchRequest.OffsetFetchRequestTopics()
                        new.name = topic
                        new.topicId = id
                        new.partitionIndexes = [2, 10, 11]
                        var wanted = OffsetFetchRequest.OffsetFetchRequestGroup()
                        wanted.groupId = group
                        wanted.topics = [new]
                        $0.groups = [wanted]
                    }
                    seen("fetch, version \(version)", answer)
                }
            },
            Behaviour("what was never committed is -1, not an error") { trial, seen, peer in
                let topic = try trial.topic()
                seen("unknown group", try peer.committed(topic, group: trial.bench.name("no")))
                seen("unknown topic", try peer.committed(trial.bench.name("missing"), group: trial.bench.name("no")))
                let group = trial.bench.name("group")
                seen("commit", try peer.commit(3, of: topic, group: group))
                seen("other partition", try peer.committed(topic, 7, group: group))
                seen("unknown topic, known group", try peer.committed(trial.bench.name("missing"), group: group))
                seen("empty group", try peer.ask(OffsetFetchRequest.self, 7))
            },
            Behaviour("all offsets of a group, and of several groups") { trial, seen, peer in
                let first = try trial.topic("a", partitions: 2)
                let second = try trial.topic("b")
                let groups = ["one", "two", "none"].map { trial.bench.name($0) }
                _ = try peer.commit(1, of: first, 0, group: groups[0])
                _ = try peer.commit(2, of: first, 1, group: groups[0])
                _ = try peer.commit(3, of: second, group: groups[0])
                _ = try peer.commit(4, of: second, group: groups[1])
                for version in [Int16(2), 5, 7] {
                    var answer = try peer.ask(OffsetFetchRequest.self, version) {
                        $0.groupId = groups[0]
                        $0.topics = nil
                    }
                    answer.topics.sort { $0.name < $1.name }
                    for index in answer.topics.indices {
                        answer.topics[index].partitions.sort { $0.partitionIndex < $1.partitionIndex }
                    }
                    seen("all, version \(version)", answer)
                }
                var answer = try peer.ask(OffsetFetchRequest.self, 9) {
                    $0.groups = groups.map { group in
                        var wanted = OffsetFetchRequest.OffsetFetchRequestGroup()
                        wanted.groupId = group
                        wanted.topics = nil
                        return wanted
                    }
                }
                answer.groups.sort { $0.groupId < $1.groupId }
                for group in answer.groups.indices {
                    answer.groups[group].topics.sort { $0.name < $1.name }
                    for topic in answer.groups[group].topics.indices {
                        answer.groups[group].topics[topic].partitions.sort { $0.partitionIndex < $1.partitionIndex }
                    }
                }
                seen("several", answer)
            },
            Behaviour("metadata is kept, too much of it is refused") { trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                seen("text", try peer.commit(1, of: topic, group: group, metadata: "a note"))
                seen("offset", try peer.committed(topic, group: group))
                seen("null", try peer.commit(2, of: topic, group: group, metadata: nil))
                seen("offset", try peer.committed(topic, group: group))
                seen(
                    "4096 bytes",
                    try peer.commit(3, of: topic, group: group, metadata: String(repeating: "x", count: 4_096)))
                seen(
                    "4097 bytes",
                    try peer.commit(4, of: topic, group: group, metadata: String(repeating: "x", count: 4_097)))
                seen("offset", try peer.committed(topic, group: group).committedOffset)
            },
            Behaviour("commits to what is not there are refused one by one") { trial, seen, peer in
                let topic = try trial.topic()
                let group = trial.bench.name("group")
                seen("missing topic", try peer.commit(1, of: trial.bench.name("missing"), group: group))
                seen("missing partition", try peer.commit(1, of: topic, 7, group: group))
                seen("negative offset", try peer.commit(-5, of: topic, group: group))
                seen("beyond the end", try peer.commit(1_000_000, of: topic, group: group))
                seen("offset", try peer.committed(topic, group: group))
            },
            Behaviour("offsets go with their topic") { trial, seen, peer in
                let topic = try trial.topic()
                let kept = try trial.topic("kept")
                let group = trial.bench.name("group")
                _ = try peer.commit(1, of: topic, group: group)
                _ = try peer.commit(2, of: kept, group: group)
                _ = try trial.bench.admin.deleteTopics([topic])
                try trial.until { try peer.committed(topic, group: group).committedOffset == -1 }
                seen("deleted", try peer.committed(topic, group: group))
                seen("kept", try peer.committed(kept, group: group))
            },
            Behaviour("single offsets are deleted, not those of a topic that members read") { trial, seen, peer in
                let read = try trial.topic("read")
                let other = try trial.topic("other", partitions: 2)
                let group = trial.bench.name("group")
                var subscription = ConsumerProtocolSubscription()
                subscription.topics = [read]
                var metadata = ProtocolWriter()
                metadata.int16(0)
                subscription.write(to: &metadata, version: 0)
                var request = Peer.joinRequest(group: group, type: "consumer")
                request.protocols[0].metadata = metadata.bytes
                request.memberId = try peer.join(request).memberId
                let joined = try peer.join(request)
                let sync = Peer.syncRequest(
                    group: group, member: joined.memberId, generation: joined.generationId, type: "consumer",
                    assignments: [(joined.memberId, "all")])
                _ = try peer.sync(sync)
                func commit(_ offset: Int64, _ topic: String, _ partition: Int32 = 0) throws {
                    seen(
                        "commit",
                        try peer.commit(
                            offset, of: topic, partition, group: group, generation: joined.generationId,
                            member: joined.memberId))
                }
                try commit(1, read)
                try commit(2, other)
                try commit(3, other, 1)
                func delete(_ label: String, _ group: String, _ topics: [(String, [Int32])]) throws {
                    var answer = try peer.ask(OffsetDeleteRequest.self) {
                        $0.groupId = group
                        $0.topics = topics.map { name, partitions in
                            var places = OffsetDeleteRequest.OffsetDeleteRequestTopic()
                            places.name = name
                            places.partitions = partitions.map { index in
                                var place = OffsetDeleteRequest.OffsetDeleteRequestPartition()
                                place.partitionIndex = index
                                return place
                            }
                            return places
                        }
                    }
                    answer.topics.sort { $0.name < $1.name }
                    for index in answer.topics.indices {
                        answer.topics[index].partitions.sort { $0.partitionIndex < $1.partitionIndex }
                    }
                    seen(label, answer)
                }
                try delete("delete", group, [(read, [0]), (other, [0, 5]), (trial.bench.name("missing"), [0])])
                seen("read", try peer.committed(read, group: group))
                seen("other 0", try peer.committed(other, 0, group: group))
                seen("other 1", try peer.committed(other, 1, group: group))
                try delete("unknown group", trial.bench.name("no"), [(other, [1])])
                seen("leave", try peer.leave(group: group, [(joined.memberId, nil)]).errorCode)
                try delete("empty group", group, [(read, [0])])
                seen("read", try peer.committed(read, group: group))
            },
        ]
    }
}
