import KafkaProtocol

extension Broker {
    func listGroups(_ message: ListGroupsRequest, _ request: Request) {
        let states = Set(message.statesFilter.map { trimmed($0.lowercased()) })
        let types = Set(message.typesFilter.map { $0.lowercased() })
        var response = ListGroupsResponse()
        response.groups = groups.inOrder.compactMap { group in
            guard states.isEmpty || states.contains(group.state.rawValue.lowercased()),
                types.isEmpty || types.contains(Self.classicGroupType)
            else { return nil }
            var listed = ListGroupsResponse.ListedGroup()
            listed.groupId = group.id
            listed.protocolType = group.protocolType ?? ""
            listed.groupState = group.state.rawValue
            listed.groupType = Self.classicGroupType
            return listed
        }
        reply(request.connection, .listGroups(response))
    }

    /// The only type of group here: its members join and sync, and one of them assigns.
    private static let classicGroupType = "classic"

    private func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character.isWhitespace }
        let head = text.drop(while: isSpace)
        return String(String(head.reversed().drop(while: isSpace)).reversed())
    }

    func describeGroups(_ message: DescribeGroupsRequest, _ request: Request) {
        var response = DescribeGroupsResponse()
        response.groups = message.groups.map { id in
            var described = groups[id].map(describe) ?? unknown(id, request.version)
            if request.version >= 3, message.includeAuthorizedOperations, described.errorCode == 0 {
                described.authorizedOperations = Self.groupOperations
            }
            return described
        }
        reply(request.connection, .describeGroups(response))
    }

    /// What anybody may do with a group, as bits: read, delete, describe, describe and alter its settings.
    private static let groupOperations: Int32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11

    private func describe(_ group: Group) -> DescribeGroupsResponse.DescribedGroup {
        var described = DescribeGroupsResponse.DescribedGroup()
        described.groupId = group.id
        described.groupState = group.state.rawValue
        described.protocolType = group.protocolType ?? ""
        let isStable = group.state == .stable
        if isStable { described.protocolData = group.protocolName ?? "" }
        described.members = group.membersInOrder.map {
            var member = DescribeGroupsResponse.DescribedGroupMember()
            member.memberId = $0.id
            member.groupInstanceId = $0.instanceID
            member.clientId = $0.clientID
            member.clientHost = $0.clientHost
            member.memberAssignment = $0.assignment
            if isStable { member.memberMetadata = $0.metadata(group.protocolName) }
            return member
        }
        return described
    }

    private func unknown(_ id: String, _ version: Int16) -> DescribeGroupsResponse.DescribedGroup {
        var described = DescribeGroupsResponse.DescribedGroup()
        described.groupId = id
        described.groupState = GroupState.dead.rawValue
        if version >= 6 {
            described.errorCode = ErrorCode.groupIdNotFound.rawValue
            described.errorMessage = "Group \(id) not found."
        }
        return described
    }

    func deleteGroups(_ message: DeleteGroupsRequest, _ request: Request) {
        var seen: Set<String> = []
        var response = DeleteGroupsResponse()
        for id in message.groupsNames where seen.insert(id).inserted {
            var result = DeleteGroupsResponse.DeletableGroupResult()
            result.groupId = id
            result.errorCode = deleteGroup(id).rawValue
            response.results.append(result)
        }
        reply(request.connection, .deleteGroups(response))
    }

    private func deleteGroup(_ id: String) -> ErrorCode {
        guard let group = groups[id] else { return .groupIdNotFound }
        switch group.state {
        case .empty:
            record(.groupForgotten(id: id))
            return .none
        case .dead:
            return .groupIdNotFound
        case .preparingRebalance, .completingRebalance, .stable:
            return .nonEmptyGroup
        }
    }
}
