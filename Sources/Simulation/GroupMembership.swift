import BrokerCore
import Kafka
import KafkaProtocol

/// Proof of membership at one moment.
struct SimulatedGroupMetadata {
    var group: String
    var generation: Int32
    var memberID: String
    var instanceID: String?
}

/// A member's way through its group, as librdkafka's group thread goes it; the eager protocol.
///
///     initial ─▶ joining ─▶ syncing ─▶ awaitsAssign ─▶ steady ─▶ awaitsUnassign ─▶ initial
final class GroupMembership {
    enum State: Equatable {
        case unsubscribed
        case initial(joinAt: Int64)
        case joining
        case syncing
        /// The application has yet to take the assignment.
        case awaitsAssign
        case steady
        /// The application has yet to give the assignment up.
        case awaitsUnassign
        case fenced
        case closed
    }

    /// What the application's next poll must hear.
    enum Operation {
        case assign([Kafka.TopicPartition])
        case revoke([Kafka.TopicPartition])
    }

    let world: World
    let channel: Channel
    let group: String
    let instanceID: String?
    private let settings: ConsumerSettings
    private(set) var state = State.unsubscribed
    private(set) var generation: Int32 = -1
    private(set) var memberID = ""
    private(set) var isLost = false
    private(set) var fatal: KafkaError?
    private(set) var operations: [Operation] = []
    /// Nil where the group gave none.
    private(set) var assignment: [Kafka.TopicPartition]?
    private var topics: [String] = []
    private var subscription: [UInt8] = []
    private var nextHeartbeat: Int64 = .max
    private var isHeartbeatSent = false
    /// Nil once it has passed, until the next success.
    private var sessionEnds: Int64?
    private var lastPoll: Int64
    private var pollExceeded = false

    static let maxPollIntervalMilliseconds: Int64 = 45_000
    private static let joinBackoffMilliseconds: Int64 = 200

    init(
        _ world: World, _ channel: Channel, group: String, instanceID: String?, settings: ConsumerSettings
    ) {
        self.world = world
        self.channel = channel
        self.group = group
        self.instanceID = instanceID
        self.settings = settings
        lastPoll = world.now
    }

    var metadata: SimulatedGroupMetadata {
        SimulatedGroupMetadata(group: group, generation: generation, memberID: memberID, instanceID: instanceID)
    }

    // MARK: The application's side

    func subscribe(_ topics: [String]) {
        self.topics = topics
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = topics
        self.subscription = Self.versioned(subscription.bytes(version: 0))
        lastPoll = world.now
        state = .initial(joinAt: world.now)
    }

    func polled() {
        lastPoll = world.now
        pollExceeded = false
    }

    func takeOperation() -> Operation? { operations.isEmpty ? nil : operations.removeFirst() }

    func assignmentTaken() { if state == .awaitsAssign { state = .steady } }

    func assignmentGivenUp() {
        assignment = nil
        isLost = false
        if state == .awaitsUnassign { state = .initial(joinAt: world.now) }
    }

    /// The partitions that the application has to give up at the end.
    func beginClose() -> [Kafka.TopicPartition]? {
        operations = []
        defer { state = .closed }
        switch state {
        case .steady, .awaitsUnassign, .fenced: return assignment
        case .unsubscribed, .initial, .joining, .syncing, .awaitsAssign, .closed: return nil
        }
    }

    /// Static members keep their place.
    func leave() {
        guard instanceID == nil, !memberID.isEmpty else { return }
        var request = LeaveGroupRequest()
        request.groupId = group
        request.memberId = memberID
        channel.send(.leaveGroup(request), version: 1) { _ in }
        memberID = ""
    }

    // MARK: By itself

    private var isMember: Bool {
        switch state {
        case .steady, .awaitsAssign, .awaitsUnassign: true
        case .unsubscribed, .initial, .joining, .syncing, .fenced, .closed: false
        }
    }

    var nextDeadline: Int64 {
        switch state {
        case .initial(let joinAt): return pollExceeded ? .max : joinAt
        case .steady, .awaitsAssign, .awaitsUnassign:
            if pollExceeded { return .max }
            let heartbeat = isHeartbeatSent ? .max : nextHeartbeat
            return min(heartbeat, sessionEnds ?? .max, lastPoll + Self.maxPollIntervalMilliseconds)
        case .unsubscribed, .joining, .syncing, .fenced, .closed: return .max
        }
    }

    func serve() {
        if case .initial(let joinAt) = state, world.now >= joinAt, !pollExceeded { return join() }
        guard isMember, !pollExceeded else { return }
        if world.now - lastPoll >= Self.maxPollIntervalMilliseconds { return exceedPoll() }
        if let end = sessionEnds, world.now >= end {
            sessionEnds = nil
            memberID = ""
            revoke(lost: true)
        }
        if world.now >= nextHeartbeat, !isHeartbeatSent { heartbeat() }
    }

    private func exceedPoll() {
        pollExceeded = true
        leave()
        memberID = ""
        revoke(lost: true)
    }

    /// Has the application give its partitions up, unless it is being told of a change already.
    private func revoke(lost: Bool) {
        guard state == .steady else { return }
        isLost = isLost || lost
        if lost { world.counts[.lostAssignments] += 1 }
        operations.append(.revoke(assignment ?? []))
        state = .awaitsUnassign
        world.wake(channel.life)
    }

    private func rejoin(after milliseconds: Int64 = joinBackoffMilliseconds) {
        state = .initial(joinAt: world.now + milliseconds)
    }

    private func fence() {
        fatal = KafkaError(code: .fencedInstanceID, message: "fenced by a newer instance", isFatal: true)
        world.counts[.fencedMembers] += 1
        if isMember { isLost = true }
        state = .fenced
        world.wake(channel.life)
    }

    private func restartSession() {
        nextHeartbeat = world.now + Int64(max(1, min(3_000, settings.sessionTimeoutMilliseconds / 3)))
        sessionEnds = world.now + Int64(settings.sessionTimeoutMilliseconds)
    }

    // MARK: Joining

    private func join() {
        state = .joining
        var request = JoinGroupRequest()
        request.groupId = group
        request.sessionTimeoutMs = settings.sessionTimeoutMilliseconds
        request.rebalanceTimeoutMs = Int32(Self.maxPollIntervalMilliseconds)
        request.memberId = memberID
        request.groupInstanceId = instanceID
        request.protocolType = "consumer"
        var range = JoinGroupRequest.JoinGroupRequestProtocol()
        range.name = "range"
        range.metadata = subscription
        request.protocols = [range]
        channel.send(.joinGroup(request), version: 5) { [weak self] in self?.joined($0) }
    }

    private func joined(_ body: ResponseBody?) {
        guard state == .joining else { return }
        guard case .joinGroup(let response)? = body else { return rejoin() }
        switch ErrorCode(rawValue: response.errorCode) {
        case .none: break
        case .fencedInstanceId: return fence()
        case .memberIdRequired:
            memberID = response.memberId
            return rejoin(after: 0)
        case .unknownMemberId:
            memberID = ""
            return rejoin()
        case .illegalGeneration:
            generation = -1
            return rejoin()
        default: return rejoin()
        }
        memberID = response.memberId
        generation = response.generationId
        world.counts[.joins] += 1
        sync(response)
    }

    private func sync(_ response: JoinGroupResponse) {
        state = .syncing
        var request = SyncGroupRequest()
        request.groupId = group
        request.generationId = generation
        request.memberId = memberID
        request.groupInstanceId = instanceID
        if response.leader == memberID { request.assignments = assignments(response.members) }
        channel.send(.syncGroup(request), version: 3) { [weak self] in self?.synced($0) }
    }

    private func assignments(
        _ members: [JoinGroupResponse.JoinGroupResponseMember]
    ) -> [SyncGroupRequest.SyncGroupRequestAssignment] {
        let parts = RangeAssignor.assign(
            members.map { member in
                RangeAssignor.Member(
                    id: member.memberId, instanceID: member.groupInstanceId, topics: Self.topics(member.metadata))
            }, partitions: { _ in world.partitions })
        return members.map { member in
            var assignment = ConsumerProtocolAssignment()
            for name in parts[member.memberId] ?? [] {
                if assignment.assignedPartitions.last?.topic == name.topic {
                    assignment.assignedPartitions[assignment.assignedPartitions.count - 1].partitions.append(
                        name.partition)
                } else {
                    var topic = ConsumerProtocolAssignment.TopicPartition()
                    topic.topic = name.topic
                    topic.partitions = [name.partition]
                    assignment.assignedPartitions.append(topic)
                }
            }
            var entry = SyncGroupRequest.SyncGroupRequestAssignment()
            entry.memberId = member.memberId
            entry.assignment = Self.versioned(assignment.bytes(version: 0))
            return entry
        }
    }

    private func synced(_ body: ResponseBody?) {
        guard state == .syncing else { return }
        guard case .syncGroup(let response)? = body else { return rejoin() }
        switch ErrorCode(rawValue: response.errorCode) {
        case .none: break
        case .fencedInstanceId: return fence()
        case .unknownMemberId:
            memberID = ""
            return rejoin()
        case .illegalGeneration:
            generation = -1
            return rejoin()
        default: return rejoin()
        }
        let partitions = Self.partitions(response.assignment)
        assignment = partitions
        isLost = false
        operations.append(.assign(partitions))
        state = .awaitsAssign
        restartSession()
        world.wake(channel.life)
    }

    // MARK: Heartbeats

    private func heartbeat() {
        isHeartbeatSent = true
        nextHeartbeat = world.now + Int64(max(1, min(3_000, settings.sessionTimeoutMilliseconds / 3)))
        var request = HeartbeatRequest()
        request.groupId = group
        request.generationId = generation
        request.memberId = memberID
        request.groupInstanceId = instanceID
        channel.send(.heartbeat(request), version: 3) { [weak self] in self?.beaten($0) }
    }

    private func beaten(_ body: ResponseBody?) {
        isHeartbeatSent = false
        guard isMember, case .heartbeat(let response)? = body else { return }
        switch ErrorCode(rawValue: response.errorCode) {
        case .none: if sessionEnds != nil { restartSession() }
        case .rebalanceInProgress:
            if sessionEnds != nil { restartSession() }
            revoke(lost: false)
        case .unknownMemberId:
            memberID = ""
            revoke(lost: true)
        case .illegalGeneration:
            generation = -1
            revoke(lost: true)
        case .fencedInstanceId:
            fence()
        default: break
        }
    }

    // MARK: What members tell one another

    private static func versioned(_ bytes: [UInt8]) -> [UInt8] { [0, 0] + bytes }

    private static func topics(_ metadata: [UInt8]) -> [String] {
        var reader = ProtocolReader(metadata, from: 2)
        return (try? ConsumerProtocolSubscription(from: &reader, version: 0))?.topics ?? []
    }

    private static func partitions(_ assignment: [UInt8]) -> [Kafka.TopicPartition] {
        var reader = ProtocolReader(assignment, from: 2)
        let parts = (try? ConsumerProtocolAssignment(from: &reader, version: 0))?.assignedPartitions ?? []
        return parts.flatMap { part in
            part.partitions.map { Kafka.TopicPartition(topic: part.topic, partition: $0) }
        }
    }
}
