import CRdKafka

/// Reads partitions, as a member of a group or on its own; one thread uses it.
///
/// It never commits: offsets go through `TransactionalProducer.sendOffsets`. It never pauses: `hold` splits a
/// partition's queue off instead, which keeps what was fetched (kafka.md 3.2 note 7).
@safe public final class Consumer {
    /// Told of assignments, inside `poll` and `close`.
    public weak var listener: (any RebalanceListener<Consumer>)?

    private var handle: ClientHandle?
    private let group: String
    private let names = TopicNames()
    private let settings: ConsumerSettings

    private var states: [TopicPartition: PartitionState] = [:]
    private var statesByTopic: [OpaquePointer: [PartitionState?]] = unsafe [:]
    private var lastTopic: OpaquePointer?
    private var lastPartition: Int32 = -1
    private var lastState: PartitionState?
    /// Released partitions with stashed records, which go out before anything else.
    private var stashed: [PartitionState] = []
    /// Partitions that were split once: librdkafka no longer joins their queue to ours by itself.
    private var everSplit: Set<TopicPartition> = []

    private var rebalanceRan = false
    private var answeredRebalance = false
    private var revokedInPoll: Set<TopicPartition> = []
    private var pendingError: KafkaError?
    private var isClosing = false

    /// How many errors, ends and records that go to a stash one poll takes in beside those it delivers.
    private static let eventsPerPoll = 10_000

    /// Makes a consumer that has joined nothing yet.
    ///
    /// `group` is needed by librdkafka even where nothing is subscribed. `instanceID` makes the member static: give
    /// it zero-padded, since `range` sorts by it (kafka.md 5.5).
    public init(
        _ configuration: ClientConfiguration, group: String, instanceID: String? = nil,
        settings: ConsumerSettings = ConsumerSettings()
    ) throws(KafkaError) {
        let handle = try ClientHandle(
            .groupMember, configuration, defaults: settings.properties(group: group, instanceID: instanceID))
        self.handle = handle
        self.group = group
        self.settings = settings
        // All events, rebalances and records come out of one call from here on.
        unsafe rd_kafka_poll_set_consumer(handle.pointer)
        handle.context.consumer = self
    }

    deinit { close() }

    /// Leaves the group, after `revoked` was called for what is assigned, and frees the instance.
    ///
    /// With no coordinator in reach 2.0.2 may crash in here (fixed in 2.14.2): what supervises the process restarts it.
    /// A static member does not leave: it may come back within the session timeout without a rebalance. A second call
    /// does nothing. Records still in a batch stay valid.
    public func close() {
        guard let handle else { return }
        isClosing = true
        // Queue references and stashed records must go before the instance, or its destruction waits for them.
        _ = unsafe rd_kafka_consumer_close(handle.pointer)
        forgetAssignment()
        self.handle = nil
    }

    private var pointer: OpaquePointer {
        guard let handle else { preconditionFailure("the consumer is closed") }
        return unsafe handle.pointer
    }

    // MARK: Assignment

    /// Joins the group for these topics; assignments come to the listener inside `poll`.
    public func subscribe(_ topics: [String]) throws(KafkaError) {
        let list = TopicPartitionList(topics: topics)
        try unsafe KafkaError.check(
            rd_kafka_subscribe(pointer, list.pointer),
            "group \(group) cannot subscribe to \(topics.joined(separator: ", "))")
    }

    /// Reads exactly these partitions from here on, in place of any before.
    ///
    /// Call it inside `assigned`, or at any time in a reader that did not subscribe. A failure is thrown by the next
    /// `poll`.
    public func assign(_ partitions: [TopicPartition: StartOffset]) {
        let before = states
        forgetPointers()
        stashed = []
        states = [:]
        for (partition, start) in partitions { add(partition, start, held: before[partition]) }
        for (partition, state) in before where partitions[partition] == nil && state.isHeld {
            everSplit.insert(partition)
        }
        let list = TopicPartitionList(partitions.mapValues(\.native))
        finishAssignment(unsafe rd_kafka_assign(pointer, list.pointer), "cannot assign \(partitions.count) partitions")
        joinSplit(partitions.keys)
    }

    /// Reads these partitions too, and leaves the others undisturbed; only for a reader that did not subscribe.
    public func assign(adding partitions: [TopicPartition: StartOffset]) {
        let new = partitions.filter { states[$0.key].map { !$0.isAssigned } ?? true }
        guard !new.isEmpty else { return }
        for (partition, start) in new { add(partition, start, held: states[partition]) }
        let list = TopicPartitionList(new.mapValues(\.native))
        unsafe finishAssignment(rd_kafka_incremental_assign(pointer, list.pointer), "cannot add partitions")
        joinSplit(new.keys)
    }

    /// Reads nothing from here on.
    public func unassign() {
        forgetAssignment()
        finishAssignment(unsafe rd_kafka_assign(pointer, nil), "cannot give up the assignment")
    }

    /// Stops reading these partitions and leaves the others undisturbed; only for a reader that did not subscribe.
    public func unassign(_ partitions: [TopicPartition]) {
        let leaving = Set(partitions).filter { states[$0]?.isAssigned == true }
        guard !leaving.isEmpty else { return }
        for partition in leaving {
            guard let state = states.removeValue(forKey: partition) else { continue }
            stashed.removeAll { $0 === state }
        }
        forgetPointers()
        let list = TopicPartitionList(leaving)
        unsafe finishAssignment(rd_kafka_incremental_unassign(pointer, list.pointer), "cannot give partitions up")
    }

    private func add(_ partition: TopicPartition, _ start: StartOffset, held before: PartitionState?) {
        let state = PartitionState(partition, names.index(of: partition.topic), start: start.absolute)
        state.isAssigned = true
        if let before, before.isHeld { unsafe swap(&state.heldQueue, &before.heldQueue) }
        states[partition] = state
    }

    /// Joins what was split in an earlier assignment; after the stops, each of which cuts its queue off.
    private func joinSplit(_ partitions: some Sequence<TopicPartition>) {
        for partition in partitions where everSplit.contains(partition) {
            if let state = states[partition], !state.isHeld { join(state) }
        }
    }

    /// The partitions that are assigned, in order.
    public var assignment: [TopicPartition] { states.filter { $0.value.isAssigned }.keys.sorted() }

    private func finishAssignment(_ error: rd_kafka_resp_err_t, _ context: String) {
        answeredRebalance = true
        if error != RD_KAFKA_RESP_ERR_NO_ERROR { pendingError = KafkaError(error, context) }
        awaitStops()
    }

    private func finishAssignment(_ error: OpaquePointer?, _ context: String) {
        if let error = unsafe error { pendingError = unsafe KafkaError(consuming: error, context) }
        awaitStops()
    }

    /// Waits until what was unassigned has stopped; microseconds.
    ///
    /// 2.0.2 ends the process on an assertion (`rktp_started`) if a partition is unassigned twice before its first stop
    /// is done. Its main thread works in order: the first question comes behind the stops, the second behind their
    /// answers.
    private func awaitStops() {
        // In the revoke that a close brings, the main thread may be gone before it answers; nothing is assigned after.
        guard !isClosing else { return }
        for _ in 0..<2 {
            var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
            guard unsafe rd_kafka_assignment(pointer, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
            if let list = unsafe list { unsafe rd_kafka_topic_partition_list_destroy(list) }
        }
    }

    private func forgetAssignment() {
        // A record of the old assignment must not come back with the next one.
        for state in states.values where state.isHeld { everSplit.insert(state.topicPartition) }
        states = [:]
        stashed = []
        forgetPointers()
    }

    private func forgetPointers() {
        // librdkafka may reuse a topic's address once nothing refers to it.
        unsafe statesByTopic.removeAll()
        unsafe lastTopic = nil
        lastState = nil
    }

    func rebalance(_ code: rd_kafka_resp_err_t, _ partitions: [TopicPartition]) {
        rebalanceRan = true
        answeredRebalance = false
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            listener?.assigned(partitions, consumer: self)
            if !answeredRebalance {
                assign(Dictionary(partitions.map { ($0, .committed) }, uniquingKeysWith: { $1 }))
            }
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            listener?.revoked(partitions, lost: isAssignmentLost, consumer: self)
            revokedInPoll.formUnion(partitions)
            if !answeredRebalance { unassign() }
        default:
            pendingError = KafkaError(code, "the rebalance of group \(group) failed")
            unassign()
        }
        // Ends the poll that runs this, so that the caller sees the change before the next record.
        unsafe rd_kafka_yield(pointer)
    }

    /// True between losing the assignment and the next one: what is staged must be aborted.
    public var isAssignmentLost: Bool { unsafe rd_kafka_assignment_lost(pointer) != 0 }

    /// The id that the coordinator gave this member; nil before it joined.
    public var memberID: String? {
        guard let text = unsafe rd_kafka_memberid(pointer) else { return nil }
        defer { unsafe rd_kafka_mem_free(pointer, text) }
        let id = unsafe String(cString: text)
        return id.isEmpty ? nil : id
    }

    /// Proof of this member's present generation, for `sendOffsets`; fetch it anew for each transaction.
    public func groupMetadata() -> ConsumerGroupMetadata {
        guard let metadata = unsafe rd_kafka_consumer_group_metadata(pointer) else {
            // Not reached: every consumer of this class has a group.
            preconditionFailure("a consumer without a group has no metadata")
        }
        return unsafe ConsumerGroupMetadata(owning: metadata)
    }

    // MARK: Reading

    /// Appends up to `limit` records to `batch`, waiting at most `timeoutMilliseconds` for the first.
    ///
    /// Serves the group: listener calls happen in here, and end the poll. Throws only what ends this consumer (for
    /// example, a second member with the same instance id) or what `assign` met; other errors are in the result.
    public func poll(into batch: RecordBatch, limit: Int, timeoutMilliseconds: Int32) throws(KafkaError) -> PollResult {
        guard let handle else { preconditionFailure("the consumer is closed") }
        precondition(limit > 0, "a poll for nothing would not serve the group either")
        var result = PollResult()
        batch.attach(handle, names)
        rebalanceRan = false
        revokedInPoll.removeAll()
        let before = batch.count
        takeStashed(into: batch, limit: limit)
        var timeout = batch.count > before ? 0 : timeoutMilliseconds
        // One record per call: the batch calls of 2.0.2 lose records around seeks and rebalances (kafka.md 3.2 note 1).
        // It also restarts the max.poll.interval clock, so a caller that polls but does nothing else needs a watchdog.
        var budget = limit &+ Self.eventsPerPoll
        while batch.count - before < limit, budget > 0, !rebalanceRan, pendingError == nil,
            let message = unsafe rd_kafka_consumer_poll(handle.pointer, timeout)
        {
            if unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                unsafe take(message, into: batch)
            } else {
                unsafe note(message, in: &result)
                unsafe rd_kafka_message_destroy(message)
            }
            timeout = 0
            budget -= 1
        }
        if !revokedInPoll.isEmpty { batch.remove(revokedInPoll) }
        result.count = max(0, batch.count - before)
        result.rebalanced = rebalanceRan
        if let error = pendingError {
            pendingError = nil
            throw error
        }
        return result
    }

    private func take(_ message: UnsafeMutablePointer<rd_kafka_message_t>, into batch: RecordBatch) {
        guard let state = unsafe state(of: message) else {
            // Not assigned (any more): librdkafka filters these, and what it misses must not reach a handler.
            unsafe rd_kafka_message_destroy(message)
            return
        }
        if state.isHeld {
            unsafe state.stash.append(message)
        } else {
            unsafe deliver(message, state, into: batch)
        }
    }

    private func deliver(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>, _ state: PartitionState, into batch: RecordBatch
    ) {
        let offset = unsafe message.pointee.offset
        if let floor = state.floor {
            // A seek's documented wait is 1,000 times too short in 2.0.2 (kafka.md 3.2 note 11): drop leftovers here.
            guard offset >= floor else {
                unsafe rd_kafka_message_destroy(message)
                return
            }
            state.floor = nil
        }
        state.nextOffset = offset + 1
        unsafe batch.append(message, state.topicIndex)
    }

    private func takeStashed(into batch: RecordBatch, limit: Int) {
        let end = batch.count + limit
        while batch.count < end, let state = stashed.last {
            while batch.count < end, let message = unsafe state.takeStashed() {
                unsafe deliver(message, state, into: batch)
            }
            guard state.stashIsEmpty else { return }
            state.dropStash()
            stashed.removeLast()
        }
    }

    private func note(_ message: UnsafeMutablePointer<rd_kafka_message_t>, in result: inout PollResult) {
        let error = unsafe message.pointee.err
        if error == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            guard let state = unsafe state(of: message) else { return }
            state.endOffset = unsafe message.pointee.offset
            result.partitionsAtEnd.append(state.topicPartition)
            return
        }
        if error == RD_KAFKA_RESP_ERR__FATAL, let fatal = handle?.fatalError {
            pendingError = fatal
            return
        }
        let text = unsafe rd_kafka_message_errstr(message).map { unsafe String(cString: $0) }
        let code = KafkaError.Code(error)
        var partition: TopicPartition?
        if let topic = unsafe message.pointee.rkt, let name = unsafe rd_kafka_topic_name(topic) {
            partition = unsafe TopicPartition(topic: String(cString: name), partition: message.pointee.partition)
        }
        result.errors.append(
            PollError(topicPartition: partition, error: KafkaError(code: code, message: text ?? code.explanation)))
    }

    private func state(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> PartitionState? {
        guard let topic = unsafe message.pointee.rkt else { return nil }
        let partition = unsafe message.pointee.partition
        if unsafe topic == lastTopic, partition == lastPartition { return lastState }
        let found = unsafe lookUp(topic, partition)
        unsafe lastTopic = topic
        lastPartition = partition
        lastState = found
        return found
    }

    private func lookUp(_ topic: OpaquePointer, _ partition: Int32) -> PartitionState? {
        let index = Int(partition)
        if let known = unsafe statesByTopic[topic], known.indices.contains(index), let state = known[index] {
            return state
        }
        guard index >= 0, let name = unsafe rd_kafka_topic_name(topic) else { return nil }
        guard let state = unsafe states[TopicPartition(topic: String(cString: name), partition: partition)] else {
            return nil
        }
        var known = unsafe statesByTopic[topic] ?? []
        if known.count <= index { known.append(contentsOf: repeatElement(nil, count: index + 1 - known.count)) }
        known[index] = state
        unsafe statesByTopic[topic] = known
        return state
    }

    // MARK: Holding

    /// Keeps a partition's records back: `poll` delivers none until `release`, while the group stays alive.
    ///
    /// Inside `assigned`, before or after `assign`, or at any time later. What was fetched stays fetched, bounded by
    /// `queuedMaxKilobytes` per held partition. An unassign ends it.
    public func hold(_ partition: TopicPartition) {
        let state =
            states[partition]
            ?? {
                let new = PartitionState(partition, names.index(of: partition.topic), start: nil)
                states[partition] = new
                return new
            }()
        guard !state.isHeld else { return }
        guard let queue = unsafe rd_kafka_queue_get_partition(pointer, partition.topic, partition.partition) else {
            return
        }
        unsafe rd_kafka_queue_forward(queue, nil)
        unsafe state.heldQueue = queue
        everSplit.insert(partition)
        stashed.removeAll { $0 === state }
    }

    /// Lets a held partition's records go, oldest first; without effect on one that is not held.
    public func release(_ partition: TopicPartition) {
        guard let state = states[partition], state.isHeld else { return }
        join(state)
        if !state.stashIsEmpty { stashed.append(state) }
    }

    /// True if the partition is held.
    public func isHeld(_ partition: TopicPartition) -> Bool { states[partition]?.isHeld ?? false }

    /// Sends the partition's queue into the consumer's again.
    private func join(_ state: PartitionState) {
        let partition = state.topicPartition
        let queue =
            unsafe state.heldQueue
            ?? rd_kafka_queue_get_partition(pointer, partition.topic, partition.partition)
        unsafe state.heldQueue = nil
        guard let queue = unsafe queue else { return }
        if let main = unsafe rd_kafka_queue_get_consumer(pointer) {
            unsafe rd_kafka_queue_forward(queue, main)
            unsafe rd_kafka_queue_destroy(main)
        }
        unsafe rd_kafka_queue_destroy(queue)
    }

    // MARK: Offsets

    /// Goes to `offset` and forgets what was fetched; the records in the caller's batch are the caller's to drop.
    ///
    /// Waits for a partition that is still starting, at most five seconds.
    public func seek(_ partition: TopicPartition, to offset: Int64) throws(KafkaError) {
        var error = RD_KAFKA_RESP_ERR_NO_ERROR
        for _ in 0..<500 {
            let list = TopicPartitionList([partition: offset])
            // Without a timeout: with one, 2.0.2 may go on before its fetcher does (kafka.md 3.2 note 11).
            if let failure = unsafe rd_kafka_seek_partitions(pointer, list.pointer, -1) {
                throw unsafe KafkaError(consuming: failure, "cannot seek \(partition) to \(offset)")
            }
            error = list.entries.first?.error ?? RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION
            guard error == RD_KAFKA_RESP_ERR__STATE || error == RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS else { break }
            Pause.milliseconds(10)
        }
        try KafkaError.check(error, "cannot seek \(partition) to \(offset)")
        guard let state = states[partition] else { return }
        state.dropStash()
        stashed.removeAll { $0 === state }
        state.floor = offset
        state.nextOffset = offset
        state.endOffset = nil
    }

    /// The group's committed offsets; a partition without one is absent, it is not 0.
    ///
    /// Call it after the assignment and after `initTransactions`: a read_committed consumer then waits for the
    /// previous owner's transaction to end.
    public func committed(
        _ partitions: [TopicPartition], timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        // librdkafka gives up on an offset that is part of an open transaction after two tries.
        return try Patience(timeoutMilliseconds: timeoutMilliseconds)() { (remaining) throws(KafkaError) in
            try committedOnce(partitions, timeoutMilliseconds: remaining)
        }
    }

    private func committedOnce(
        _ partitions: [TopicPartition], timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        let list = TopicPartitionList(partitions)
        try unsafe KafkaError.check(
            rd_kafka_committed(pointer, list.pointer, timeoutMilliseconds),
            "no answer about the offsets of group \(group)")
        var offsets: [TopicPartition: Int64] = [:]
        for entry in list.entries {
            // No answer is not "no offset": Kafka Streams once took it for one and restored nothing (kafka.md 4.2).
            try KafkaError.check(
                entry.error, "no answer about the offset of group \(group) for \(entry.topicPartition)")
            if entry.offset >= 0 { offsets[entry.topicPartition] = entry.offset }
        }
        return offsets
    }

    /// The offset that will be read next, behind transaction markers too; nil before anything is known.
    public func position(_ partition: TopicPartition) -> Int64? {
        guard let state = states[partition] else { return nil }
        // What librdkafka took out of its queue into our stash was not delivered yet.
        guard state.stashIsEmpty else { return state.nextOffset }
        let list = TopicPartitionList(CollectionOfOne(partition))
        _ = unsafe rd_kafka_position(pointer, list.pointer)
        let library = list.entries.first.flatMap { $0.offset >= 0 ? $0.offset : nil }
        return [state.nextOffset, state.endOffset, library].compactMap { $0 }.max()
    }

    /// The first offset and the end of a partition, asked of the broker, as this consumer's isolation level sees them.
    ///
    /// It may take longer than its timeout (2.0.2), so keep it off a thread that must poll.
    public func watermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> (low: Int64, high: Int64) {
        var low: Int64 = 0
        var high: Int64 = 0
        try unsafe KafkaError.check(
            rd_kafka_query_watermark_offsets(
                pointer, partition.topic, partition.partition, &low, &high, timeoutMilliseconds),
            "cannot read the watermarks of \(partition)")
        return (low, high)
    }

    /// Tells librdkafka's statistics how far the transactions came; commits nothing.
    ///
    /// Without it `consumer_lag_stored` stays -1, since offsets go through transactions (kafka.md 3.2 note 9).
    public func storeOffsets(_ offsets: [TopicPartition: Int64]) {
        guard !offsets.isEmpty else { return }
        let list = TopicPartitionList(offsets)
        // A partition revoked meanwhile is refused; its lag is no longer ours to show.
        _ = unsafe rd_kafka_offsets_store(pointer, list.pointer)
    }
}
