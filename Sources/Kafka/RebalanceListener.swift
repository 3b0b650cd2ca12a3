/// Is told of the group's assignments, on the consumer's thread and inside its `poll` or `close`.
public protocol RebalanceListener<Member>: AnyObject {
    /// The consumer that it listens to: `Consumer`, or what stands in for it.
    associatedtype Member

    /// The group gave this member `partitions`: hold what must be restored and call `consumer.assign`.
    ///
    /// If it does not call `assign`, every partition starts at its committed offset.
    func assigned(_ partitions: [TopicPartition], consumer: Member)

    /// The group takes `partitions` away, unless `lost`: commit or abort, at most for a fifth of the poll interval.
    ///
    /// With `lost` they belong to someone else already: abort, never commit. The consumer unassigns them after the
    /// call returns.
    func revoked(_ partitions: [TopicPartition], lost: Bool, consumer: Member)
}
