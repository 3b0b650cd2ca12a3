import BrokerTestKit
import KafkaProtocol

extension Peer {
    func heartbeat(
        group: String, member: String, generation: Int32, instance: String? = nil, version: Int16 = 4
    ) throws -> HeartbeatResponse {
        try ask(HeartbeatRequest.self, version) {
            $0.groupId = group
            $0.memberId = member
            $0.generationId = generation
            $0.groupInstanceId = instance
        }
    }

    /// A request to join; brokers look into metadata of the type `consumer`, of no other.
    static func joinRequest(
        group: String, member: String = "", instance: String? = nil, protocols: [String] = ["range"],
        type: String = "test", metadata: String = "wants", sessionMs: Int32 = 10_000, rebalanceMs: Int32 = 10_000
    ) -> JoinGroupRequest {
        var request = JoinGroupRequest()
        request.groupId = group
        request.memberId = member
        request.groupInstanceId = instance
        request.protocolType = type
        request.sessionTimeoutMs = sessionMs
        request.rebalanceTimeoutMs = rebalanceMs
        request.protocols = protocols.map { name in
            var supported = JoinGroupRequest.JoinGroupRequestProtocol()
            supported.name = name
            supported.metadata = metadata.bytes
            return supported
        }
        return request
    }

    func join(_ request: JoinGroupRequest, version: Int16 = 9) throws -> JoinGroupResponse {
        try ask(JoinGroupRequest.self, version) { $0 = request }
    }

    static func syncRequest(
        group: String, member: String, generation: Int32, instance: String? = nil, type: String = "test",
        assignments: [(member: String, text: String)] = []
    ) -> SyncGroupRequest {
        var request = SyncGroupRequest()
        request.groupId = group
        request.memberId = member
        request.generationId = generation
        request.groupInstanceId = instance
        request.protocolType = type
        request.protocolName = "range"
        request.assignments = assignments.map { member, text in
            var assignment = SyncGroupRequest.SyncGroupRequestAssignment()
            assignment.memberId = member
            assignment.assignment = text.bytes
            return assignment
        }
        return request
    }

    func sync(_ request: SyncGroupRequest, version: Int16 = 5) throws -> SyncGroupResponse {
        try ask(SyncGroupRequest.self, version) { $0 = request }
    }

    func leave(group: String, _ members: [(member: String, instance: String?)], version: Int16 = 5) throws
        -> LeaveGroupResponse
    {
        try ask(LeaveGroupRequest.self, version) {
            $0.groupId = group
            if version < 3 {
                $0.memberId = members.first?.member ?? ""
            } else {
                $0.members = members.map { member, instance in
                    var identity = LeaveGroupRequest.MemberIdentity()
                    identity.memberId = member
                    identity.groupInstanceId = instance
                    return identity
                }
            }
        }
    }

    func describe(group: String, version: Int16 = 6) throws -> DescribeGroupsResponse.DescribedGroup {
        let answer = try ask(DescribeGroupsRequest.self, version) { $0.groups = [group] }
        guard let described = answer.groups.first else { throw Missing() }
        return described
    }

    // MARK: Offsets

    func commit(
        _ offset: Int64, of topic: String, _ partition: Int32 = 0, group: String, generation: Int32 = -1,
        member: String = "", instance: String? = nil, metadata: String? = "", version: Int16 = 9
    ) throws -> ErrorCode {
        let answer = try ask(OffsetCommitRequest.self, version) {
            var place = OffsetCommitRequest.OffsetCommitRequestPartition()
            place.partitionIndex = partition
            place.committedOffset = offset
            place.committedMetadata = metadata
            var places = OffsetCommitRequest.OffsetCommitRequestTopic()
            places.name = topic
            places.partitions = [place]
            $0.groupId = group
            $0.generationIdOrMemberEpoch = generation
            $0.memberId = member
            $0.groupInstanceId = instance
            $0.topics = [places]
        }
        guard let code = answer.topics.first?.partitions.first?.errorCode else { throw Missing() }
        return ErrorCode(rawValue: code)
    }

    /// One partition's committed offset: the number, the metadata and the error.
    func committed(
        _ topic: String, _ partition: Int32 = 0, group: String, stable: Bool = false, version: Int16 = 7
    ) throws -> OffsetFetchResponse.OffsetFetchResponsePartition {
        let answer = try ask(OffsetFetchRequest.self, version) {
            var places = OffsetFetchRequest.OffsetFetchRequestTopic()
            places.name = topic
            places.partitionIndexes = [partition]
            $0.groupId = group
            $0.topics = [places]
            $0.requireStable = stable
        }
        guard let found = answer.topics.first?.partitions.first else { throw Missing() }
        return found
    }
}

/// A member of a group that speaks the protocol itself, on a connection of its own.
final class Member {
    let peer: Peer
    let group: String
    let instance: String?
    var id = ""
    var generation: Int32 = -1
    private let trial: Trial
    private let word: String
    private var request: JoinGroupRequest

    init(
        _ trial: Trial, _ word: String, group: String, instance: String? = nil, protocols: [String] = ["range"],
        metadata: String = "wants", sessionMs: Int32 = 10_000, rebalanceMs: Int32 = 10_000
    ) throws {
        self.trial = trial
        self.word = word
        self.group = group
        self.instance = instance
        peer = try trial.peer()
        request = Peer.joinRequest(
            group: group, instance: instance, protocols: protocols, metadata: metadata, sessionMs: sessionMs,
            rebalanceMs: rebalanceMs)
    }

    /// Asks to join; the answer waits for the other members. A new member fetches its id first.
    func startJoin(metadata: String? = nil) throws {
        if let metadata { request.protocols[0].metadata = metadata.bytes }
        if id.isEmpty, instance == nil {
            id = try peer.join(request).memberId
            trial.seen.call(id, word)
        }
        request.memberId = id
        try peer.post(JoinGroupRequest.self, 9) { $0 = request }
    }

    @discardableResult
    func finishJoin() throws -> JoinGroupResponse {
        let answer = try peer.take(JoinGroupRequest.self)
        if answer.errorCode == 0 {
            id = answer.memberId
            generation = answer.generationId
            trial.seen.call(id, word)
        }
        return answer
    }

    @discardableResult
    func join() throws -> JoinGroupResponse {
        try startJoin()
        return try finishJoin()
    }

    func sync(_ assignments: [(member: String, text: String)] = []) throws -> SyncGroupResponse {
        try startSync(assignments)
        return try peer.take(SyncGroupRequest.self)
    }

    func startSync(_ assignments: [(member: String, text: String)] = []) throws {
        try peer.post(SyncGroupRequest.self, 5) {
            $0 = Peer.syncRequest(
                group: group, member: id, generation: generation, instance: instance, assignments: assignments)
        }
    }

    func finishSync() throws -> SyncGroupResponse { try peer.take(SyncGroupRequest.self) }

    func heartbeat() throws -> ErrorCode {
        ErrorCode(
            rawValue: try peer.heartbeat(group: group, member: id, generation: generation, instance: instance).errorCode
        )
    }

    func commit(_ offset: Int64, of topic: String) throws -> ErrorCode {
        try peer.commit(offset, of: topic, group: group, generation: generation, member: id, instance: instance)
    }

    /// Waits until the group wants this member to join again.
    func awaitRebalance() throws { try trial.until { try heartbeat() == .rebalanceInProgress } }

    /// Alone in a stable group, with this assignment.
    func stable(_ assignment: String = "all") throws {
        try join()
        _ = try sync([(id, assignment)])
    }
}
