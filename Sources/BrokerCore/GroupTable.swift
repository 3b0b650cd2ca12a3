/// All groups by id, and who waits in them.
struct GroupTable {
    /// Where a kept request stands.
    struct Place {
        var group: String
        var member: String
    }

    private(set) var groups: [String: Group] = [:]
    var waiting: [ConnectionID: Place] = [:]
    /// When offsets are next looked at for their age; nil where there is no group.
    var nextRetentionCheck: Int64?
    private var queue = DeadlineQueue()
    private var lastSequence: UInt64 = 0

    subscript(_ id: String) -> Group? { groups[id] }

    var count: Int { groups.count }
    /// Entries that wait, those included that no longer hold.
    var queueLength: Int { queue.count }

    var inOrder: [Group] { groups.values.sorted { $0.id < $1.id } }

    /// The group of this id, made if there is none.
    mutating func group(_ id: String, at time: Int64) -> Group {
        if let group = groups[id] { return group }
        let group = Group(id: id, at: time)
        groups[id] = group
        return group
    }

    mutating func remove(_ id: String) { groups[id] = nil }

    /// The next number in the order of offsets.
    mutating func nextSequence() -> UInt64 {
        lastSequence &+= 1
        return lastSequence
    }

    // MARK: Time

    /// Sees to it that the group is looked at by `time`; a later time than is set changes nothing.
    mutating func wake(_ group: Group, at time: Int64) {
        if let set = group.wakesAt, set <= time { return }
        group.wakesAt = time
        queue.insert(DeadlineQueue.Entry(time: time, name: group.id))
        // Entries that no longer hold are at most as many as the groups, and a few.
        guard queue.count > 2 * groups.count + 64 else { return }
        queue = DeadlineQueue(
            groups.values.compactMap { group in group.wakesAt.map { DeadlineQueue.Entry(time: $0, name: group.id) } })
    }

    /// A group whose time has come.
    mutating func nextDue(at time: Int64) -> Group? {
        while let entry = queue.removeFirst(due: time) {
            guard let group = groups[entry.name], group.wakesAt == entry.time else { continue }
            group.wakesAt = nil
            return group
        }
        return nil
    }

    var nextDeadline: Int64? { [queue.first?.time, nextRetentionCheck].compactMap(\.self).min() }
}
