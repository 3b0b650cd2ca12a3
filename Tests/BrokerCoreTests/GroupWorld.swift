import KafkaProtocol

@testable import BrokerCore

/// A broker with clients around it, each on a connection of its own, and what they were told.
///
/// A member id is its client's name (or its instance id) and a number of fixed length, so tests speak of clients.
final class GroupWorld {
    let broker: Broker
    private(set) var now: Int64 = 1_000_000
    private(set) var changes: [Change] = []
    private(set) var connections: [String: ConnectionID] = [:]
    private var clients: [ConnectionID: String] = [:]
    private var lastConnection: UInt64 = 0
    /// Answers not yet looked at, oldest first.
    private(set) var inbox: [(client: String, connection: ConnectionID, body: ResponseBody)] = []
    /// Each client's member id, as the broker last told it.
    var memberIDs: [String: String] = [:]
    var generations: [String: Int32] = [:]

    static let group = "g"

    init(topics: [String] = ["t", "u"], _ configure: (inout BrokerConfiguration) -> Void = { _ in }) {
        var configuration = BrokerConfiguration()
        configuration.recordsChanges = true
        configure(&configuration)
        broker = Broker(configuration)
        for (number, topic) in topics.enumerated() {
            broker.record(.topicCreated(name: topic, id: Self.id(UInt64(number)), partitions: 3, configuration: [:]))
        }
        changes += broker.takeChanges()
    }

    static func id(_ number: UInt64) -> KafkaUUID { KafkaUUID(high: 7, low: number + 1) }

    static func client(_ memberID: String) -> String { String(memberID.dropLast(37)) }

    // MARK: Sending

    func connection(_ client: String) -> ConnectionID {
        if let connection = connections[client] { return connection }
        lastConnection += 1
        let connection = ConnectionID(lastConnection)
        connections[client] = connection
        clients[connection] = client
        return connection
    }

    func send(_ client: String, _ api: ApiKey, _ version: Int16, _ body: RequestBody) {
        let header = RequestHeader(api: api, version: version, correlationID: 1, clientID: client)
        receive(broker.handle(Request(connection: connection(client), header: header, body: body), at: now))
    }

    private func receive(_ effects: [Effect]) {
        changes += broker.takeChanges()
        for effect in effects {
            guard case .reply(let connection, let body) = effect else { continue }
            let client = clients[connection] ?? "?"
            inbox.append((client, connection, body))
            learn(client, body)
        }
    }

    private func learn(_ client: String, _ body: ResponseBody) {
        guard case .joinGroup(let answer) = body else { return }
        if answer.errorCode == 0 { generations[client] = answer.generationId }
        if answer.errorCode == 0 || answer.errorCode == ErrorCode.memberIdRequired.rawValue {
            memberIDs[client] = answer.memberId
        }
    }

    /// Sends and takes the answer; nil if the request is kept.
    func ask(_ client: String, _ api: ApiKey, _ version: Int16, _ body: RequestBody) -> ResponseBody? {
        let connection = connection(client)
        send(client, api, version, body)
        guard let index = inbox.firstIndex(where: { $0.connection == connection }) else { return nil }
        return inbox.remove(at: index).body
    }

    func takeInbox() -> [(client: String, connection: ConnectionID, body: ResponseBody)] {
        defer { inbox = [] }
        return inbox
    }

    /// Lets time pass, and the broker do what is due on the way.
    func wait(_ milliseconds: Int64) {
        let end = now + milliseconds
        while let deadline = broker.groupDeadline, deadline <= end {
            now = max(now, deadline)
            receive(broker.tick(at: now))
        }
        now = end
        receive(broker.tick(at: now))
    }

    func disconnect(_ client: String) {
        guard let connection = connections.removeValue(forKey: client) else { return }
        receive(broker.disconnected(connection, at: now))
    }

    // MARK: Requests

    func joinRequest(
        _ client: String, instance: String? = nil, protocols: [String] = ["range"], topics: [String] = ["t"]
    )
        -> JoinGroupRequest
    {
        var join = JoinGroupRequest()
        join.groupId = Self.group
        join.memberId = memberIDs[client] ?? ""
        join.groupInstanceId = instance
        join.sessionTimeoutMs = 10_000
        join.rebalanceTimeoutMs = 30_000
        join.protocolType = "consumer"
        join.protocols = protocols.map {
            var entry = JoinGroupRequest.JoinGroupRequestProtocol()
            entry.name = $0
            entry.metadata = Self.subscription(topics)
            return entry
        }
        return join
    }

    static func subscription(_ topics: [String]) -> [UInt8] {
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = topics
        var writer = ProtocolWriter()
        writer.int16(3)
        subscription.write(to: &writer, version: 3)
        return writer.bytes
    }

    /// Joins, going back with the member id where one is asked for.
    func join(_ request: JoinGroupRequest, as client: String, version: Int16 = 9) {
        let before = inbox.count
        send(client, .joinGroup, version, .joinGroup(request))
        guard let last = inbox.last, inbox.count > before, case .joinGroup(let answer) = last.body,
            answer.errorCode == ErrorCode.memberIdRequired.rawValue
        else { return }
        inbox.removeLast()
        var again = request
        again.memberId = answer.memberId
        send(client, .joinGroup, version, .joinGroup(again))
    }

    func syncRequest(_ client: String, _ assignments: [String: String] = [:]) -> SyncGroupRequest {
        var sync = SyncGroupRequest()
        sync.groupId = Self.group
        sync.memberId = memberIDs[client] ?? ""
        sync.generationId = generations[client] ?? -1
        sync.protocolType = "consumer"
        sync.protocolName = "range"
        sync.assignments = assignments.sorted { $0.key < $1.key }.map { member, text in
            var entry = SyncGroupRequest.SyncGroupRequestAssignment()
            entry.memberId = memberIDs[member] ?? member
            entry.assignment = Array(text.utf8)
            return entry
        }
        return sync
    }

    func heartbeatRequest(_ client: String) -> HeartbeatRequest {
        var heartbeat = HeartbeatRequest()
        heartbeat.groupId = Self.group
        heartbeat.memberId = memberIDs[client] ?? ""
        heartbeat.generationId = generations[client] ?? -1
        return heartbeat
    }

    func leaveRequest(_ members: [(id: String, instance: String?)]) -> LeaveGroupRequest {
        var leave = LeaveGroupRequest()
        leave.groupId = Self.group
        leave.memberId = members.first?.id ?? ""
        leave.members = members.map {
            var identity = LeaveGroupRequest.MemberIdentity()
            identity.memberId = $0.id
            identity.groupInstanceId = $0.instance
            return identity
        }
        return leave
    }

    /// Brings clients into one stable generation; the first that joined leads.
    func stabilize(_ clients: [String], version: Int16 = 9) {
        for client in clients { join(joinRequest(client), as: client, version: version) }
        // The first had a generation of its own; the others wait for it.
        if clients.count > 1 { join(joinRequest(clients[0]), as: clients[0], version: version) }
        let parts = Dictionary(uniqueKeysWithValues: clients.map { ($0, "part of \($0)") })
        for client in clients.reversed() {
            let isLeader = broker.groups[Self.group]?.leader == memberIDs[client]
            send(client, .syncGroup, 5, .syncGroup(syncRequest(client, isLeader ? parts : [:])))
        }
        inbox = []
    }

    var group: Group? { broker.groups[Self.group] }

    /// Commits one offset and gives the partition's error.
    @discardableResult
    func commit(
        _ client: String, _ topic: String = "t", _ partition: Int32 = 0, _ offset: Int64 = 0, group: String = "g",
        version: Int16 = 9, _ change: (inout OffsetCommitRequest) -> Void = { _ in }
    ) -> ErrorCode? {
        var message = OffsetCommitRequest()
        message.groupId = group
        message.memberId = memberIDs[client] ?? ""
        message.generationIdOrMemberEpoch = generations[client] ?? -1
        var part = OffsetCommitRequest.OffsetCommitRequestPartition()
        part.partitionIndex = partition
        part.committedOffset = offset
        var entry = OffsetCommitRequest.OffsetCommitRequestTopic()
        entry.name = topic
        entry.partitions = [part]
        message.topics = [entry]
        change(&message)
        guard case .offsetCommit(let answer)? = ask(client, .offsetCommit, version, .offsetCommit(message)) else {
            return nil
        }
        return answer.topics.first?.partitions.first.map { ErrorCode(rawValue: $0.errorCode) }
    }

    /// A group's committed offset as a client fetches it; -1 where none.
    func committed(_ topic: String = "t", _ partition: Int32 = 0, group: String = "g", stable: Bool = false)
        -> (offset: Int64, error: ErrorCode)
    {
        var topics = OffsetFetchRequest.OffsetFetchRequestTopics()
        topics.name = topic
        topics.partitionIndexes = [partition]
        var wanted = OffsetFetchRequest.OffsetFetchRequestGroup()
        wanted.groupId = group
        wanted.topics = [topics]
        var message = OffsetFetchRequest()
        message.groups = [wanted]
        message.requireStable = stable
        guard case .offsetFetch(let answer)? = ask("fetcher", .offsetFetch, 9, .offsetFetch(message)),
            let found = answer.groups.first?.topics.first?.partitions.first
        else { return (.min, .unknownServerError) }
        return (found.committedOffset, ErrorCode(rawValue: found.errorCode))
    }

    /// A second broker that got nothing but the recorded changes.
    func replayed() -> Broker {
        let other = Broker(broker.configuration)
        for change in changes { other.apply(change) }
        return other
    }
}

extension ResponseBody {
    /// The answer in a few words, member ids as client names.
    var summary: String {
        func error(_ code: Int16) -> String? { code == 0 ? nil : ErrorCode(rawValue: code).description }
        switch self {
        case .joinGroup(let answer):
            if let error = error(answer.errorCode) { return error }
            var words = "generation \(answer.generationId), led by \(GroupWorld.client(answer.leader))"
            if !answer.members.isEmpty {
                words += ": " + answer.members.map { GroupWorld.client($0.memberId) }.joined(separator: " ")
            }
            return answer.skipAssignment ? words + ", nothing to assign" : words
        case .syncGroup(let answer):
            return error(answer.errorCode) ?? "gets '\(String(decoding: answer.assignment, as: UTF8.self))'"
        case .heartbeat(let answer):
            return error(answer.errorCode) ?? "alive"
        case .leaveGroup(let answer):
            let codes = answer.members.map { error($0.errorCode) ?? "left" }
            return error(answer.errorCode) ?? (codes.isEmpty ? "left" : codes.joined(separator: " "))
        case .offsetCommit(let answer):
            return answer.topics.flatMap(\.partitions).map { error($0.errorCode) ?? "committed" }
                .joined(separator: " ")
        default: return "another answer"
        }
    }
}
