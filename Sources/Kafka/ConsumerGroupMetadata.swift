import CRdKafka

/// Proves membership of a group at one moment; a transaction that carries it is refused once the member is replaced.
///
/// Fetch it right before `sendOffsets`: an old one fails with `illegalGeneration`.
@safe public final class ConsumerGroupMetadata {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    /// Makes the metadata of a group without members, for offsets that no member owns.
    ///
    /// Nothing fences such a commit; a replay job that holds its group alone may use it.
    public convenience init(unfencedGroup group: String) {
        unsafe self.init(owning: rd_kafka_consumer_group_metadata_new(group))
    }

    deinit { unsafe rd_kafka_consumer_group_metadata_destroy(pointer) }
}
