import KafkaProtocol
import Testing

@testable import BrokerCore

/// What each request of the group protocol is refused with.
@Suite struct GroupRequestTests {
    struct Join: Sendable {
        var name: String
        var version: Int16 = 9
        var change: @Sendable (inout JoinGroupRequest) -> Void
        var expect: ErrorCode?
        /// The member id in the answer: "" where the client is to forget it.
        var memberID: String?

        init(
            _ name: String, version: Int16 = 9, expect: ErrorCode?, memberID: String? = nil,
            _ change: @escaping @Sendable (inout JoinGroupRequest) -> Void
        ) {
            self.name = name
            self.version = version
            self.change = change
            self.expect = expect
            self.memberID = memberID
        }
    }

    /// The group has one stable dynamic member, "a", of the protocol type "consumer" with the protocol "range".
    static let joins: [Join] = [
        Join("no group id", expect: .invalidGroupId, memberID: "") { $0.groupId = "" },
        Join("session too short", expect: .invalidSessionTimeout) { $0.sessionTimeoutMs = 999 },
        Join("session just long enough", expect: .memberIdRequired) { $0.sessionTimeoutMs = 1_000 },
        Join("session just short enough", expect: .memberIdRequired) { $0.sessionTimeoutMs = 1_800_000 },
        Join("session too long", expect: .invalidSessionTimeout) { $0.sessionTimeoutMs = 1_800_001 },
        Join("negative session", expect: .invalidSessionTimeout) { $0.sessionTimeoutMs = .min },
        Join("unknown group with a member id", expect: .unknownMemberId, memberID: "x") {
            $0.groupId = "other"
            $0.memberId = "x"
        },
        Join("unknown member", expect: .unknownMemberId, memberID: "x") { $0.memberId = "x" },
        Join("unknown instance with a member id", expect: .unknownMemberId) {
            $0.memberId = "x"
            $0.groupInstanceId = "i"
        },
        Join("another protocol type", expect: .inconsistentGroupProtocol, memberID: "") { $0.protocolType = "connect" },
        Join("no common protocol", expect: .inconsistentGroupProtocol) { $0.protocols[0].name = "sticky" },
        Join("no protocol", expect: .inconsistentGroupProtocol) { $0.protocols = [] },
        Join("a new group without a protocol", expect: .inconsistentGroupProtocol) {
            $0.groupId = "new"
            $0.protocols = []
        },
        Join("a new group without a type", expect: .inconsistentGroupProtocol) {
            $0.groupId = "new"
            $0.protocolType = ""
        },
        Join("version 4 wants an id first", version: 4, expect: .memberIdRequired) { _ in },
        Join("version 3 does not", version: 3, expect: nil) { _ in },
        Join("a static member needs none", expect: nil) { $0.groupInstanceId = "i" },
        Join("a new group beyond the limit", expect: .policyViolation) { $0.groupId = "third" },
    ]

    @Test(arguments: joins.indices) func join(_ index: Int) {
        let row = Self.joins[index]
        let world = GroupWorld { $0.groupLimit = 2 }
        world.stabilize(["a"])
        // One group of the two is taken; "third" finds both taken.
        world.commit("simple", group: "second")
        var request = world.joinRequest("b")
        row.change(&request)
        if request.groupId == "new" { world.broker.record(.groupForgotten(id: "second")) }
        let answer = world.ask("b", .joinGroup, row.version, .joinGroup(request))
        guard let expect = row.expect else {
            #expect(answer == nil, "\(row.name)")
            return
        }
        guard case .joinGroup(let join)? = answer else {
            Issue.record("\(row.name): no answer")
            return
        }
        #expect(ErrorCode(rawValue: join.errorCode) == expect, "\(row.name)")
        if let memberID = row.memberID { #expect(join.memberId == memberID, "\(row.name)") }
        #expect((join.memberId.isEmpty == false) || expect != .memberIdRequired, "\(row.name)")
    }

    @Test func aGroupIsFull() {
        let world = GroupWorld { $0.groupMemberLimit = 2 }
        world.stabilize(["a", "b"])
        world.send("c", .joinGroup, 9, .joinGroup(world.joinRequest("c")))
        #expect(world.takeInbox().map(\.body.summary) == ["GROUP_MAX_SIZE_REACHED"])
        #expect(world.group?.state == .stable)
        // Members of the group come in all the same.
        world.join(world.joinRequest("a"), as: "a")
        world.join(world.joinRequest("b"), as: "b")
        #expect(world.takeInbox().count == 2)
    }

    @Test func idsThatNobodyUsesGo() {
        let world = GroupWorld { $0.groupMemberLimit = 3 }
        for _ in 0..<5 { world.send("a", .joinGroup, 9, .joinGroup(world.joinRequest("x"))) }
        #expect(
            world.takeInbox().map(\.body.summary)
                == [String](repeating: "MEMBER_ID_REQUIRED", count: 3)
                + [String](repeating: "GROUP_MAX_SIZE_REACHED", count: 2))
        world.wait(10_000)
        #expect(world.group?.pendingJoins == [:])
    }

    enum Who: String, CaseIterable, Sendable {
        case member, fenced, stranger, oldGeneration, unknownGroup, noGroup, unknownInstance
    }

    enum State: String, CaseIterable, Sendable { case empty, preparing, completing, stable }

    /// A world whose group is in a state, and a member of it: static, of instance "i".
    static func world(_ state: State) -> GroupWorld {
        let world = GroupWorld()
        world.join(world.joinRequest("a", instance: "i"), as: "a")
        switch state {
        case .completing: break
        case .stable: world.send("a", .syncGroup, 5, .syncGroup(world.syncRequest("a")))
        case .preparing:
            world.send("a", .syncGroup, 5, .syncGroup(world.syncRequest("a")))
            world.join(world.joinRequest("b"), as: "b")
        case .empty:
            world.send("a", .leaveGroup, 5, .leaveGroup(world.leaveRequest([(world.memberIDs["a"] ?? "", nil)])))
        }
        _ = world.takeInbox()
        return world
    }

    static let heartbeats: [(State, Who, String)] = [
        (.stable, .member, "alive"), (.completing, .member, "alive"),
        (.preparing, .member, "REBALANCE_IN_PROGRESS"), (.empty, .member, "UNKNOWN_MEMBER_ID"),
        (.stable, .fenced, "FENCED_INSTANCE_ID"), (.stable, .stranger, "UNKNOWN_MEMBER_ID"),
        (.stable, .oldGeneration, "ILLEGAL_GENERATION"), (.preparing, .oldGeneration, "ILLEGAL_GENERATION"),
        (.stable, .unknownGroup, "UNKNOWN_MEMBER_ID"), (.stable, .noGroup, "INVALID_GROUP_ID"),
        (.stable, .unknownInstance, "UNKNOWN_MEMBER_ID"),
    ]

    @Test(arguments: heartbeats.indices) func heartbeat(_ index: Int) {
        let (state, who, expect) = Self.heartbeats[index]
        let world = Self.world(state)
        var request = world.heartbeatRequest("a")
        request.groupInstanceId = "i"
        Self.disguise(who, &request.groupId, &request.memberId, &request.groupInstanceId, &request.generationId)
        #expect(world.ask("a", .heartbeat, 4, .heartbeat(request))?.summary == expect, "\(state) \(who)")
    }

    static let syncs: [(State, Who, String)] = [
        (.stable, .member, "gets ''"), (.completing, .member, "gets ''"),
        (.preparing, .member, "REBALANCE_IN_PROGRESS"), (.empty, .member, "UNKNOWN_MEMBER_ID"),
        (.completing, .fenced, "FENCED_INSTANCE_ID"), (.completing, .stranger, "UNKNOWN_MEMBER_ID"),
        (.completing, .oldGeneration, "ILLEGAL_GENERATION"), (.completing, .unknownGroup, "UNKNOWN_MEMBER_ID"),
        (.completing, .noGroup, "INVALID_GROUP_ID"), (.completing, .unknownInstance, "UNKNOWN_MEMBER_ID"),
    ]

    @Test(arguments: syncs.indices) func sync(_ index: Int) {
        let (state, who, expect) = Self.syncs[index]
        let world = Self.world(state)
        var request = world.syncRequest("a")
        request.groupInstanceId = "i"
        Self.disguise(who, &request.groupId, &request.memberId, &request.groupInstanceId, &request.generationId)
        #expect(world.ask("a", .syncGroup, 5, .syncGroup(request))?.summary == expect, "\(state) \(who)")
    }

    static let protocols: [(Int16, String?, String?, String)] = [
        (5, "consumer", "range", "gets ''"), (5, "connect", "range", "INCONSISTENT_GROUP_PROTOCOL"),
        (5, "consumer", "sticky", "INCONSISTENT_GROUP_PROTOCOL"), (5, nil, "range", "INCONSISTENT_GROUP_PROTOCOL"),
        (5, "consumer", nil, "INCONSISTENT_GROUP_PROTOCOL"), (4, nil, nil, "gets ''"),
    ]

    @Test(arguments: protocols.indices) func syncProtocols(_ index: Int) {
        let (version, type, name, expect) = Self.protocols[index]
        let world = Self.world(.completing)
        var request = world.syncRequest("a")
        request.protocolType = type
        request.protocolName = name
        #expect(world.ask("a", .syncGroup, version, .syncGroup(request))?.summary == expect)
    }

    private static func disguise(
        _ who: Who, _ group: inout String, _ member: inout String, _ instance: inout String?, _ generation: inout Int32
    ) {
        switch who {
        case .member: break
        case .fenced: member = "x"
        case .stranger:
            member = "x"
            instance = nil
        case .oldGeneration: generation -= 1
        case .unknownGroup: group = "other"
        case .noGroup: group = ""
        case .unknownInstance: instance = "j"
        }
    }

    @Test func leaveTakesOutSeveral() {
        let world = Self.world(.stable)
        let known = world.memberIDs["a"] ?? ""
        let rows: [(String, String?, String)] = [
            ("x", nil, "UNKNOWN_MEMBER_ID"), ("x", "i", "FENCED_INSTANCE_ID"), (known, "j", "UNKNOWN_MEMBER_ID"),
            ("", "j", "UNKNOWN_MEMBER_ID"), ("", nil, "UNKNOWN_MEMBER_ID"), (known, "i", "left"),
            (known, "i", "UNKNOWN_MEMBER_ID"),
        ]
        let request = world.leaveRequest(rows.map { ($0.0, $0.1) })
        let expect = rows.map(\.2).joined(separator: " ")
        #expect(world.ask("a", .leaveGroup, 5, .leaveGroup(request))?.summary == expect)
        #expect(world.group?.state == .empty)
    }

    @Test func leaveBeforeVersionThreeAnswersOnTop() {
        let world = Self.world(.stable)
        func leave(_ group: String, _ member: String) -> String? {
            var request = LeaveGroupRequest()
            request.groupId = group
            request.memberId = member
            return world.ask("a", .leaveGroup, 2, .leaveGroup(request))?.summary
        }
        #expect(leave("", "x") == "INVALID_GROUP_ID")
        #expect(leave("other", "x") == "UNKNOWN_MEMBER_ID")
        #expect(leave("g", "x") == "UNKNOWN_MEMBER_ID")
        #expect(leave("g", world.memberIDs["a"] ?? "") == "left")
    }

    @Test func aPendingMemberCanLeave() {
        let world = GroupWorld()
        world.send("a", .joinGroup, 9, .joinGroup(world.joinRequest("a")))
        let id = world.memberIDs["a"] ?? ""
        #expect(world.ask("b", .leaveGroup, 5, .leaveGroup(world.leaveRequest([(id, nil)])))?.summary == "left")
        var request = world.joinRequest("a")
        request.memberId = id
        #expect(world.ask("b", .joinGroup, 9, .joinGroup(request))?.summary == "UNKNOWN_MEMBER_ID")
    }

    @Test func anUnknownAnswerBeforeVersionSevenHasNoNull() {
        let world = GroupWorld()
        world.stabilize(["a"])
        var request = world.joinRequest("b")
        request.memberId = "x"
        for version in Int16(0)...9 {
            guard case .joinGroup(let join)? = world.ask("b", .joinGroup, version, .joinGroup(request)) else {
                Issue.record("no answer")
                continue
            }
            #expect(join.protocolName == (version < 7 ? "" : nil))
        }
    }

    @Test(arguments: [
        (Int8(0), Int16(0), true), (0, 3, true), (1, 1, true), (0, 6, true), (1, 4, true), (2, 3, false), (2, 6, false),
        (9, 6, false),
    ])
    func findCoordinator(_ kind: Int8, _ version: Int16, _ isServed: Bool) {
        let world = GroupWorld {
            $0.host = "example"
            $0.port = 9
            $0.nodeID = 4
        }
        var request = FindCoordinatorRequest()
        request.key = "g"
        request.keyType = kind
        request.coordinatorKeys = ["g", "h"]
        guard case .findCoordinator(let found)? = world.ask("a", .findCoordinator, version, .findCoordinator(request))
        else {
            Issue.record("no answer")
            return
        }
        let error: Int16 = isServed ? 0 : ErrorCode.invalidRequest.rawValue
        if version >= 4 {
            #expect(found.coordinators.map(\.key) == ["g", "h"])
            #expect(found.coordinators.allSatisfy { $0.errorCode == error && $0.nodeId == (isServed ? 4 : -1) })
            #expect(
                found.coordinators.allSatisfy {
                    $0.port == (isServed ? 9 : -1) && $0.host == (isServed ? "example" : "")
                })
        } else {
            #expect(found.errorCode == error)
            #expect(found.nodeId == (isServed ? 4 : -1))
        }
    }
}
