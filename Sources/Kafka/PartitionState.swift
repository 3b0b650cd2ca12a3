import CRdKafka

/// What the consumer knows of one assigned partition.
@safe final class PartitionState {
    let topicPartition: TopicPartition
    let topicIndex: Int32
    /// False for one that was only held so far, before its assignment.
    var isAssigned = false
    /// The offset behind the last record handed over; nil before the first.
    var nextOffset: Int64?
    /// Records below it are leftovers from before a seek and are dropped; nil once a record at or above it came.
    var floor: Int64?
    /// Where the last end-of-partition event stood.
    var endOffset: Int64?
    /// The partition's own queue while it is split off.
    var heldQueue: OpaquePointer?
    /// Records that were in the main queue when the partition was held, oldest first; bounded by the prefetch limits.
    var stash: [UnsafeMutablePointer<rd_kafka_message_t>] = unsafe []
    var stashTaken = 0

    init(_ topicPartition: TopicPartition, _ topicIndex: Int32, start: Int64?) {
        self.topicPartition = topicPartition
        self.topicIndex = topicIndex
        nextOffset = start
    }

    deinit {
        dropStash()
        if let queue = unsafe heldQueue { unsafe rd_kafka_queue_destroy(queue) }
    }

    var isHeld: Bool { unsafe heldQueue != nil }
    var stashIsEmpty: Bool { unsafe stashTaken == stash.count }

    func takeStashed() -> UnsafeMutablePointer<rd_kafka_message_t>? {
        guard unsafe stashTaken < stash.count else { return nil }
        defer { stashTaken += 1 }
        return unsafe stash[stashTaken]
    }

    func dropStash() {
        for i in unsafe stashTaken..<stash.count { unsafe rd_kafka_message_destroy(stash[i]) }
        unsafe stash = []
        stashTaken = 0
    }
}
