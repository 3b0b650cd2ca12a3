import BrokerCore
import Kafka
import KafkaProtocol
import WorkerRuntime

/// A transactional producer: librdkafka's transaction manager, as far as the task loop can see it.
///
///     send ─▶ queue ─▶ AddPartitionsToTxn ─▶ Produce ─▶ delivered
///                                                        └▶ commit: EndTxn, repeated until the coordinator answers
final class SimulatedProducer: BackgroundClient, BrokerProducer {
    typealias GroupMetadata = SimulatedGroupMetadata

    /// A topic by name: nothing is looked up here.
    struct Topic {
        var name: String
        var isTracked: Bool
    }

    /// A partition's records on their way.
    private final class Queue {
        let name: Kafka.TopicPartition
        let isTracked: Bool
        var records: [BatchRecord] = []
        var timestamps: [Int64] = []
        /// The batch in flight; it goes out again as it is until it is acknowledged.
        var batch: (bytes: [UInt8], count: Int)?
        var isSent = false
        var isRegistered = false
        /// A batch was refused: the broker will miss its sequence numbers.
        var hasGap = false
        var nextSequence: Int32 = 0
        var notBefore: Int64 = 0

        init(_ name: Kafka.TopicPartition, isTracked: Bool) {
            self.name = name
            self.isTracked = isTracked
        }

        var isIdle: Bool { records.isEmpty && batch == nil }
    }

    private let world: World
    private let place: SimulatedClient.LoopPlace
    private let transactionalID: String
    private let timeout: Int32
    private let stop: () -> Bool
    private let coordinator: Channel
    private let data: Channel
    private var producerID: Int64 = -1
    private var epoch: Int16 = -1
    private var queues: [Queue] = []
    private var tracked: Set<String> = []
    private var delivered: [Kafka.TopicPartition: Int64] = [:]
    private var isOpen = false
    /// The transaction is finished, the producer is not.
    private var abortable: KafkaError?
    private var fatal: KafkaError?
    private var needsBump = false
    /// How many requests put something into the transaction: with none there is nothing to end.
    private var requestCount = 0
    /// Nothing is sent any more.
    private var isAborting = false
    private var isRegistering = false
    private var registerNotBefore: Int64 = 0

    init(
        _ world: World, _ place: SimulatedClient.LoopPlace, clientID: String, transactionalID: String,
        settings: ProducerSettings, stop: @escaping () -> Bool
    ) {
        self.world = world
        self.place = place
        let life = place.life
        self.transactionalID = transactionalID
        timeout = settings.transactionTimeoutMilliseconds
        self.stop = stop
        coordinator = world.open(life, clientID: clientID)
        data = world.open(life, clientID: clientID)
        super.init(life)
        world.add(self)
    }

    private func abandon() {
        isClosed = true
        coordinator.abandon(keepingRequests: false)
        data.abandon(keepingRequests: false)
    }

    // MARK: Topics

    func warm(_ names: [String]) throws { try world.enter(life) }

    func track(_ names: [String]) throws { tracked.formUnion(names) }

    func topicHandle(_ name: String) throws -> Topic { Topic(name: name, isTracked: tracked.contains(name)) }

    var deliveredOffsets: [Kafka.TopicPartition: Int64] { delivered }

    // MARK: The application's calls

    func initTransactions() throws {
        while true {
            let body = try world.exchange(coordinator, .initProducerId(initRequest(bumping: false)), version: 4)
            guard case .initProducerId(let response)? = body else {
                try again(after: 20)
                continue
            }
            switch ErrorCode(rawValue: response.errorCode) {
            case .none:
                producerID = response.producerId
                epoch = response.producerEpoch
                world.identities[transactionalID] = (producerID, epoch)
                return
            case .producerFenced, .invalidProducerEpoch: throw failed(.fenced, "fenced while starting")
            default: try again(after: 20)
            }
        }
    }

    private func initRequest(bumping: Bool) -> InitProducerIdRequest {
        var request = InitProducerIdRequest()
        request.transactionalId = transactionalID
        request.transactionTimeoutMs = timeout
        request.producerId = bumping ? producerID : -1
        request.producerEpoch = bumping ? epoch : -1
        return request
    }

    func begin() throws {
        try world.enter(life)
        if let fatal { throw TransactionError.fatal(fatal) }
        // Reached by a planted fault alone: whoever had the id last is not fenced, so this goes on under its epoch.
        if producerID < 0 {
            if let known = world.identities[transactionalID] {
                (producerID, epoch) = known
            } else {
                try initTransactions()
            }
        }
        isOpen = true
        abortable = nil
        delivered.removeAll(keepingCapacity: true)
        requestCount = 0
        world.counts[.transactions] += 1
    }

    func send(
        to topic: Topic, partition: Int32, key: RawSpan?, value: RawSpan?, headers: borrowing RecordHeaders,
        timestampMilliseconds: Int64
    ) throws {
        try world.enter(life)
        if let fatal { throw TransactionError.fatal(fatal) }
        if let abortable { throw TransactionError.abortRequired(abortable) }
        if life.refusedSends > 0 {
            life.refusedSends -= 1
            world.counts[.refusedSends] += 1
            // The transaction itself knows nothing of it: who goes on commits without this record.
            throw TransactionError.abortRequired(
                KafkaError(code: .messageSizeTooLarge, message: "the client took no record", isRetriable: false))
        }
        let queue = queue(Kafka.TopicPartition(topic: topic.name, partition: partition), topic.isTracked)
        var record = BatchRecord(key: Self.bytes(key), value: Self.bytes(value))
        record.headers = headers.copied().map { BatchRecord.Header(name: $0.name, value: $0.value) }
        queue.records.append(record)
        queue.timestamps.append(timestampMilliseconds)
        if world.chance.oneIn(6) { serve() }
    }

    private static func bytes(_ span: RawSpan?) -> [UInt8]? {
        guard let span else { return nil }
        return unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    private func queue(_ name: Kafka.TopicPartition, _ isTracked: Bool) -> Queue {
        if let queue = queues.first(where: { $0.name == name }) { return queue }
        let queue = Queue(name, isTracked: isTracked)
        queues.append(queue)
        return queue
    }

    func sendOffsets(_ offsets: [Kafka.TopicPartition: Int64], of group: SimulatedGroupMetadata) throws {
        try world.enter(life)
        try check()
        world.audit.commits(place)
        serve()
        guard !offsets.isEmpty else { return }
        var adding = AddOffsetsToTxnRequest()
        adding.transactionalId = transactionalID
        adding.producerId = producerID
        adding.producerEpoch = epoch
        adding.groupId = group.group
        try repeating(.addOffsetsToTxn(adding), version: 1, countsRequest: true)
        try repeating(.txnOffsetCommit(commitRequest(offsets, group)), version: 3)
    }

    private func commitRequest(
        _ offsets: [Kafka.TopicPartition: Int64], _ group: SimulatedGroupMetadata
    ) -> TxnOffsetCommitRequest {
        var request = TxnOffsetCommitRequest()
        request.transactionalId = transactionalID
        request.groupId = group.group
        request.producerId = producerID
        request.producerEpoch = epoch
        request.generationId = group.generation
        request.memberId = group.memberID
        request.groupInstanceId = group.instanceID
        for (name, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            if request.topics.last?.name != name.topic {
                var topic = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic()
                topic.name = name.topic
                request.topics.append(topic)
            }
            var partition = TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition()
            partition.partitionIndex = name.partition
            partition.committedOffset = offset
            request.topics[request.topics.count - 1].partitions.append(partition)
        }
        return request
    }

    func commit() throws {
        try world.enter(life)
        try flush()
        try check()
        // Not reached with nothing but refused records in real life either: there is nothing to end.
        if requestCount > 0 { try endTransaction(committed: true) }
        isOpen = false
        world.counts[.commits] += 1
    }

    func abort() throws {
        try world.enter(life)
        if let fatal { throw TransactionError.fatal(fatal) }
        guard isOpen else { return }
        world.counts[.aborts] += 1
        isAborting = true
        defer { isAborting = false }
        for queue in queues {
            queue.records = []
            queue.timestamps = []
        }
        // What is in flight must be known, or the sequence numbers would have gaps.
        try waitForDeliveries()
        if let fatal { throw TransactionError.fatal(fatal) }
        abortable = nil
        if requestCount > 0 { try endTransaction(committed: false) }
        if needsBump { try bump() }
        isOpen = false
    }

    private func bump() throws {
        while true {
            let body = try world.exchange(coordinator, .initProducerId(initRequest(bumping: true)), version: 4)
            if case .initProducerId(let response)? = body {
                switch ErrorCode(rawValue: response.errorCode) {
                case .none:
                    producerID = response.producerId
                    epoch = response.producerEpoch
                    world.identities[transactionalID] = (producerID, epoch)
                    for queue in queues {
                        queue.nextSequence = 0
                        queue.hasGap = false
                    }
                    needsBump = false
                    return
                case .producerFenced, .invalidProducerEpoch: throw failed(.fenced, "fenced while bumping the epoch")
                default: break
                }
            }
            try again(after: 20)
        }
    }

    func close() {
        guard !life.isDead else { return }
        if isOpen, fatal == nil {
            // As long as that is quick; else the time-out does it.
            var request = EndTxnRequest()
            request.transactionalId = transactionalID
            request.producerId = producerID
            request.producerEpoch = epoch
            var isDone = requestCount == 0
            if !isDone { coordinator.send(.endTxn(request), version: 1) { _ in isDone = true } }
            world.sleep(life, 1_000) { isDone }
        }
        isOpen = false
        abandon()
    }

    // MARK: Coordinator requests

    /// Throws what has happened to the transaction meanwhile.
    private func check() throws {
        if let fatal { throw TransactionError.fatal(fatal) }
        if let abortable { throw TransactionError.abortRequired(abortable) }
    }

    private func again(after milliseconds: Int64) throws {
        if stop() { throw failed(.interrupted, "asked to stop while repeating a call") }
        try world.pause(life, milliseconds)
    }

    private func endTransaction(committed: Bool) throws {
        var request = EndTxnRequest()
        request.transactionalId = transactionalID
        request.producerId = producerID
        request.producerEpoch = epoch
        request.committed = committed
        try repeating(.endTxn(request), version: 1)
        for queue in queues { queue.isRegistered = false }
    }

    /// Sends a request until the coordinator's answer decides it.
    private func repeating(_ body: RequestBody, version: Int16, countsRequest: Bool = false) throws {
        while true {
            if countsRequest { requestCount += 1 }
            let answer = try world.exchange(coordinator, body, version: version)
            let error = answer.map(Self.error)
            switch error {
            case .none?: return
            case nil: break
            case let error?:
                switch RequestErrorClass.of(error, answering: body.api) {
                case .retriable: break
                case .fatal: throw failed(error)
                case .fenced: throw failed(.fenced, "fenced")
                case .abortable(let bumps):
                    needsBump = needsBump || bumps
                    let cause = KafkaError(
                        code: KafkaError.Code(error), message: "the transaction failed", isRetriable: false)
                    abortable = cause
                    throw TransactionError.abortRequired(cause)
                }
            }
            try again(after: 20)
            try checkFatal()
        }
    }

    private func checkFatal() throws {
        if let fatal { throw TransactionError.fatal(fatal) }
    }

    private func failed(_ error: ErrorCode) -> TransactionError {
        failed(KafkaError.Code(error), "the producer failed")
    }

    private func failed(_ code: KafkaError.Code, _ message: String) -> TransactionError {
        let error = KafkaError(code: code, message: message, isFatal: true, isRetriable: false)
        if fatal == nil, code != .interrupted {
            fatal = error
            if code == .fenced { world.counts[.fencedProducers] += 1 }
        }
        return .fatal(error)
    }

    private static func error(_ body: ResponseBody) -> ErrorCode {
        switch body {
        case .endTxn(let response): ErrorCode(rawValue: response.errorCode)
        case .addOffsetsToTxn(let response): ErrorCode(rawValue: response.errorCode)
        case .txnOffsetCommit(let response):
            ErrorCode(
                rawValue: response.topics.lazy.flatMap(\.partitions).map(\.errorCode).first { $0 != 0 } ?? 0)
        default: .unknownServerError
        }
    }

    // MARK: Records, by themselves

    override var nextDeadline: Int64 {
        guard isOpen, !isAborting, fatal == nil, abortable == nil else { return .max }
        var deadline = Int64.max
        for queue in queues where !queue.isIdle && !queue.isSent {
            if queue.isRegistered {
                deadline = min(deadline, queue.notBefore)
            } else if !isRegistering {
                deadline = min(deadline, registerNotBefore)
            }
        }
        return deadline
    }

    /// Registers partitions and sends what is ready.
    override func serve() {
        guard isOpen, !isAborting, fatal == nil, abortable == nil else { return }
        register()
        for queue in queues where queue.isRegistered && !queue.isSent && world.now >= queue.notBefore {
            if queue.batch == nil, !queue.records.isEmpty { fill(queue) }
            if queue.batch != nil { produce(queue) }
        }
    }

    private func register() {
        guard !isRegistering, world.now >= registerNotBefore else { return }
        let new = queues.filter { !$0.isRegistered && !$0.records.isEmpty }
        guard !new.isEmpty else { return }
        isRegistering = true
        requestCount += 1
        var request = AddPartitionsToTxnRequest()
        request.v3AndBelowTransactionalId = transactionalID
        request.v3AndBelowProducerId = producerID
        request.v3AndBelowProducerEpoch = epoch
        for queue in new {
            if let index = request.v3AndBelowTopics.firstIndex(where: { $0.name == queue.name.topic }) {
                request.v3AndBelowTopics[index].partitions.append(queue.name.partition)
            } else {
                var topic = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
                topic.name = queue.name.topic
                topic.partitions = [queue.name.partition]
                request.v3AndBelowTopics.append(topic)
            }
        }
        coordinator.send(.addPartitionsToTxn(request), version: 1) { [weak self] in self?.registered($0, new) }
    }

    private func registered(_ body: ResponseBody?, _ new: [Queue]) {
        isRegistering = false
        var error: ErrorCode?
        if case .addPartitionsToTxn(let response)? = body {
            let code = response.resultsByTopicV3AndBelow.lazy.flatMap(\.resultsByPartition)
                .map(\.partitionErrorCode).first { $0 != 0 }
            error = ErrorCode(rawValue: code ?? 0)
        }
        switch error {
        case .none?: for queue in new { queue.isRegistered = true }
        case nil: registerNotBefore = world.now + 20
        case let error?: settle(error, answering: .addPartitionsToTxn) { registerNotBefore = world.now + 20 }
        }
        serve()
    }

    private func settle(_ error: ErrorCode, answering api: ApiKey, retry: () -> Void) {
        switch RequestErrorClass.of(error, answering: api) {
        case .retriable: retry()
        case .fatal: _ = failed(error)
        case .fenced: _ = failed(.fenced, "fenced")
        case .abortable(let bumps):
            needsBump = needsBump || bumps
            if abortable == nil {
                abortable = KafkaError(
                    code: KafkaError.Code(error), message: "a record was not delivered", isRetriable: false)
            }
        }
    }

    private func fill(_ queue: Queue) {
        let count = world.chance.oneIn(4) ? 1 + world.chance.below(queue.records.count) : queue.records.count
        var records = Array(queue.records.prefix(count))
        let base = queue.timestamps[0]
        var latest = base
        for index in records.indices {
            records[index].offsetDelta = Int32(index)
            records[index].timestampDelta = queue.timestamps[index] - base
            latest = max(latest, queue.timestamps[index])
        }
        queue.records.removeFirst(count)
        queue.timestamps.removeFirst(count)
        var header = BatchHeader()
        header.attributes = 0x10
        header.baseTimestamp = base
        header.maxTimestamp = latest
        header.producerID = producerID
        header.producerEpoch = epoch
        header.baseSequence = queue.nextSequence
        queue.nextSequence += Int32(count)
        queue.batch = (RecordBatchCodec.batch(header, records), count)
    }

    private func produce(_ queue: Queue) {
        guard let batch = queue.batch else { return }
        queue.isSent = true
        var request = ProduceRequest()
        request.transactionalId = transactionalID
        request.acks = -1
        request.timeoutMs = 10_000
        var partition = ProduceRequest.PartitionProduceData()
        partition.index = queue.name.partition
        partition.records = RecordSet([batch.bytes])
        var topic = ProduceRequest.TopicProduceData()
        topic.name = queue.name.topic
        topic.partitionData = [partition]
        request.topicData = [topic]
        data.send(.produce(request), version: 7) { [weak self] in self?.produced($0, queue) }
    }

    private func produced(_ body: ResponseBody?, _ queue: Queue) {
        queue.isSent = false
        guard let batch = queue.batch else { return }
        guard case .produce(let response)? = body,
            let outcome = response.responses.first?.partitionResponses.first
        else {
            queue.notBefore = world.now + 10
            return serve()
        }
        switch ErrorCode(rawValue: outcome.errorCode) {
        case .none, .duplicateSequenceNumber:
            queue.batch = nil
            if queue.isTracked, outcome.baseOffset >= 0 {
                let last = outcome.baseOffset + Int64(batch.count) - 1
                delivered[queue.name] = max(delivered[queue.name] ?? -1, last)
            }
        case .outOfOrderSequenceNumber where !queue.hasGap:
            queue.batch = nil
            _ = failed(.outOfOrderSequenceNumber)
        case .outOfOrderSequenceNumber:
            queue.batch = nil
            settle(.outOfOrderSequenceNumber, answering: .produce) {}
        case let error:
            var isRepeated = false
            settle(error, answering: .produce) {
                isRepeated = true
                queue.notBefore = world.now + 20
            }
            if !isRepeated {
                queue.batch = nil
                queue.hasGap = true
            }
        }
        serve()
    }

    /// Sends everything and waits until it is delivered, or the transaction has failed.
    private func flush() throws {
        serve()
        try world.pump(life) { [self] in
            fatal != nil || abortable != nil || (!isRegistering && queues.allSatisfy(\.isIdle))
        }
    }

    private func waitForDeliveries() throws {
        try world.pump(life) { [self] in
            fatal != nil || (!isRegistering && queues.allSatisfy { !$0.isSent })
        }
        for queue in queues where queue.batch != nil {
            // It never arrived, or nobody knows: a gap either way, which a new epoch closes.
            queue.batch = nil
            queue.hasGap = true
            needsBump = true
        }
    }
}
