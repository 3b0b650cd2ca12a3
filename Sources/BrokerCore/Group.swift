import KafkaProtocol

/// A consumer group: its members, its generation and its committed offsets.
///
/// It knows the rules that need nothing but the group; answers, time-outs and durable changes are the broker's.
final class Group {
    /// A rebalance's end, if not all members join before.
    enum JoinTimer {
        /// A new group waits for more members; each one that comes adds a delay, up to what remains.
        case initial(at: Int64, delayMs: Int64, remainingMs: Int64)
        case rebalance(at: Int64)

        var deadline: Int64 {
            switch self {
            case .initial(let at, _, _), .rebalance(let at): return at
            }
        }
    }

    let id: String
    private(set) var state = GroupState.empty
    private(set) var previousState = GroupState.dead
    /// When the state changed.
    private(set) var changedAt: Int64
    private(set) var protocolType: String?
    private(set) var protocolName: String?
    private(set) var generation: Int32 = 0
    private(set) var leader: String?
    private(set) var members: [String: GroupMember] = [:]
    /// The member that holds each instance id.
    private(set) var instances: [String: String] = [:]
    /// Member ids that were given out and have not joined yet, with their time-outs.
    var pendingJoins: [String: Int64] = [:]
    /// Members of this generation that have not asked for their assignment.
    var pendingSyncs: Set<String> = []
    /// What the members of the last generation read; nil where that can not be known.
    private(set) var subscribedTopics: Set<String>?
    /// Whether a member came while the first rebalance waited.
    var newMemberAdded = false
    var joinTimer: JoinTimer?
    var syncDeadline: Int64?
    /// The time by which the table looks at this group again.
    var wakesAt: Int64?
    var offsets = CommittedOffsets()
    /// The generation that outlives the broker.
    var recorded: GroupRecord?

    /// How many members know each protocol.
    private var support: [String: Int] = [:]
    private var joined: UInt64 = 0

    init(id: String, at time: Int64) {
        self.id = id
        changedAt = time
    }

    // MARK: State

    func become(_ next: GroupState, at time: Int64) {
        assert(state.precedes(next), "\(state) to \(next)")
        previousState = state
        state = next
        changedAt = time
    }

    /// Begins the next generation with those that joined; empty if nobody did.
    func beginGeneration(at time: Int64) {
        generation = generation == .max ? 1 : generation + 1
        protocolName = members.isEmpty ? nil : selectProtocol()
        subscribedTopics = readSubscriptions()
        become(members.isEmpty ? .empty : .completingRebalance, at: time)
        pendingSyncs.removeAll()
    }

    /// The state as it outlives the broker.
    func record() -> GroupRecord {
        GroupRecord(
            id: id, generation: generation, protocolType: protocolType ?? "", protocolName: protocolName,
            leader: leader,
            members: membersInOrder.map {
                GroupRecord.Member(
                    id: $0.id, instanceID: $0.instanceID, clientID: $0.clientID, clientHost: $0.clientHost,
                    rebalanceTimeoutMs: $0.rebalanceTimeoutMs, sessionTimeoutMs: $0.sessionTimeoutMs,
                    subscription: $0.metadata(protocolName), assignment: $0.assignment)
            }, changedAt: changedAt)
    }

    /// Takes up the recorded generation; its members' sessions are the caller's to start.
    func restore() {
        guard let recorded, members.isEmpty else { return }
        generation = recorded.generation
        for member in recorded.members {
            var supported = GroupMember.SupportedProtocol()
            supported.name = recorded.protocolName ?? ""
            supported.metadata = member.subscription
            add(
                GroupMember(
                    id: member.id, instanceID: member.instanceID, clientID: member.clientID,
                    clientHost: member.clientHost, rebalanceTimeoutMs: member.rebalanceTimeoutMs,
                    sessionTimeoutMs: member.sessionTimeoutMs, protocols: [supported], assignment: member.assignment),
                protocolType: recorded.protocolType)
        }
        protocolType = recorded.protocolType.isEmpty ? nil : recorded.protocolType
        protocolName = recorded.protocolName
        leader = recorded.leader
        subscribedTopics = readSubscriptions()
        previousState = .dead
        state = members.isEmpty ? .empty : .stable
        changedAt = recorded.changedAt
    }

    // MARK: Members

    var membersInOrder: [GroupMember] { members.values.sorted { $0.order < $1.order } }

    var waitingJoinCount: Int { members.values.count { $0.waitingJoin != nil } }

    var hasAllMembersJoined: Bool { pendingJoins.isEmpty && members.values.allSatisfy { $0.waitingJoin != nil } }

    /// The longest time that a member may take to join again, in ms.
    var rebalanceTimeoutMs: Int64 { Int64(members.values.map(\.rebalanceTimeoutMs).max() ?? 0) }

    func add(_ member: GroupMember, protocolType type: String) {
        var member = member
        joined &+= 1
        member.order = joined
        if members.isEmpty { protocolType = type }
        if leader == nil { leader = member.id }
        if let instance = member.instanceID { instances[instance] = member.id }
        count(member.protocols, 1)
        pendingJoins[member.id] = nil
        members[member.id] = member
    }

    /// Takes a member out, a pending one too; the oldest of the others becomes leader in its place.
    @discardableResult
    func remove(_ memberID: String) -> GroupMember? {
        pendingJoins[memberID] = nil
        pendingSyncs.remove(memberID)
        guard let member = members.removeValue(forKey: memberID) else { return nil }
        count(member.protocols, -1)
        if let instance = member.instanceID { instances[instance] = nil }
        if leader == memberID { leader = members.values.min { $0.order < $1.order }?.id }
        return member
    }

    /// Gives a static member's place to the client that came back for it.
    func replace(_ member: GroupMember, by newID: String) {
        members[member.id] = nil
        var successor = GroupMember(
            id: newID, instanceID: member.instanceID, clientID: member.clientID, clientHost: member.clientHost,
            rebalanceTimeoutMs: member.rebalanceTimeoutMs, sessionTimeoutMs: member.sessionTimeoutMs,
            protocols: member.protocols, assignment: member.assignment)
        successor.order = member.order
        members[newID] = successor
        if leader == member.id { leader = newID }
        if let instance = member.instanceID { instances[instance] = newID }
    }

    /// Takes over what a member says of itself when it joins again.
    func update(_ memberID: String, _ message: JoinGroupRequest, waiting: WaitingRequest) {
        guard let old = members[memberID] else { return }
        count(old.protocols, -1)
        count(message.protocols, 1)
        members[memberID]?.protocols = message.protocols
        members[memberID]?.rebalanceTimeoutMs = message.rebalanceTimeoutMs
        members[memberID]?.sessionTimeoutMs = message.sessionTimeoutMs
        members[memberID]?.waitingJoin = waiting
    }

    func change(_ memberID: String, _ change: (inout GroupMember) -> Void) {
        guard var member = members.removeValue(forKey: memberID) else { return }
        change(&member)
        members[memberID] = member
    }

    /// Finds a leader among those that joined; false where nobody did.
    func electJoinedLeader() -> Bool {
        if let leader, members[leader]?.waitingJoin != nil { return true }
        let joined = members.values.filter { $0.waitingJoin != nil }.min { $0.order < $1.order }
        guard let joined else { return false }
        self.leader = joined.id
        return true
    }

    /// Why a request in a member's name is refused; nil if it is the member's.
    func refusal(_ memberID: String, instance: String?) -> ErrorCode? {
        if let instance {
            guard let holder = instances[instance] else { return .unknownMemberId }
            if holder != memberID { return .fencedInstanceId }
        }
        return members[memberID] == nil ? .unknownMemberId : nil
    }

    // MARK: Protocols

    /// Counts a protocol once for a member, however often its list has it.
    private func count(_ protocols: [GroupMember.SupportedProtocol], _ step: Int) {
        for name in Set(protocols.map(\.name)) {
            let total = support[name, default: 0] + step
            support[name] = total == 0 ? nil : total
        }
    }

    /// Whether a member that offers these could be in the group: one of them is everybody's.
    func supports(_ type: String, _ protocols: [GroupMember.SupportedProtocol]) -> Bool {
        if state == .empty { return !type.isEmpty && !protocols.isEmpty }
        return protocolType == type && protocols.contains { support[$0.name, default: 0] == members.count }
    }

    /// What most members like best of what all know.
    func selectProtocol() -> String? {
        let candidates = Set(support.filter { $0.value == members.count }.keys)
        var votes: [String: Int] = [:]
        for member in members.values {
            if let name = member.vote(candidates) { votes[name, default: 0] += 1 }
        }
        let most = votes.values.max()
        return votes.filter { $0.value == most }.keys.min {
            (Self.tieOrder($0, among: votes.count), $0) < (Self.tieOrder($1, among: votes.count), $1)
        }
    }

    /// Kafka leaves a tie to the order of its hash table; the same order here, so that a group that moves between the
    /// two keeps its protocol.
    private static func tieOrder(_ name: String, among count: Int) -> UInt32 {
        let hash = name.utf16.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) }
        var slots: UInt32 = 16
        while UInt64(slots) * 3 / 4 < UInt64(count) { slots &*= 2 }
        return (hash ^ hash >> 16) & (slots &- 1)
    }

    /// The protocol type of clients that read topics; what they send with it can be understood.
    static let consumerProtocolType = "consumer"

    var usesConsumerProtocol: Bool { protocolType == Self.consumerProtocolType }

    func isSubscribed(to topic: String) -> Bool { subscribedTopics?.contains(topic) ?? usesConsumerProtocol }

    private func readSubscriptions() -> Set<String>? {
        guard usesConsumerProtocol else { return nil }
        if members.isEmpty { return [] }
        guard let protocolName else { return nil }
        var topics: Set<String> = []
        for member in members.values {
            var reader = ProtocolReader(member.metadata(protocolName))
            // The first version's fields stand first in every version, so that no broker needs to know the newest.
            guard (try? reader.int16()) != nil,
                let subscription = try? ConsumerProtocolSubscription(from: &reader, version: 0)
            else { return nil }
            topics.formUnion(subscription.topics)
        }
        return topics
    }

    // MARK: Time

    /// What happens next by time alone.
    enum Event {
        case sessionEnds(member: String)
        case pendingJoinEnds(member: String)
        case joinEnds
        case syncEnds
    }

    /// The earliest event; equal times come in a fixed order.
    func nextEvent() -> (at: Int64, event: Event)? {
        var next: (at: Int64, event: Event)?
        func consider(_ time: Int64?, _ event: @autoclosure () -> Event) {
            if let time, next.map({ time < $0.at }) ?? true { next = (time, event()) }
        }
        let session = members.values.filter { $0.sessionDeadline != nil }
            .min { ($0.sessionDeadline ?? .max, $0.order) < ($1.sessionDeadline ?? .max, $1.order) }
        if let session { consider(session.sessionDeadline, .sessionEnds(member: session.id)) }
        if let pending = pendingJoins.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            consider(pending.value, .pendingJoinEnds(member: pending.key))
        }
        consider(joinTimer?.deadline, .joinEnds)
        consider(syncDeadline, .syncEnds)
        return next
    }
}
