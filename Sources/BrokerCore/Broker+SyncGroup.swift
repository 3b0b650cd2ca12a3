import KafkaProtocol

extension Broker {
    func syncGroup(_ message: SyncGroupRequest, _ request: Request) {
        if let refusal = refusal(of: message, version: request.version) {
            return reply(request.connection, .syncGroup(refusedSync(refusal)))
        }
        guard let group = groups[message.groupId] else { return }
        switch group.state {
        case .preparingRebalance:
            reply(request.connection, .syncGroup(refusedSync(.rebalanceInProgress)))
        case .completingRebalance:
            // Kafka leaves an older request of the same member without an answer; here its connection is freed.
            answerSync(message.memberId, in: group, refusedSync(.rebalanceInProgress))
            let waiting = keep(request, for: message.memberId, in: group)
            group.change(message.memberId) { $0.waitingSync = waiting }
            hasSynced(message.memberId, in: group)
            if group.leader == message.memberId { assign(message.assignments, in: group) }
        case .stable:
            hasSynced(message.memberId, in: group)
            reply(request.connection, .syncGroup(synced(message.memberId, in: group)))
        case .empty, .dead:
            reply(request.connection, .syncGroup(refusedSync(.unknownMemberId)))
        }
    }

    private func refusal(of message: SyncGroupRequest, version: Int16) -> ErrorCode? {
        if version >= 5, message.protocolType == nil || message.protocolName == nil {
            return .inconsistentGroupProtocol
        }
        if message.groupId.isEmpty { return .invalidGroupId }
        guard let group = groups[message.groupId], group.state != .empty else { return .unknownMemberId }
        if let refusal = group.refusal(message.memberId, instance: message.groupInstanceId) { return refusal }
        if message.generationId != group.generation { return .illegalGeneration }
        func differ(_ given: String?, _ known: String?) -> Bool { given != nil && known != nil && given != known }
        if differ(message.protocolType, group.protocolType) || differ(message.protocolName, group.protocolName) {
            return .inconsistentGroupProtocol
        }
        return nil
    }

    private func hasSynced(_ memberID: String, in group: Group) {
        group.pendingSyncs.remove(memberID)
        if group.pendingSyncs.isEmpty { group.syncDeadline = nil }
    }

    /// The leader has assigned: the generation is durable, and everybody gets its part.
    private func assign(_ assignments: [SyncGroupRequest.SyncGroupRequestAssignment], in group: Group) {
        let parts = Dictionary(assignments.map { ($0.memberId, $0.assignment) }) { $1 }
        for member in group.membersInOrder { group.change(member.id) { $0.assignment = parts[member.id] ?? [] } }
        group.become(.stable, at: now)
        record(.group(group.record()))
        for member in group.membersInOrder {
            answerSyncAndExtend(member.id, in: group, synced(member.id, in: group))
        }
    }

    // MARK: Answers

    private func synced(_ memberID: String, in group: Group) -> SyncGroupResponse {
        var response = SyncGroupResponse()
        response.protocolType = group.protocolType
        response.protocolName = group.protocolName
        response.assignment = group.members[memberID]?.assignment ?? []
        return response
    }

    func refusedSync(_ error: ErrorCode) -> SyncGroupResponse {
        var response = SyncGroupResponse()
        response.errorCode = error.rawValue
        return response
    }

    /// Answers a member's kept sync, if it has one; tells whether it had.
    @discardableResult
    func answerSync(_ memberID: String, in group: Group, _ response: SyncGroupResponse) -> Bool {
        guard let waiting = group.members[memberID]?.waitingSync else { return false }
        group.change(memberID) { $0.waitingSync = nil }
        guard let connection = waiting.connection else { return true }
        groups.waiting[connection] = nil
        reply(connection, .syncGroup(response))
        return true
    }

    /// Answers a kept sync and begins the session anew: none ended while the member waited.
    func answerSyncAndExtend(_ memberID: String, in group: Group, _ response: SyncGroupResponse) {
        if answerSync(memberID, in: group, response) { extendSession(memberID, in: group) }
    }
}
