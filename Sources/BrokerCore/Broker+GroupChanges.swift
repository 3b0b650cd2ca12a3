extension Broker {
    func applyToGroups(_ change: Change) {
        switch change {
        case .offset(let groupID, let topic, let partition, let record):
            let partition = TopicPartition(topic, partition)
            if let record {
                makeGroup(groupID).offsets.commit(partition, record, sequence: groups.nextSequence())
            } else {
                groups[groupID]?.offsets.delete(partition)
            }
        case .offsetsPending(let groupID, let producer, let offsets):
            let group = makeGroup(groupID)
            for offset in offsets {
                group.offsets.pend(
                    offset.partition, offset.record, producer: producer, sequence: groups.nextSequence())
            }
        case .offsetsResolved(let groupID, let producer, let committed):
            groups[groupID]?.offsets.resolve(producer: producer, committed: committed)
        case .group(let record):
            // The living group is where the record comes from; after a restart `resumeGroups` makes it from the record.
            makeGroup(record.id).recorded = record
        case .groupForgotten(let id):
            groups.remove(id)
        case .topicCreated, .topicDeleted, .partitionsAdded, .topicConfigured, .brokerConfigured, .appended,
            .logStartMoved, .compacted, .producerKept, .producerIDsUsed, .transaction, .transactionForgotten:
            break
        }
    }

    /// Generations by id, then offsets in the order in which they came: a transaction that ends later must find the
    /// same ones older than its own.
    func groupSnapshot() -> [Change] {
        let groups = groups.inOrder
        var offsets: [(sequence: UInt64, change: Change)] = []
        for group in groups {
            for (partition, entry) in group.offsets.committed {
                offsets.append(
                    (
                        entry.sequence,
                        .offset(
                            group: group.id, topic: partition.topic, partition: partition.partition, entry.record)
                    ))
            }
            for (producer, entries) in group.offsets.pending {
                for (partition, entry) in entries {
                    let offset = PendingOffset(partition: partition, record: entry.record)
                    offsets.append(
                        (entry.sequence, .offsetsPending(group: group.id, producerID: producer, offsets: [offset])))
                }
            }
        }
        return groups.compactMap { $0.recorded.map(Change.group) }
            + offsets.sorted { $0.sequence < $1.sequence }.map(\.change)
    }

    /// After a restart: members of recorded generations keep their place, their sessions begin now.
    func resumeGroups() {
        for group in groups.inOrder {
            group.restore()
            for member in group.membersInOrder { extendSession(member.id, in: group) }
        }
        groups.nextRetentionCheck = groups.count == 0 ? nil : later(Self.offsetsRetentionCheckIntervalMs)
    }
}
