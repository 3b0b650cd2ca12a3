import CRdKafka

/// Writes records and input offsets in transactions; one thread uses it.
///
/// A call that can be repeated is repeated inside, until it succeeds or the stop closure says so; what is thrown says
/// what must happen next. Any failed `send` dooms the transaction: `commit` then refuses it (kafka.md 3.2 note 5).
public final class TransactionalProducer {
    private var handle: ClientHandle?
    private var topics: ProducerTopics?
    private let settings: ProducerSettings
    private let transactionalID: String
    private let stop: () -> Bool
    private var doom: KafkaError?
    private var isOpen = false
    private var sentSincePoll = 0

    /// How many records may be sent before delivery reports are taken in, so that their queue stays short.
    private static let sendsPerPoll = 1_000
    private static let initSliceMilliseconds: Int32 = 1_000

    /// Makes a producer; `transactionalID` must be this thread's alone and the same after a restart.
    ///
    /// `stop` is asked between two tries of a call that can be repeated; when it says true the call throws `fatal` with
    /// the code `interrupted`, and the next incarnation clears up.
    public init(
        _ configuration: ClientConfiguration, transactionalID: String, settings: ProducerSettings = ProducerSettings(),
        stop: @escaping () -> Bool = { false }
    ) throws(KafkaError) {
        let handle = try ClientHandle(
            .producer, configuration, defaults: settings.properties(transactionalID: transactionalID))
        self.handle = handle
        topics = ProducerTopics(handle, maxMessageBytes: Int(settings.maxMessageBytes))
        self.settings = settings
        self.transactionalID = transactionalID
        self.stop = stop
    }

    deinit { close() }

    /// Aborts what is open, waiting at most a second, and frees the instance; a second call does nothing.
    public func close() {
        guard let handle else { return }
        if isOpen, handle.fatalError == nil {
            // Spares the readers the wait for transaction.timeout.ms. If it fails, the timeout does the same.
            if let error = unsafe rd_kafka_abort_transaction(handle.pointer, 1_000) {
                unsafe rd_kafka_error_destroy(error)
            }
        }
        isOpen = false
        topics = nil
        self.handle = nil
    }

    private var pointer: OpaquePointer {
        guard let handle else { preconditionFailure("the producer is closed") }
        return unsafe handle.pointer
    }

    private var openTopics: ProducerTopics {
        guard let topics else { preconditionFailure("the producer is closed") }
        return topics
    }

    private var deliveries: DeliveryReports {
        guard let handle else { preconditionFailure("the producer is closed") }
        return handle.context.deliveries
    }

    // MARK: Topics

    /// Looks the topics up, so that no first record waits a second for metadata (kafka.md 3.2 note 2).
    ///
    /// Throws if one does not exist; brokers that create topics on demand may create it instead, so check with
    /// `Admin.describeTopics` before where that matters.
    public func warm(_ names: [String]) throws(KafkaError) {
        for name in names {
            let index = try openTopics.index(of: name)
            try openTopics.refresh(index, timeoutMilliseconds: settings.requestTimeoutMilliseconds)
        }
    }

    /// The topic's handle for `send`; looks the topic up the first time.
    public func topicHandle(_ name: String) throws(KafkaError) -> TopicHandle {
        let index = try openTopics.index(of: name)
        if openTopics[index].partitionCount == 0 {
            try openTopics.refresh(index, timeoutMilliseconds: settings.requestTimeoutMilliseconds)
        }
        return TopicHandle(index: index)
    }

    /// The number of partitions; asks the broker the first time.
    public func partitionCount(of topic: String) throws(KafkaError) -> Int32 {
        openTopics[try topicHandle(topic).index].partitionCount
    }

    /// The number of partitions, as of the last look-up.
    public func partitionCount(of topic: TopicHandle) -> Int32 { openTopics[topic.index].partitionCount }

    /// Keeps the highest delivered offset of each partition of these topics; see `deliveredOffsets`.
    public func track(_ names: [String]) throws(KafkaError) {
        for name in names {
            let index = try topicHandle(name).index
            openTopics[index].tracked = deliveries.track(name)
        }
    }

    /// The highest offset delivered to each tracked partition since `begin`, complete once `commit` has returned.
    ///
    /// librdkafka may not know the offset of a retried batch, so the true offset may be higher, never lower. The commit
    /// marker takes an offset behind it.
    public var deliveredOffsets: [TopicPartition: Int64] { deliveries.offsets }

    /// The number of records that were delivered since this producer was made.
    public var deliveredCount: UInt64 { deliveries.deliveredCount }

    /// The largest record the topic takes, in bytes; the client's own limit until `setMaxMessageBytes`.
    public func maxMessageBytes(of topic: TopicHandle) -> Int { openTopics[topic.index].maxMessageBytes }

    /// Makes a topic's `max.message.bytes` known, as `Admin.topicConfiguration` reads it.
    ///
    /// Warns in the log if it is below the batch size: brokers apply it to whole batches, so one full of small records
    /// could be refused.
    public func setMaxMessageBytes(_ limit: Int, of topic: TopicHandle) {
        if limit < Int(settings.batchBytes) {
            handle?.context.warn(
                "BATCHSIZE",
                "topic \(openTopics[topic.index].name) takes batches of \(limit) bytes, and batches are made of up to "
                    + "\(settings.batchBytes): set batch.size to less than \(limit)")
        }
        openTopics[topic.index].maxMessageBytes = min(limit, Int(settings.maxMessageBytes))
    }

    /// Refuses a record that the topic would not take, before it dooms a transaction; lengths in bytes, nil is null.
    public func check(
        topic: TopicHandle, keyByteCount: Int?, valueByteCount: Int?, headers: borrowing RecordHeaders
    ) throws(ProduceRefusal) {
        let size = Produce.wireByteCount(
            key: keyByteCount, value: valueByteCount, headers: headers.count, headerBytes: headers.byteCount)
        let limit = openTopics[topic.index].maxMessageBytes
        guard size > limit else { return }
        throw .tooLarge(topic: openTopics[topic.index].name, byteCount: size, limit: limit)
    }

    // MARK: Transactions

    /// Fences every other producer with this transactional id and ends what the last one left open.
    ///
    /// Right after a broker start it may take ten seconds.
    public func initTransactions() throws(TransactionError) {
        // In slices, since it resumes where the last call stopped: -1 would keep a stop waiting for half a minute.
        try unsafe repeating("cannot start transactions of \(transactionalID)") {
            unsafe rd_kafka_init_transactions($0, Self.initSliceMilliseconds)
        }
    }

    /// Begins a transaction; call it at the first record, so that an idle worker opens nothing.
    public func begin() throws(TransactionError) {
        doom = nil
        deliveries.beginTransaction()
        try unsafe repeating("cannot begin a transaction") { unsafe rd_kafka_begin_transaction($0) }
        isOpen = true
    }

    /// True if a send failed: only `abort` is possible.
    public var isDoomed: Bool { doom != nil }

    /// Adds a record to the transaction; its parts are copied, and its delivery shows at `commit`.
    ///
    /// Waits while the client's queue is full. `timestampMilliseconds` 0 means now.
    public func send(
        to topic: TopicHandle, partition: Int32, key: RawSpan?, value: RawSpan?, headers: borrowing RecordHeaders,
        timestampMilliseconds: Int64
    ) throws(TransactionError) {
        if let doom { throw .abortRequired(doom) }
        do throws(KafkaError) {
            try checkPartition(partition, topic)
        } catch {
            throw doomed(error)
        }
        let record = Produce.Record(key: key, value: value, timestampMilliseconds: timestampMilliseconds)
        let target = openTopics[topic.index]
        while let failure = unsafe Produce.enqueue(pointer, target, partition: partition, record, headers: headers) {
            let error = unsafe KafkaError(consuming: failure, "\(target.name)/\(partition) took no record")
            guard error.code == .queueFull else { throw doomed(error) }
            guard !stop() else { throw interrupted(error) }
            unsafe rd_kafka_poll(pointer, 50)
        }
        sentSincePoll += 1
        if sentSincePoll >= Self.sendsPerPoll { poll() }
    }

    /// Adds a record to the transaction, by topic name.
    public func send(
        topic: String, partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = [],
        timestampMilliseconds: Int64 = 0
    ) throws(TransactionError) {
        let handle: TopicHandle
        do throws(KafkaError) { handle = try topicHandle(topic) } catch { throw doomed(error) }
        try unsafe send(
            to: handle, partition: partition, key: key?.span.bytes, value: value?.span.bytes,
            headers: RecordHeaders(headers), timestampMilliseconds: timestampMilliseconds)
    }

    /// Takes in the delivery reports that have come; `send` and `commit` do it too.
    public func poll() {
        sentSincePoll = 0
        unsafe rd_kafka_poll(pointer, 0)
    }

    /// Adds the group's next offsets (last handled plus one) to the transaction.
    ///
    /// Fetch `group` right before, by `Consumer.groupMetadata`. An empty list fences nothing; send the current offsets
    /// of a task that read nothing.
    public func sendOffsets(
        _ offsets: [TopicPartition: Int64], of group: ConsumerGroupMetadata
    ) throws(TransactionError) {
        if let doom { throw .abortRequired(doom) }
        let list = TopicPartitionList(offsets)
        let native = unsafe list.pointer
        // Not resumable: repeated with the same list and the same metadata.
        try unsafe repeating("cannot add offsets to the transaction") {
            unsafe rd_kafka_send_offsets_to_transaction($0, native, group.pointer, -1)
        }
    }

    /// Commits records and offsets, or says what must happen; returning is the proof.
    ///
    /// It flushes, so failures of sends and partitions surface here.
    public func commit() throws(TransactionError) {
        // An empty commit would succeed after a refused record: offsets without output (kafka.md 3.2 note 5).
        if let doom { throw .abortRequired(doom) }
        // -1, since a shorter wait desynchronises librdkafka's state (kafka.md 3.2, #4558).
        try unsafe repeating("cannot commit the transaction") { unsafe rd_kafka_commit_transaction($0, -1) }
        isOpen = false
    }

    /// Gives up the open transaction, if there is one; its queued records are purged.
    ///
    /// Throws `fatal` where the coordinator has ended it in another way already: after a timeout, or because a commit
    /// whose answer was lost did happen.
    public func abort() throws(TransactionError) {
        guard isOpen else {
            doom = nil
            return
        }
        try unsafe repeating("cannot abort the transaction") { unsafe rd_kafka_abort_transaction($0, -1) }
        isOpen = false
        doom = nil
    }

    // MARK: Errors

    private func repeating(_ context: String, _ call: (OpaquePointer) -> OpaquePointer?) throws(TransactionError) {
        while let failure = unsafe call(pointer) {
            let requiresAbort = unsafe rd_kafka_error_txn_requires_abort(failure) != 0
            let error = unsafe KafkaError(consuming: failure, context)
            let kind = TransactionErrorClass.of(
                error.code, isFatal: error.isFatal, requiresAbort: requiresAbort, isRetriable: error.isRetriable)
            switch kind {
            case .fatal:
                throw .fatal(error)
            case .abortable:
                // After a refused batch the next transaction fails too, with OUT_OF_ORDER_SEQUENCE (kafka.md 3.2
                // note 4): callers count aborts without progress, and a second abort is not fatal.
                let cause = cause(of: error)
                doom = cause
                throw .abortRequired(cause)
            case .retriable:
                if stop() { throw interrupted(error) }
                // Serves delivery reports meanwhile, and keeps a call that fails at once from spinning.
                unsafe rd_kafka_poll(pointer, 20)
            }
        }
    }

    private func doomed(_ error: KafkaError) -> TransactionError {
        if let fatal = handle?.fatalError { return .fatal(fatal) }
        let cause = doom ?? cause(of: error)
        doom = cause
        return .abortRequired(cause)
    }

    /// The error behind a call that only says that the transaction has failed already.
    private func cause(of error: KafkaError) -> KafkaError {
        switch error.code {
        case .wrongState where isOpen:
            // In a failed transaction this does nothing but name the cause; in a sound one it is refused.
            guard let failure = unsafe rd_kafka_begin_transaction(pointer) else { return error }
            let cause = unsafe KafkaError(consuming: failure, error.message)
            return cause.code == .wrongState ? deliveries.firstFailure ?? error : cause
        case .inconsistent:
            return deliveries.firstFailure ?? error
        default:
            return error
        }
    }

    private func interrupted(_ error: KafkaError) -> TransactionError {
        .fatal(
            KafkaError(
                code: .interrupted, message: "asked to stop while repeating a call: \(error)", isFatal: false,
                isRetriable: false))
    }

    private func checkPartition(_ partition: Int32, _ topic: TopicHandle) throws(KafkaError) {
        if partition >= 0, partition < openTopics[topic.index].partitionCount { return }
        // Partitions may have been added since.
        try openTopics.refresh(topic.index, timeoutMilliseconds: settings.requestTimeoutMilliseconds)
        let known = openTopics[topic.index]
        guard partition >= 0, partition < known.partitionCount else {
            throw KafkaError(
                code: .unknownPartition,
                message: "\(known.name) has \(known.partitionCount) partitions, not \(partition)")
        }
    }
}
