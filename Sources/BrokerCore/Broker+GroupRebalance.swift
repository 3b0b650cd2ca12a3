import KafkaProtocol

/// How a group gets from one generation to the next; see `GroupState`.
extension Broker {
    /// Starts a rebalance, or ends the one under way if this was the last that it waited for.
    func prepareRebalanceOrCompleteJoin(_ group: Group) {
        if group.state.canRebalance { prepareRebalance(group) } else { completeJoinIfAllJoined(group) }
    }

    func prepareRebalance(_ group: Group) {
        if group.state == .completingRebalance {
            for member in group.membersInOrder {
                group.change(member.id) { $0.assignment = [] }
                answerSyncAndExtend(member.id, in: group, refusedSync(.rebalanceInProgress))
            }
        }
        group.pendingSyncs.removeAll()
        group.syncDeadline = nil
        let isFirst = group.state == .empty
        group.become(.preparingRebalance, at: now)
        if isFirst {
            waitForFirstMembers(group)
        } else if group.hasAllMembersJoined {
            completeJoin(group)
        } else {
            waitForMembers(group)
        }
    }

    /// Gives a new group time to gather, so that it does not rebalance once per member.
    private func waitForFirstMembers(_ group: Group) {
        let delay = configuration.groupInitialRebalanceDelayMs
        guard delay > 0 else { return completeJoin(group) }
        group.joinTimer = .initial(
            at: later(delay), delayMs: delay, remainingMs: max(group.rebalanceTimeoutMs - delay, 0))
        groups.wake(group, at: later(delay))
    }

    private func waitForMembers(_ group: Group) {
        let deadline = later(group.rebalanceTimeoutMs)
        group.joinTimer = .rebalance(at: deadline)
        groups.wake(group, at: deadline)
    }

    func completeJoinIfAllJoined(_ group: Group) {
        guard group.state == .preparingRebalance, group.previousState != .empty, group.hasAllMembersJoined else {
            return
        }
        completeJoin(group)
    }

    /// Time is up for joining.
    func joinTimeEnded(_ group: Group) {
        guard let timer = group.joinTimer, group.state == .preparingRebalance else {
            group.joinTimer = nil
            return
        }
        if case .initial(_, let delay, let remaining) = timer, group.newMemberAdded, remaining > 0 {
            group.newMemberAdded = false
            let next = min(configuration.groupInitialRebalanceDelayMs, remaining)
            group.joinTimer = .initial(at: later(next), delayMs: next, remainingMs: max(remaining - delay, 0))
            groups.wake(group, at: later(next))
        } else {
            completeJoin(group)
        }
    }

    /// Ends the joining: those who came are the next generation.
    func completeJoin(_ group: Group) {
        group.joinTimer = nil
        for member in group.membersInOrder where member.waitingJoin == nil && !member.isStatic {
            removeMember(member.id, of: group)
        }
        if !group.electJoinedLeader(), !group.members.isEmpty {
            // Static members alone, none of them back yet: their sessions end, or they come.
            return waitForMembers(group)
        }
        group.beginGeneration(at: now)
        if group.state == .empty { return record(.group(group.record())) }
        for member in group.membersInOrder {
            answerJoin(member.id, in: group, joined(member, in: group))
            extendSession(member.id, in: group)
            group.change(member.id) { $0.isNew = false }
            group.pendingSyncs.insert(member.id)
        }
        let deadline = later(group.rebalanceTimeoutMs)
        group.syncDeadline = deadline
        groups.wake(group, at: deadline)
    }

    /// Time is up for asking for assignments: who did not is out.
    func syncTimeEnded(_ group: Group) {
        group.syncDeadline = nil
        guard group.state == .completingRebalance || group.state == .stable, !group.pendingSyncs.isEmpty else { return }
        for memberID in group.pendingSyncs.sorted() { removeMember(memberID, of: group) }
        prepareRebalance(group)
    }

    /// Takes a member out for good; what it waits for is answered, so that a client that lives joins anew.
    func removeMember(_ memberID: String, of group: Group) {
        answerJoin(memberID, in: group, refusedJoin("", .unknownMemberId))
        answerSync(memberID, in: group, refusedSync(.unknownMemberId))
        group.remove(memberID)
    }
}
