/// A marker of a decided transaction that is still to be written.
package struct PendingMarker: Hashable, Sendable {
    /// Where it goes: into a partition, or to the offsets that a group has in the transaction.
    package enum Target: Hashable, Sendable {
        case partition(TopicPartition)
        case group(String)
    }

    package var transactionalID: String
    package var target: Target

    package init(transactionalID: String, target: Target) {
        self.transactionalID = transactionalID
        self.target = target
    }
}
