import KafkaProtocol

extension Broker {
    /// How long a new member may wait for its first generation, in ms: it has no heartbeats yet.
    static let newMemberJoinTimeoutMs: Int64 = 300_000

    func joinGroup(_ message: JoinGroupRequest, _ request: Request) {
        var message = message
        if request.version == 0 { message.rebalanceTimeoutMs = message.sessionTimeoutMs }
        guard !message.groupId.isEmpty else { return refuseJoin(request, message.memberId, .invalidGroupId) }
        guard message.sessionTimeoutMs >= configuration.groupMinSessionTimeoutMs,
            message.sessionTimeoutMs <= configuration.groupMaxSessionTimeoutMs
        else { return refuseJoin(request, message.memberId, .invalidSessionTimeout) }
        let isUnknown = message.memberId.isEmpty
        guard isUnknown || groups[message.groupId] != nil else {
            return refuseJoin(request, message.memberId, .unknownMemberId)
        }
        guard let group = groupForUse(message.groupId) else {
            return refuseJoin(request, message.memberId, .policyViolation)
        }
        if !accepts(message.memberId, in: group) {
            removeMember(message.memberId, of: group)
            refuseJoin(request, "", .groupMaxSizeReached)
        } else if isUnknown {
            joinNewMember(message, request, group)
        } else {
            joinKnownMember(message, request, group)
        }
    }

    /// The group of this id, made if there is none; nil beyond the limit of groups.
    func groupForUse(_ id: String) -> Group? {
        if let group = groups[id] { return group }
        guard groups.count < configuration.groupLimit else { return nil }
        return makeGroup(id)
    }

    func makeGroup(_ id: String) -> Group {
        if groups.nextRetentionCheck == nil { groups.nextRetentionCheck = later(Self.offsetsRetentionCheckIntervalMs) }
        return groups.group(id, at: now)
    }

    private func accepts(_ memberID: String, in group: Group) -> Bool {
        let limit = configuration.groupMemberLimit
        switch group.state {
        case .empty, .dead:
            return true
        case .preparingRebalance:
            // Those who wait count, not the members: so the last ones to come back are the ones that a smaller limit
            // sends away.
            return group.members[memberID]?.waitingJoin != nil || group.waitingJoinCount < limit
        case .completingRebalance, .stable:
            return group.members[memberID] != nil || group.members.count < limit
        }
    }

    private func joinNewMember(_ message: JoinGroupRequest, _ request: Request, _ group: Group) {
        guard group.supports(message.protocolType, message.protocols) else {
            return refuseJoin(request, "", .inconsistentGroupProtocol)
        }
        let memberID = newMemberID(message.groupInstanceId ?? request.header.clientID ?? "")
        if let instance = message.groupInstanceId {
            if let holder = group.instances[instance].flatMap({ group.members[$0] }) {
                replaceStaticMember(holder, by: memberID, message, request, group)
            } else {
                addMember(memberID, message, request, group)
            }
        } else if request.version >= 4 {
            guard group.pendingJoins.count < configuration.groupMemberLimit else {
                return refuseJoin(request, "", .groupMaxSizeReached)
            }
            // The client comes back with its id, so that a lost answer leaves no member behind that nobody is.
            let deadline = later(Int64(message.sessionTimeoutMs))
            group.pendingJoins[memberID] = deadline
            groups.wake(group, at: deadline)
            refuseJoin(request, memberID, .memberIdRequired)
        } else {
            addMember(memberID, message, request, group)
        }
    }

    /// The prefix, "-" and a number in Kafka's form of 36 characters.
    private func newMemberID(_ prefix: String) -> String {
        let id = nextUUID()
        func hex(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value, radix: 16).suffix(digits)
            return String(repeating: "0", count: digits - text.count) + text
        }
        let parts = [
            hex(id.high >> 32, 8), hex(id.high >> 16, 4), hex(id.high, 4), hex(id.low >> 48, 4), hex(id.low, 12),
        ]
        return prefix + "-" + parts.joined(separator: "-")
    }

    private func joinKnownMember(_ message: JoinGroupRequest, _ request: Request, _ group: Group) {
        let memberID = message.memberId
        guard group.supports(message.protocolType, message.protocols) else {
            return refuseJoin(request, memberID, .inconsistentGroupProtocol)
        }
        if group.pendingJoins[memberID] != nil {
            // An id that was given to a dynamic member can not become a static one's.
            guard message.groupInstanceId == nil else { return refuseJoin(request, "", .unknownServerError) }
            return addMember(memberID, message, request, group)
        }
        if let refusal = group.refusal(memberID, instance: message.groupInstanceId) {
            return refuseJoin(request, memberID, refusal)
        }
        guard let member = group.members[memberID] else { return }
        let isSame = member.protocols == message.protocols
        switch group.state {
        case .preparingRebalance:
            updateMember(member, message, request, group)
        case .completingRebalance where isSame:
            // The answer to the same request may have been lost: it is the same again.
            reply(request, joined(member, in: group))
        case .stable where isSame && group.leader != memberID:
            reply(request, joined(member, in: group))
        case .completingRebalance, .stable:
            // The leader may know of changes that its own metadata do not show: more partitions, for instance.
            updateMember(member, message, request, group)
        case .empty, .dead:
            refuseJoin(request, memberID, .unknownMemberId)
        }
    }

    private func addMember(_ memberID: String, _ message: JoinGroupRequest, _ request: Request, _ group: Group) {
        if group.state == .preparingRebalance, group.previousState == .empty { group.newMemberAdded = true }
        var member = GroupMember(
            id: memberID, instanceID: message.groupInstanceId, clientID: request.header.clientID ?? "",
            clientHost: request.clientHost, rebalanceTimeoutMs: message.rebalanceTimeoutMs,
            sessionTimeoutMs: message.sessionTimeoutMs, protocols: message.protocols)
        member.isNew = true
        member.waitingJoin = keep(request, for: memberID, in: group)
        group.add(member, protocolType: message.protocolType)
        extendSession(memberID, in: group, ms: Self.newMemberJoinTimeoutMs)
        prepareRebalanceOrCompleteJoin(group)
    }

    private func updateMember(
        _ member: GroupMember, _ message: JoinGroupRequest, _ request: Request, _ group: Group
    ) {
        // Kafka leaves an older request of the same member without an answer; here its connection is freed.
        answerJoin(member.id, in: group, refusedJoin(member.id, .rebalanceInProgress))
        group.update(member.id, message, waiting: keep(request, for: member.id, in: group))
        prepareRebalanceOrCompleteJoin(group)
    }

    /// A static member's client came back without its member id: it takes its old place, and the old id is fenced.
    private func replaceStaticMember(
        _ member: GroupMember, by newID: String, _ message: JoinGroupRequest, _ request: Request, _ group: Group
    ) {
        let oldLeader = group.leader
        answerJoin(member.id, in: group, refusedJoin(member.id, .fencedInstanceId))
        answerSync(member.id, in: group, refusedSync(.fencedInstanceId))
        group.replace(member, by: newID)
        extendSession(newID, in: group)
        group.update(newID, message, waiting: keep(request, for: newID, in: group))
        switch group.state {
        case .stable where group.protocolName == group.selectProtocol():
            record(.group(group.record()))
            guard let successor = group.members[newID] else { return }
            var response = joined(successor, in: group)
            if request.version >= 9 {
                response.skipAssignment = group.leader == newID
            } else {
                // A leader that is not told so does not assign, and the group stays stable.
                response.members = []
                response.leader = oldLeader ?? ""
            }
            answerJoin(newID, in: group, response)
        case .stable:
            prepareRebalanceOrCompleteJoin(group)
        case .completingRebalance:
            // The leader may have the old id in hand already, so nothing would be assigned to the new one.
            prepareRebalance(group)
        case .preparingRebalance, .empty, .dead:
            completeJoinIfAllJoined(group)
        }
    }

    // MARK: Answers

    /// Keeps a request until the group has its answer.
    func keep(_ request: Request, for memberID: String, in group: Group) -> WaitingRequest {
        groups.waiting[request.connection] = GroupTable.Place(group: group.id, member: memberID)
        return WaitingRequest(connection: request.connection, version: request.version)
    }

    /// What a member learns of the generation that it is in.
    func joined(_ member: GroupMember, in group: Group) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.memberId = member.id
        response.generationId = group.generation
        response.protocolName = group.protocolName
        response.protocolType = group.protocolType
        response.leader = group.leader ?? ""
        guard group.leader == member.id else { return response }
        response.members = group.membersInOrder.map {
            var entry = JoinGroupResponse.JoinGroupResponseMember()
            entry.memberId = $0.id
            entry.groupInstanceId = $0.instanceID
            entry.metadata = $0.metadata(group.protocolName)
            return entry
        }
        return response
    }

    func refusedJoin(_ memberID: String, _ error: ErrorCode) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.memberId = memberID
        response.errorCode = error.rawValue
        response.protocolName = nil
        return response
    }

    private func refuseJoin(_ request: Request, _ memberID: String, _ error: ErrorCode) {
        reply(request, refusedJoin(memberID, error))
    }

    private func reply(_ request: Request, _ response: JoinGroupResponse) {
        reply(request.connection, .joinGroup(fitted(response, request.version)))
    }

    /// Before version 7 "no protocol" is an empty name.
    private func fitted(_ response: JoinGroupResponse, _ version: Int16) -> JoinGroupResponse {
        var response = response
        if version < 7, response.protocolName == nil { response.protocolName = "" }
        return response
    }

    /// Answers a member's kept join, if it has one.
    func answerJoin(_ memberID: String, in group: Group, _ response: JoinGroupResponse) {
        guard let waiting = group.members[memberID]?.waitingJoin else { return }
        group.change(memberID) { $0.waitingJoin = nil }
        guard let connection = waiting.connection else { return }
        groups.waiting[connection] = nil
        reply(connection, .joinGroup(fitted(response, waiting.version)))
    }
}
