import KafkaProtocol
import Testing

@testable import BrokerCore

/// Clients that do anything at any time; what holds for every group after every step.
@Suite struct GroupPropertyTests {
    @Test(arguments: UInt64(0)..<60) func anything(_ seed: UInt64) {
        var walk = GroupWalk(seed: seed)
        for _ in 0..<400 {
            walk.step()
            if let broken = walk.broken {
                Issue.record("seed \(seed), step \(walk.steps): \(broken)")
                return
            }
        }
        walk.finish()
        #expect(walk.broken == nil, "seed \(seed)")
    }

    @Test func theSameSeedGivesTheSameBytes() {
        var first = GroupWalk(seed: 99)
        var second = GroupWalk(seed: 99)
        for _ in 0..<400 {
            first.step()
            second.step()
        }
        #expect(first.transcript == second.transcript)
    }

    @Test func theWalksSeeEveryKindOfAnswer() {
        var seen: Set<String> = []
        for seed in UInt64(0)..<20 {
            var walk = GroupWalk(seed: seed)
            for _ in 0..<400 { walk.step() }
            seen.formUnion(walk.seen)
        }
        let wanted: Set<String> = [
            "joined", "led", "nothing to assign", "assigned", "alive", "left", "committed", "cut off",
            "MEMBER_ID_REQUIRED", "UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION", "REBALANCE_IN_PROGRESS",
            "FENCED_INSTANCE_ID", "INCONSISTENT_GROUP_PROTOCOL", "GROUP_MAX_SIZE_REACHED",
        ]
        #expect(wanted.subtracting(seen) == [])
    }
}

/// One random run: what was asked, what was told, and the first thing that should not be.
struct GroupWalk {
    private let broker: Broker
    private var random: SplitMix
    private var now: Int64 = 1_000_000
    private var lastConnection: UInt64 = 0
    private var clients = [Client](repeating: Client(), count: 6)
    /// Requests without an answer, by connection.
    private var open: Set<ConnectionID> = []
    private var owners: [ConnectionID: Int] = [:]
    /// What each leader gave, by group, generation and member (its instance where it has one).
    private var given: [String: [UInt8]] = [:]
    private var changes: [Change] = []
    private(set) var steps = 0
    private(set) var broken: String?
    private(set) var seen: Set<String> = []
    private(set) var transcript: [[Effect]] = []

    private struct Client {
        var connection: ConnectionID?
        var memberID = ""
        var generation: Int32 = -1
        var instance: String?
        var leads: [String] = []
        var asked: RequestBody?
    }

    init(seed: UInt64) {
        random = SplitMix(state: seed)
        var configuration = BrokerConfiguration()
        configuration.seed = seed
        configuration.recordsChanges = true
        configuration.groupMemberLimit = 4
        configuration.groupInitialRebalanceDelayMs = seed % 3 == 0 ? 3_000 : 0
        broker = Broker(configuration)
        broker.record(.topicCreated(name: "t", id: KafkaUUID(high: 1, low: 1), partitions: 2, configuration: [:]))
        changes = broker.takeChanges()
        for index in clients.indices where index % 2 == 1 { clients[index].instance = "i\(index % 4)" }
    }

    // MARK: Steps

    mutating func step() {
        steps += 1
        let index = random.below(clients.count)
        if random.below(8) == 0 { return wait(Int64(random.below(12_000))) }
        if clients[index].connection.map(open.contains) ?? false {
            // A client that waits can only go away.
            if random.below(3) == 0 { cut(index) }
            return
        }
        if random.below(40) == 0 { clients[index].memberID = clients[random.below(clients.count)].memberID }
        if random.below(12) == 0 { clients[index].memberID = "" }
        if random.below(40) == 0 { clients[index].generation &+= Int32(random.below(3)) - 1 }
        switch random.below(10) {
        case 0...3: join(index)
        case 4...6: sync(index)
        case 7: heartbeat(index)
        case 8: if random.below(2) == 0 { leave(index) } else { commit(index) }
        default: cut(index)
        }
    }

    /// Lets everything that waits come to its end.
    mutating func finish() {
        for _ in 0..<20 where broken == nil { wait(60_000) }
        if !open.isEmpty { broken = broken ?? "\(open.count) requests without an answer" }
        let other = Broker(broker.configuration)
        for change in changes { other.apply(change) }
        if other.snapshot() != broker.snapshot() { broken = broken ?? "replay gives another state" }
    }

    private mutating func wait(_ milliseconds: Int64) {
        let end = now + milliseconds
        while let deadline = broker.groupDeadline, deadline <= end {
            now = max(now, deadline)
            take(broker.tick(at: now))
            if let next = broker.groupDeadline, next <= now {
                broken = broken ?? "after a tick at \(now) the next is due at \(next)"
                return
            }
        }
        now = end
        take(broker.tick(at: now))
    }

    private mutating func cut(_ index: Int) {
        guard let connection = clients[index].connection else { return }
        clients[index].connection = nil
        if open.remove(connection) != nil { seen.insert("cut off") }
        take(broker.disconnected(connection, at: now))
    }

    private mutating func send(_ index: Int, _ api: ApiKey, _ version: Int16, _ body: RequestBody) {
        let connection: ConnectionID
        if let known = clients[index].connection {
            connection = known
        } else {
            lastConnection += 1
            connection = ConnectionID(lastConnection)
            clients[index].connection = connection
            owners[connection] = index
        }
        open.insert(connection)
        clients[index].asked = body
        now += Int64(random.below(50))
        let header = RequestHeader(api: api, version: version, correlationID: 0, clientID: "c\(index)")
        take(broker.handle(Request(connection: connection, header: header, body: body), at: now))
    }

    private mutating func join(_ index: Int) {
        var join = JoinGroupRequest()
        join.groupId = "g"
        join.memberId = clients[index].memberID
        join.groupInstanceId = clients[index].instance
        join.sessionTimeoutMs = 6_000 + Int32(random.below(6_000))
        join.rebalanceTimeoutMs = Int32(random.below(20_000)) - 10
        join.protocolType = random.below(30) == 0 ? "other" : "consumer"
        for name in ["range", "sticky"].prefix(1 + random.below(2)) {
            var entry = JoinGroupRequest.JoinGroupRequestProtocol()
            entry.name = name
            entry.metadata = [UInt8](repeating: UInt8(random.below(2)), count: random.below(12))
            join.protocols.append(entry)
        }
        send(index, .joinGroup, Int16([2, 5, 9, 9][random.below(4)]), .joinGroup(join))
    }

    private mutating func sync(_ index: Int) {
        var sync = SyncGroupRequest()
        sync.groupId = "g"
        sync.memberId = clients[index].memberID
        sync.groupInstanceId = clients[index].instance
        sync.generationId = clients[index].generation
        let group = broker.groups["g"]
        let leads = group?.leader == sync.memberId
        if leads || random.below(10) == 0 {
            for memberID in clients[index].leads {
                var entry = SyncGroupRequest.SyncGroupRequestAssignment()
                entry.memberId = memberID
                entry.assignment = Array("\(steps) \(memberID)".utf8)
                sync.assignments.append(entry)
            }
        }
        // Whether this assigns is known before it is sent: the group is looked at, not the answer.
        if leads, let group, group.state == .completingRebalance, group.generation == sync.generationId,
            group.refusal(sync.memberId, instance: sync.groupInstanceId) == nil
        {
            let parts = Dictionary(sync.assignments.map { ($0.memberId, $0.assignment) }) { $1 }
            for member in group.members.values {
                given["\(group.generation) \(member.instanceID ?? member.id)"] = parts[member.id] ?? []
            }
        }
        send(index, .syncGroup, 4, .syncGroup(sync))
    }

    private mutating func heartbeat(_ index: Int) {
        var heartbeat = HeartbeatRequest()
        heartbeat.groupId = "g"
        heartbeat.memberId = clients[index].memberID
        heartbeat.generationId = clients[index].generation
        heartbeat.groupInstanceId = clients[index].instance
        send(index, .heartbeat, 4, .heartbeat(heartbeat))
    }

    private mutating func leave(_ index: Int) {
        var leave = LeaveGroupRequest()
        leave.groupId = "g"
        var identity = LeaveGroupRequest.MemberIdentity()
        identity.memberId = clients[index].memberID
        identity.groupInstanceId = clients[index].instance
        leave.members = [identity]
        send(index, .leaveGroup, 5, .leaveGroup(leave))
    }

    private mutating func commit(_ index: Int) {
        var commit = OffsetCommitRequest()
        commit.groupId = "g"
        commit.memberId = clients[index].memberID
        commit.generationIdOrMemberEpoch = clients[index].generation
        var partition = OffsetCommitRequest.OffsetCommitRequestPartition()
        partition.committedOffset = Int64(steps)
        var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
        topic.name = "t"
        topic.partitions = [partition]
        commit.topics = [topic]
        send(index, .offsetCommit, 8, .offsetCommit(commit))
    }

    // MARK: Checks

    private mutating func take(_ effects: [Effect]) {
        transcript.append(effects)
        changes += broker.takeChanges()
        for effect in effects {
            switch effect {
            case .reply(let connection, let body):
                guard open.remove(connection) != nil else {
                    broken = broken ?? "an answer that nobody waits for"
                    continue
                }
                if let index = owners[connection] { told(index, body) }
            case .done, .close:
                broken = broken ?? "not a reply"
            }
        }
        check()
    }

    private mutating func told(_ index: Int, _ body: ResponseBody) {
        let group = broker.groups["g"]
        switch body {
        case .joinGroup(let answer):
            if answer.errorCode == ErrorCode.memberIdRequired.rawValue || answer.errorCode == 0 {
                clients[index].memberID = answer.memberId
            }
            guard answer.errorCode == 0 else { return note(answer.errorCode) }
            seen.insert(answer.members.isEmpty ? "joined" : "led")
            if answer.skipAssignment { seen.insert("nothing to assign") }
            clients[index].generation = answer.generationId
            clients[index].leads = answer.members.map(\.memberId)
            if answer.generationId != group?.generation { broken = broken ?? "joined another generation" }
            if group?.members[answer.memberId] == nil { broken = broken ?? "joined without being a member" }
        case .syncGroup(let answer):
            guard answer.errorCode == 0 else { return note(answer.errorCode) }
            seen.insert("assigned")
            guard case .syncGroup(let asked)? = clients[index].asked, let group else { return }
            if group.state != .stable { broken = broken ?? "assigned while \(group.state)" }
            if asked.generationId != group.generation { broken = broken ?? "assigned in an old generation" }
            let key = "\(group.generation) \(group.members[asked.memberId]?.instanceID ?? asked.memberId)"
            if given[key] != answer.assignment { broken = broken ?? "not what the leader gave to \(key)" }
        case .heartbeat(let answer):
            guard answer.errorCode == 0 else { return note(answer.errorCode) }
            seen.insert("alive")
            if clients[index].generation != group?.generation { broken = broken ?? "alive in an old generation" }
        case .leaveGroup(let answer):
            note(answer.members.first?.errorCode ?? 0)
            if answer.members.first?.errorCode == 0 { seen.insert("left") }
        case .offsetCommit(let answer):
            guard answer.topics.first?.partitions.first?.errorCode == 0 else {
                return note(answer.topics.first?.partitions.first?.errorCode ?? 0)
            }
            seen.insert("committed")
        default: broken = broken ?? "another answer"
        }
    }

    private mutating func note(_ code: Int16) { seen.insert(ErrorCode(rawValue: code).description) }

    private mutating func check() {
        guard let group = broker.groups["g"] else { return }
        let statics = group.members.values.compactMap { member in member.instanceID.map { ($0, member.id) } }
        if Set(statics.map(\.0)).count != statics.count { broken = broken ?? "an instance id with two members" }
        if group.instances != Dictionary(statics, uniquingKeysWith: { $1 }) { broken = broken ?? "instances are wrong" }
        if group.members.values.contains(where: { $0.waitingJoin != nil && $0.waitingSync != nil }) {
            broken = broken ?? "a member that waits twice"
        }
        let joins = group.members.values.filter { $0.waitingJoin != nil }.count
        let syncs = group.members.values.filter { $0.waitingSync != nil }.count
        switch group.state {
        case .empty: if !group.members.isEmpty { broken = broken ?? "members of an empty group" }
        case .preparingRebalance: if syncs > 0 { broken = broken ?? "a sync that waits for a rebalance" }
        case .completingRebalance: if joins > 0 { broken = broken ?? "a join that waits for an assignment" }
        case .stable: if joins + syncs > 0 { broken = broken ?? "somebody waits in a stable group" }
        case .dead: broken = broken ?? "a dead group in the table"
        }
        if group.state == .completingRebalance || group.state == .stable {
            if group.leader.map({ group.members[$0] == nil }) ?? true { broken = broken ?? "no leader" }
            if group.protocolName == nil { broken = broken ?? "no protocol" }
        }
        let kept = group.members.values.flatMap { [$0.waitingJoin?.connection, $0.waitingSync?.connection] }
        if Set(kept.compactMap(\.self)) != Set(broker.groups.waiting.keys) { broken = broken ?? "places are wrong" }
        if Set(broker.groups.waiting.keys) != open { broken = broken ?? "requests are lost" }
        for member in group.members.values where member.sessionDeadline == nil && !member.hasSatisfiedHeartbeat {
            broken = broken ?? "\(member.id) lives for ever"
        }
        if group.members.count > 2 * broker.configuration.groupMemberLimit { broken = broken ?? "too many members" }
    }
}

/// Numbers from a seed.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
