import KafkaProtocol
import Testing

@testable import BrokerCore

@Suite struct GroupAdministrationTests {
    /// "g" is stable with "a", "simple" has an offset, "joining" waits for its leader.
    private func world() -> GroupWorld {
        let world = GroupWorld()
        world.stabilize(["a"])
        world.commit("c", group: "simple") { $0.generationIdOrMemberEpoch = -1 }
        var join = world.joinRequest("b")
        join.groupId = "joining"
        join.protocolType = "connect"
        world.join(join, as: "b")
        _ = world.takeInbox()
        return world
    }

    static let filters: [([String], [String], [String])] = [
        (
            [], [],
            ["g consumer Stable classic", "joining connect CompletingRebalance classic", "simple  Empty classic"]
        ),
        (["Stable"], [], ["g consumer Stable classic"]),
        ([" stable ", "EMPTY"], [], ["g consumer Stable classic", "simple  Empty classic"]),
        (["nonsense"], [], []),
        (
            [], ["Classic"],
            ["g consumer Stable classic", "joining connect CompletingRebalance classic", "simple  Empty classic"]
        ),
        ([], ["consumer"], []), ([], ["nonsense"], []), (["Empty"], ["classic"], ["simple  Empty classic"]),
    ]

    @Test(arguments: filters.indices) func list(_ index: Int) {
        let (states, types, expect) = Self.filters[index]
        var request = ListGroupsRequest()
        request.statesFilter = states
        request.typesFilter = types
        guard case .listGroups(let answer)? = world().ask("admin", .listGroups, 5, .listGroups(request)) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.groups.map { "\($0.groupId) \($0.protocolType) \($0.groupState) \($0.groupType)" } == expect)
    }

    private func describe(_ world: GroupWorld, _ group: String, _ version: Int16, operations: Bool = false)
        -> DescribeGroupsResponse.DescribedGroup?
    {
        var request = DescribeGroupsRequest()
        request.groups = [group]
        request.includeAuthorizedOperations = operations
        guard case .describeGroups(let answer)? = world.ask("admin", .describeGroups, version, .describeGroups(request))
        else { return nil }
        return answer.groups.first
    }

    @Test func describeTellsMembersAndParts() {
        let world = world()
        let stable = describe(world, "g", 5)
        #expect(stable?.groupState == "Stable")
        #expect(stable?.protocolData == "range")
        #expect(stable?.members.map(\.memberId) == [world.memberIDs["a"] ?? ""])
        #expect(stable?.members.first?.clientId == "a")
        #expect(stable?.members.first?.clientHost == "/127.0.0.1")
        #expect(stable?.members.first?.memberAssignment == Array("part of a".utf8))
        #expect(stable?.members.first?.memberMetadata == GroupWorld.subscription(["t"]))
        #expect(stable?.authorizedOperations == .min)
        let joining = describe(world, "joining", 5, operations: true)
        #expect(joining?.groupState == "CompletingRebalance")
        #expect(joining?.protocolData == "")
        #expect(joining?.members.map(\.memberMetadata) == [[]])
        #expect(joining?.authorizedOperations == 3_400)
    }

    @Test(arguments: Int16(0)...6) func anUnknownGroupIsDead(_ version: Int16) {
        let dead = describe(world(), "nothing", version)
        #expect(dead?.groupState == "Dead")
        #expect(dead?.errorCode == (version >= 6 ? ErrorCode.groupIdNotFound.rawValue : 0))
        #expect(dead?.errorMessage == (version >= 6 ? "Group nothing not found." : nil))
    }

    @Test func onlyGroupsWithoutMembersAreDeleted() {
        let world = world()
        var request = DeleteGroupsRequest()
        request.groupsNames = ["g", "simple", "nothing", "joining", "simple"]
        guard case .deleteGroups(let answer)? = world.ask("admin", .deleteGroups, 2, .deleteGroups(request)) else {
            Issue.record("no answer")
            return
        }
        let results = answer.results.map { "\($0.groupId) \(ErrorCode(rawValue: $0.errorCode))" }
        #expect(
            results == ["g NON_EMPTY_GROUP", "simple NONE", "nothing GROUP_ID_NOT_FOUND", "joining NON_EMPTY_GROUP"])
        #expect(world.committed(group: "simple").offset == -1)
        #expect(world.broker.snapshot() == world.replayed().snapshot())
    }
}
