import KafkaProtocol

extension Broker {
    func heartbeat(_ message: HeartbeatRequest, _ request: Request) {
        var response = HeartbeatResponse()
        response.errorCode = heartbeatError(message).rawValue
        reply(request.connection, .heartbeat(response))
    }

    private func heartbeatError(_ message: HeartbeatRequest) -> ErrorCode {
        if message.groupId.isEmpty { return .invalidGroupId }
        guard let group = groups[message.groupId] else { return .unknownMemberId }
        if let refusal = group.refusal(message.memberId, instance: message.groupInstanceId) { return refusal }
        if message.generationId != group.generation { return .illegalGeneration }
        switch group.state {
        case .empty, .dead:
            return .unknownMemberId
        case .preparingRebalance:
            extendSession(message.memberId, in: group)
            return .rebalanceInProgress
        case .completingRebalance, .stable:
            extendSession(message.memberId, in: group)
            return .none
        }
    }

    func leaveGroup(_ message: LeaveGroupRequest, _ request: Request) {
        var response = LeaveGroupResponse()
        if message.groupId.isEmpty {
            response.errorCode = ErrorCode.invalidGroupId.rawValue
            return reply(request.connection, .leaveGroup(response))
        }
        var leaving = message.members
        if request.version <= 2 {
            var only = LeaveGroupRequest.MemberIdentity()
            only.memberId = message.memberId
            leaving = [only]
        }
        let answers = leaving.map { identity in
            var answer = LeaveGroupResponse.MemberResponse()
            answer.memberId = identity.memberId
            answer.groupInstanceId = identity.groupInstanceId
            answer.errorCode = leave(identity, message.groupId).rawValue
            return answer
        }
        if request.version <= 2 {
            response.errorCode = answers.first?.errorCode ?? 0
        } else {
            response.members = answers
        }
        if let group = groups[message.groupId], answers.contains(where: { $0.errorCode == 0 }) {
            switch group.state {
            case .stable, .completingRebalance: prepareRebalanceOrCompleteJoin(group)
            case .preparingRebalance: completeJoinIfAllJoined(group)
            case .empty, .dead: break
            }
        }
        reply(request.connection, .leaveGroup(response))
    }

    private func leave(_ identity: LeaveGroupRequest.MemberIdentity, _ groupID: String) -> ErrorCode {
        guard let group = groups[groupID] else { return .unknownMemberId }
        var memberID = identity.memberId
        if memberID.isEmpty {
            // An administrator takes out a static member by its instance id alone.
            guard let holder = identity.groupInstanceId.flatMap({ group.instances[$0] }) else {
                return .unknownMemberId
            }
            memberID = holder
        } else if group.pendingJoins[memberID] == nil {
            if let refusal = group.refusal(memberID, instance: identity.groupInstanceId) { return refusal }
        }
        removeMember(memberID, of: group)
        return .none
    }

    // MARK: Time

    /// A time this long after now, at least a millisecond; the end of time at most.
    func later(_ milliseconds: Int64) -> Int64 {
        let (time, overflow) = now.addingReportingOverflow(max(1, milliseconds))
        return overflow ? .max : time
    }

    /// Begins the member's session anew.
    func extendSession(_ memberID: String, in group: Group, ms: Int64? = nil) {
        guard let member = group.members[memberID] else { return }
        let deadline = later(ms ?? Int64(member.sessionTimeoutMs))
        group.change(memberID) { $0.sessionDeadline = deadline }
        groups.wake(group, at: deadline)
    }

    var groupDeadline: Int64? { groups.nextDeadline }

    func tickGroups() {
        // Ends: whatever an event leads to lies later than now, by a millisecond at least.
        while let group = groups.nextDue(at: now) {
            while let next = group.nextEvent() {
                guard next.at <= now else {
                    groups.wake(group, at: next.at)
                    break
                }
                happen(next.event, in: group)
            }
        }
        expireOffsetsIfDue()
    }

    private func happen(_ event: Group.Event, in group: Group) {
        switch event {
        case .joinEnds:
            joinTimeEnded(group)
        case .syncEnds:
            syncTimeEnded(group)
        case .pendingJoinEnds(let memberID):
            group.pendingJoins[memberID] = nil
            if group.state == .preparingRebalance, group.hasAllMembersJoined { completeJoin(group) }
        case .sessionEnds(let memberID):
            sessionEnded(memberID, in: group)
        }
    }

    private func sessionEnded(_ memberID: String, in group: Group) {
        guard let member = group.members[memberID], !member.hasSatisfiedHeartbeat else {
            // The session begins anew when the kept request is answered.
            return group.change(memberID) { $0.sessionDeadline = nil }
        }
        removeMember(memberID, of: group)
        switch group.state {
        case .stable, .completingRebalance: prepareRebalanceOrCompleteJoin(group)
        case .preparingRebalance: if group.hasAllMembersJoined { completeJoin(group) }
        case .empty, .dead: break
        }
    }

    // MARK: Connections

    /// Drops what a closed connection waits for; the member stays until its session ends.
    func disconnectGroups(_ connection: ConnectionID) {
        guard let place = groups.waiting.removeValue(forKey: connection) else { return }
        groups[place.group]?.change(place.member) {
            if $0.waitingJoin?.connection == connection { $0.waitingJoin?.connection = nil }
            if $0.waitingSync?.connection == connection { $0.waitingSync?.connection = nil }
        }
    }
}
