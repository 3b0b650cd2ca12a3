package import Kafka
package import Observability
import ProtobufCodec
import Schemas
package import StateStore

/// One thread of a stage: one consumer, one transactional producer, and the tasks assigned to it.
///
///     poll ─▶ decide ─▶ publish ─▶ (commit due) ─▶ changelog, progress, execution, offsets ─▶ commit ─▶ RocksDB
///
/// Everything happens on this thread, rebalances included; nothing here is shared but the status and the metrics.
///
/// `run()` is all a worker calls. A simulator calls what it is made of, one turn at a time and without a thread:
///
///     start() ─▶ turn() … turn() ─▶ drain() ─▶ closeStores()
///        ▲          │ throws
///        └── recover(from:)
///
/// Errors that are not Kafka's pass through to the caller. A loop whose process has died is dropped, not closed: nothing
/// here has a `deinit` that would reach a broker.
package final class TaskLoop<Client: BrokerClient, Environment: LoopEnvironment>: RebalanceListener {
    private let settings: LoopConfiguration
    private let client: Client
    private let environment: Environment
    private let disk: MemoryDisk?
    private let status: LoopStatus
    private let metrics: StageMetrics
    private let logger: Logger
    private let stop: StopFlag
    private let plantedFaults: Set<PlantedFault>

    private var machine: TransactionMachine
    private var clients: Incarnation<Client>?
    private var tasks: [Int32: StreamTask] = [:]
    private var restoring: [Int32: StreamTask] = [:]
    /// Stores of partitions that went away, kept open a while: most come back.
    private var parked: [Int32: ParkedStore] = [:]
    /// What the group had committed when the partition was assigned.
    private var groupOffsets: [Int32: [String: Int64]] = [:]
    /// Those that were wiped since they were assigned: once is enough.
    private var wiped: Set<Int32> = []
    private let batch = Client.Batch()
    private let effects: EffectBook
    private let counters = StageCounters()
    private var pendingFailure: (any Error)?
    /// True inside `revoked`: what is aborted there is not read again by this member.
    private var isRevoking = false
    /// Set by a planted fault alone: goes with every transaction in place of the present one.
    private var staleMetadata: Client.Consumer.GroupMetadata?

    private struct ParkedStore {
        var store: StateStore
        var since: UInt64
    }

    /// What a task adds to a commit, kept until the commit has returned.
    private struct Committing {
        var task: StreamTask
        var ending: StreamTask.Ending
        var incarnation: [UInt8]?
    }

    // A generic class has no stored statics.
    private static var parkMilliseconds: UInt64 { 600_000 }
    private static var idlePollMilliseconds: Int32 { 100 }
    private static var committedTimeoutMilliseconds: Int32 { 30_000 }

    /// Makes a loop that has not begun; its stores are in the file system unless there is a disk in memory.
    package init(
        _ settings: LoopConfiguration, client: Client, environment: Environment, disk: MemoryDisk? = nil,
        status: LoopStatus, metrics: StageMetrics, logger: Logger, stop: StopFlag
    ) throws {
        self.settings = settings
        self.client = client
        self.environment = environment
        self.disk = disk
        self.status = status
        self.metrics = metrics
        self.logger = logger
        self.stop = stop
        plantedFaults = settings.plantedFaults
        machine = TransactionMachine(limits: settings.limits)
        effects = EffectBook(performer: try settings.factory.makePerformer(settings.configuration))
    }

    // MARK: Incarnations

    /// Runs until the worker drains; throws when only a new process, or a person, can help.
    package func run() throws {
        defer { closeStores() }
        while !stop.isDraining {
            do {
                try start()
                while !stop.isDraining { try turn() }
                return try drain()
            } catch {
                try recover(from: error)
            }
        }
    }

    /// Begins an incarnation: connects and subscribes.
    package func start() throws {
        status.update { $0.phase = .starting }
        let tables = GlobalTables(topics: settings.declaration.globalTables, validate: settings.factory.validateGlobal)
        tables.onRefusal = { [logger, metrics] topic, key, why in
            metrics.globalRefusals.series(topic).increment()
            logger.error(
                "global table record refused", metadata: ["topic": "\(topic)", "key": "\(key)", "why": "\(why)"])
        }
        let clients = try Incarnation(settings, client: client, tables: tables, stop: stop)
        self.clients = clients
        clients.consumer.listener = self
        try clients.consumer.subscribe(settings.inputTopics)
    }

    /// Ends the incarnation in order: what is decided is committed, and the group is left.
    package func drain() throws {
        status.update { $0.phase = .draining }
        if let clients { try perform(machine.draining(), clients) }
        try disconnect()
    }

    /// Ends the incarnation that failed; returns when the next may start, or throws what it cannot cure.
    package func recover(from failure: any Error) throws {
        do {
            try disconnect()
        } catch {
            // The first failure is the one to tell of; it is thrown below unless a restart would cure it.
            if Self.isCuredByRestart(failure) { throw error }
        }
        guard Self.isCuredByRestart(failure) else { throw failure }
        guard !stop.isDraining else { return }
        let action = machine.failed(.fatal)
        logger.warning(
            "new incarnation", metadata: ["error": "\(failure)", "restarts": "\(machine.restartsInARow)"])
        status.update { $0.restarts += 1 }
        metrics.restarts.increment()
        guard case .restart(let backoff) = action else {
            throw RuntimeFailure.fencedRepeatedly(stage: settings.declaration.group, transactionalID: settings.memberID)
        }
        wait(milliseconds: backoff)
        machine.restarted()
    }

    private static func isCuredByRestart(_ failure: any Error) -> Bool {
        if failure is TransactionError { return true }
        guard let failure = failure as? KafkaError else { return false }
        return failure.isFatal || failure.code == .fenced
    }

    /// Closes the clients and parks the stores; throws what a last rebalance met, unless it is the clients' own matter.
    private func disconnect() throws {
        batch.removeAll()
        clients?.close()
        clients = nil
        staleMetadata = nil
        for (partition, task) in inOrder(tasks) + inOrder(restoring) {
            task.aborted()
            park(partition, task.store)
        }
        tasks = [:]
        restoring = [:]
        if let failure = takePendingFailure(), !(failure is TransactionError), !(failure is KafkaError) {
            throw failure
        }
    }

    private func takePendingFailure() -> (any Error)? {
        defer { pendingFailure = nil }
        return pendingFailure
    }

    /// By partition: what a run does, and when, is the same each time.
    private func inOrder<Value>(_ values: [Int32: Value]) -> [(key: Int32, value: Value)] {
        values.sorted { $0.key < $1.key }
    }

    /// The tasks that decide now, by partition.
    package var liveTasks: [StreamTask] { inOrder(tasks).map(\.value) }

    /// The partitions whose state is being restored, in order.
    package var restoringPartitions: [Int32] { restoring.keys.sorted() }

    // MARK: One turn

    /// Takes one step: restores a slice, polls once, decides what came, and ends the transaction if that is due.
    package func turn() throws {
        guard let clients else { preconditionFailure("a turn needs a loop that was started") }
        if !machine.isOpen { try clients.globals.poll() }
        try advanceRestore(clients)
        let isBusy = machine.isOpen || !clients.restorer.isIdle
        let limit = machine.stepLimit
        let result = try poll(clients, limit: limit, timeoutMilliseconds: isBusy ? 0 : Self.idlePollMilliseconds)
        try check(result)
        // A rebalance may have run: what was fetched before it is fetched again by whoever owns it now.
        if result.rebalanced { dropFetched() }
        heartbeat()
        let count = batch.count
        // Reached by a planted fault alone: what survived a revoke waits until there is a task to decide it.
        if count > 0, tasks.isEmpty, plantedFaults.contains(.fetchedBatchSurvivesRevoke) { return }
        let now = environment.wallClockMilliseconds()
        let hasTimers = try settings.clock == .wall && hasDueTimers(now: now)
        guard count > 0 || hasTimers else {
            if machine.isOpen {
                try perform(machine.decided(records: 0, overlayBytes: 0, drained: true, at: now), clients)
            }
            return
        }
        do {
            if case .begin = machine.willDecide(at: now) { try clients.producer.begin() }
            try decide(now: now)
            let overlay = tasks.values.reduce(0) { $0 + $1.store.overlayBytes }
            let drained = count < limit
            try perform(machine.decided(records: count, overlayBytes: overlay, drained: drained, at: now), clients)
        } catch let failure as TransactionError {
            try handle(failure, clients)
        }
        batch.removeAll()
    }

    /// Polls; what a rebalance inside it met comes first.
    private func poll(_ clients: Incarnation<Client>, limit: Int, timeoutMilliseconds: Int32) throws -> PollResult {
        let result: PollResult
        do {
            result = try clients.consumer.poll(into: batch, limit: limit, timeoutMilliseconds: timeoutMilliseconds)
        } catch {
            throw takePendingFailure() ?? error
        }
        if let failure = takePendingFailure() { throw failure }
        return result
    }

    private func dropFetched() {
        // Planted: what was fetched is decided by a later assignment too, which fetches it again.
        if !plantedFaults.contains(.fetchedBatchSurvivesRevoke) { batch.removeAll() }
    }

    /// Decides what was fetched, task by task, and the timers that the wall clock has passed.
    private func decide(now: Int64) throws {
        let begun = environment.monotonicNanoseconds()
        var steps = entries(of: batch)
        if settings.clock == .wall {
            for (partition, task) in tasks where try steps[partition] == nil && task.hasDueTimer(now: now) {
                steps[partition] = [:]
            }
        }
        let topics = settings.inputTopics
        for partition in steps.keys.sorted() {
            guard let task = tasks[partition], let inputs = steps[partition] else { continue }
            let ordered = topics.compactMap { topic in inputs[topic].map { (topic: topic, entries: $0) } }
            // The one record that makes transactions fail stands alone by now: it goes, the others follow.
            let poison = machine.isolatesPoison ? Rejection(.bug, "its transaction was refused again and again") : nil
            try task.process(ordered, of: batch, now: now, rejecting: poison)
            // Planted: what was decided is decided again.
            if plantedFaults.contains(.applyBatchTwice) { try task.process(ordered, of: batch, now: now) }
        }
        metrics.process.record(Double(environment.monotonicNanoseconds() - begun) / 1e9)
        metrics.consumed.increment(by: UInt64(batch.count))
    }

    /// The fetched records by partition and topic, in offset order.
    private func entries(of batch: Client.Batch) -> [Int32: [String: [StepEntry]]] {
        var steps: [Int32: [String: [StepEntry]]] = [:]
        for index in 0..<batch.count {
            let (topic, partition, entry) = batch.entry(index)
            steps[partition, default: [:]][topic, default: []].append(entry)
        }
        return steps
    }

    private func check(_ result: PollResult) throws {
        for failure in result.errors {
            if failure.error.code == .autoOffsetReset || failure.error.code == .offsetOutOfRange {
                throw RuntimeFailure.inputDeleted(
                    stage: settings.declaration.group, topicPartition: failure.topicPartition?.description ?? "an input"
                )
            }
            if failure.error.isFatal || failure.error.code == .fenced { throw TransactionError.fatal(failure.error) }
            logger.debug("consumer", metadata: ["error": "\(failure.error)"])
        }
    }

    private func hasDueTimers(now: Int64) throws -> Bool {
        for task in tasks.values where try task.hasDueTimer(now: now) { return true }
        return false
    }

    // MARK: Transactions

    private func perform(_ action: TransactionMachine.Action, _ clients: Incarnation<Client>) throws {
        switch action {
        case .proceed, .begin: return
        case .commit: try commit(clients)
        case .abort(let backoff): try abort(clients, backoff: backoff)
        case .restart, .exit:
            throw TransactionError.fatal(KafkaError(code: .failed, message: "\(action)", isFatal: true))
        }
    }

    private func handle(_ failure: TransactionError, _ clients: Incarnation<Client>) throws {
        switch failure {
        case .fatal: throw failure
        case .abortRequired(let error):
            logger.warning("transaction aborted", metadata: ["error": "\(error)"])
            // A record is poison where it makes transactions fail, not where rebalances do.
            let isPlaceLost = Self.placeLost.contains(error.code)
            try perform(machine.failed(isPlaceLost ? .placeLost : .abortRequired), clients)
        }
    }

    /// What the group's coordinator says of a member whose partitions may be somebody else's.
    private static var placeLost: Set<KafkaError.Code> {
        [.illegalGeneration, .unknownMemberID, .rebalanceInProgress, .fencedInstanceID]
    }

    /// Ends the transaction of every task that took part: all of it, or nothing.
    private func commit(_ clients: Incarnation<Client>) throws {
        let begun = environment.monotonicNanoseconds()
        let wall = environment.wallClockMilliseconds()
        var endings: [Committing] = []
        var offsets: [TopicPartition: Int64] = [:]
        do {
            for (_, task) in inOrder(tasks) where !task.draft.isEmpty {
                let ending = task.ending(
                    configurationDigest: settings.configurationDigest, build: settings.build,
                    globals: clients.globals.tables.offsets, wallClock: wall)
                let incarnation = task.store.incarnation == nil ? environment.randomBytes(16) : nil
                try publish(ending, of: task, incarnation: incarnation, clients)
                offsets.merge(committable(task, clients), uniquingKeysWith: { $1 })
                endings.append(Committing(task: task, ending: ending, incarnation: incarnation))
            }
            try clients.producer.sendOffsets(offsets, of: try proof(clients))
            // Planted: a commit that fails after this leaves state that was never committed.
            if plantedFaults.contains(.writeStateBeforeCommit) { try keep(&endings, clients) }
            try clients.producer.commit()
        } catch let failure as TransactionError {
            return try handle(failure, clients)
        }
        // RocksDB is written only now: a crash before this line costs a tail of the changelog, never the truth.
        try keep(&endings, clients)
        clients.consumer.storeOffsets(offsets)
        machine.committed()
        metrics.commit.record(Double(environment.monotonicNanoseconds() - begun) / 1e9)
        counters.drain { metrics.stageCounter($0).increment(by: UInt64($1)) }
        publishStatus()
    }

    /// Proof that the group still counts this member, for the offsets to be refused where it does not.
    ///
    /// A member that lost its place may by now have no generation, or neither that nor an id. A broker checks no proof
    /// without both, and none without a generation while the group is empty: it would take the offsets, beside those of
    /// the partitions' next owner. What librdkafka knows is asked for after the proof was taken: a new generation comes
    /// only inside `poll`.
    private func proof(_ clients: Incarnation<Client>) throws -> Client.Consumer.GroupMetadata {
        let metadata = staleMetadata ?? clients.consumer.groupMetadata()
        let hasLostPlace = clients.consumer.isAssignmentLost || clients.consumer.memberID == nil
        // Planted: what somebody else decides by now is committed here too.
        guard hasLostPlace, !plantedFaults.contains(.commitOnLostAssignment) else { return metadata }
        throw TransactionError.abortRequired(
            KafkaError(code: .unknownMemberID, message: "the member lost its place before the commit"))
    }

    /// The offsets that a task commits: also those of one that only fired timers, since the generation is checked with
    /// them.
    private func committable(_ task: StreamTask, _ clients: Incarnation<Client>) -> [TopicPartition: Int64] {
        // Planted: whoever owns the partition by now is not protected from this task's timers.
        if plantedFaults.contains(.sendNoOffsetsForTimerOnlyTransactions), task.draft.records == 0 { return [:] }
        var offsets: [TopicPartition: Int64] = [:]
        for (topic, offset) in task.offsets {
            offsets[TopicPartition(topic: topic, partition: task.partition)] = offset
        }
        // Planted: the position is ahead of what was decided wherever something was fetched and not decided yet.
        if plantedFaults.contains(.commitPositionInsteadOfDecided) {
            for name in offsets.keys { offsets[name] = clients.consumer.position(name) ?? offsets[name] }
        }
        return offsets
    }

    /// Brings the transaction's state into the stores, once.
    private func keep(_ endings: inout [Committing], _ clients: Incarnation<Client>) throws {
        let delivered = clients.producer.deliveredOffsets
        for item in endings {
            let name = TopicPartition(topic: settings.declaration.changelog.name, partition: item.task.partition)
            var resume = delivered[name].map { $0 + 1 } ?? item.ending.progress.resumeOffset
            // Planted: what another owner adds before the question is answered is never restored.
            if plantedFaults.contains(.resumeOffsetBeyondDelivered) {
                resume = try clients.restorer.highWatermark(item.task.partition)
            }
            try item.task.committed(item.ending.progress, resumeOffset: resume, incarnation: item.incarnation)
            metrics.committed(item.ending.execution)
        }
        endings = []
    }

    private func publish(
        _ ending: StreamTask.Ending, of task: StreamTask, incarnation: [UInt8]?, _ clients: Incarnation<Client>
    ) throws {
        let changelog = settings.declaration.changelog
        let time = task.streamTime
        func put(_ key: [UInt8], _ value: [UInt8]?) throws {
            try clients.send(
                OutputRecord(
                    topic: changelog, partition: task.partition, key: key, value: value, headers: [], timestamp: time))
        }
        if let incarnation {
            let record = ChangelogRecord.encode(.incarnation(incarnation))
            try put(record.key, record.value)
        }
        for change in ending.changes { try put(change.key.bytes, change.value) }
        // Planted: a restore finds the state and not how far it came.
        if !plantedFaults.contains(.skipProgressRecord) {
            let progress = ChangelogRecord.encode(.progress(ending.progress))
            try put(progress.key, progress.value)
        }
        try clients.send(
            OutputRecord(
                topic: Topics.executions.declaration, partition: task.partition,
                key: Array(Topics.executions.key(ending.execution).utf8), value: try ending.execution.serializedBytes(),
                headers: [], timestamp: time))
    }

    private func abort(_ clients: Incarnation<Client>, backoff: Int64) throws {
        do {
            try clients.producer.abort()
        } catch let failure as TransactionError {
            throw TransactionError.fatal(failure.error)
        }
        status.update { $0.aborts += 1 }
        metrics.aborts.increment()
        batch.removeAll()
        for (_, task) in inOrder(tasks) {
            let before = task.offsets
            task.aborted(keepingOverlay: plantedFaults.contains(.keepOverlayOnAbort))
            // Planted: the consumer reads on behind what was given up.
            if !isRevoking, !plantedFaults.contains(.skipRewindOnAbort) { try rewind(task, from: before, clients) }
        }
        machine.aborted()
        wait(milliseconds: backoff)
    }

    /// Goes back to what was committed, for every input that moved or was fetched ahead.
    private func rewind(_ task: StreamTask, from before: [String: Int64], _ clients: Incarnation<Client>) throws {
        for topic in settings.inputTopics {
            let name = TopicPartition(topic: topic, partition: task.partition)
            if let offset = task.offsets[topic] {
                try clients.consumer.seek(name, to: offset)
            } else if before[topic] != nil || clients.consumer.position(name) != nil {
                let (low, _) = try clients.consumer.watermarks(
                    name, timeoutMilliseconds: BrokerQuery.timeoutMilliseconds)
                try clients.consumer.seek(name, to: low)
            }
        }
    }

    // MARK: Rebalances

    package func assigned(_ partitions: [TopicPartition], consumer: Client.Consumer) {
        do {
            try assign(partitions, consumer)
        } catch {
            pendingFailure = error
        }
    }

    private func assign(_ partitions: [TopicPartition], _ consumer: Client.Consumer) throws {
        guard let clients else { return }
        status.update {
            $0.joined = true
            $0.rebalances += 1
        }
        metrics.rebalances.increment()
        let committed = try consumer.committed(partitions, timeoutMilliseconds: Self.committedTimeoutMilliseconds)
        var starts: [TopicPartition: StartOffset] = [:]
        for name in partitions { starts[name] = committed[name].map { .offset($0) } ?? .beginning }
        consumer.assign(starts)
        // Planted: proof of one generation is shown in all that follow.
        if plantedFaults.contains(.staleGroupMetadata), staleMetadata == nil {
            staleMetadata = consumer.groupMetadata()
        }
        // Planted: records come before there is a task to take them.
        let holds = !plantedFaults.contains(.storeOpenedBeforeRestoreDone)
        let numbers = Set(partitions.map(\.partition)).sorted()
        var stores: [Int32: StateStore] = [:]
        for number in numbers {
            var offsets: [String: Int64] = [:]
            for (name, offset) in committed where name.partition == number { offsets[name.topic] = offset }
            groupOffsets[number] = offsets
            wiped.remove(number)
            let store = try openStore(number)
            restoring[number] = try makeTask(number, store, clients)
            stores[number] = store
            // Nothing is delivered before the state is whole, and the group stays alive meanwhile.
            for name in partitions where holds && name.partition == number { consumer.hold(name) }
        }
        try clients.restorer.begin(stores)
        status.update { $0.phase = stores.isEmpty ? .running : .restoring }
        logger.info("assigned", metadata: ["partitions": "\(numbers.map(String.init).joined(separator: ","))"])
        publishStatus()
    }

    package func revoked(_ partitions: [TopicPartition], lost: Bool, consumer: Client.Consumer) {
        dropFetched()
        isRevoking = true
        defer { isRevoking = false }
        do {
            // Planted: what somebody else decides by now is committed here too.
            let isLost = lost && !plantedFaults.contains(.commitOnLostAssignment)
            if let clients { try perform(machine.revoking(lost: isLost), clients) }
        } catch {
            pendingFailure = error
        }
        let numbers = Set(partitions.map(\.partition)).sorted()
        for number in numbers {
            clients?.restorer.forget(number)
            guard let task = tasks.removeValue(forKey: number) ?? restoring.removeValue(forKey: number) else {
                continue
            }
            // Whatever was not committed is not ours any more.
            task.aborted()
            park(number, task.store)
            metrics.removeSeries(partition: number)
        }
        if lost { logger.warning("assignment lost") }
        logger.info("revoked", metadata: ["partitions": "\(numbers.map(String.init).joined(separator: ","))"])
        publishStatus()
    }

    private func openStore(_ partition: Int32) throws -> StateStore {
        if let kept = parked.removeValue(forKey: partition) { return kept.store }
        var store = StateStoreSettings()
        store.schemaVersion = StreamTask.stateSchemaVersion
        store.blockCache = settings.blockCache
        store.owner = settings.memberID
        let directory = settings.directory(partition)
        store.entryCacheBytes = settings.entryCacheBytes
        do {
            return try StateStore(directory: directory, on: disk, settings: store)
        } catch {
            guard error.isCuredByRestore else { throw error }
            logger.error(
                "state folder damaged: restoring from the changelog",
                metadata: ["partition": "\(partition)", "error": "\(error)"])
            try StateStore.destroy(directory: directory, on: disk)
            return try StateStore(directory: directory, on: disk, settings: store)
        }
    }

    private func makeTask(_ partition: Int32, _ store: StateStore, _ clients: Incarnation<Client>) throws -> StreamTask
    {
        let declaration = settings.declaration
        let context = DecisionContext(
            declaration: declaration, partition: partition, partitions: settings.partitions, clock: settings.clock,
            store: store, globals: clients.globals.tables, effects: effects, counters: counters)
        return StreamTask(
            declaration: declaration, partition: partition, store: store, clock: settings.clock,
            stage: try settings.factory.make(settings.configuration), context: context, effects: effects,
            deadLetter: DeadLetter(stage: declaration, worker: settings.worker, build: settings.build),
            sink: ForwardingSink { try clients.send($0) }, plantedFaults: plantedFaults)
    }

    private func park(_ partition: Int32, _ store: StateStore) {
        parked[partition] = ParkedStore(store: store, since: environment.monotonicNanoseconds() / 1_000_000)
    }

    /// Closes every store; the loop is at its end.
    package func closeStores() {
        for (_, task) in inOrder(tasks) + inOrder(restoring) { task.store.close() }
        for (_, kept) in inOrder(parked) { kept.store.close() }
        tasks = [:]
        restoring = [:]
        parked = [:]
    }

    private func expireParked() {
        guard !parked.isEmpty else { return }
        let now = environment.monotonicNanoseconds() / 1_000_000
        for (partition, kept) in inOrder(parked) where now - kept.since > Self.parkMilliseconds {
            kept.store.close()
            parked[partition] = nil
        }
    }

    // MARK: Restore

    private func advanceRestore(_ clients: Incarnation<Client>) throws {
        guard !restoring.isEmpty else { return }
        for partition in try clients.restorer.advance(timeoutMilliseconds: 20) { try goLive(partition, clients) }
        if restoring.isEmpty { status.update { $0.phase = .running } }
    }

    /// Opens the partition for records, once its state says the same as the group's offsets.
    private func goLive(_ partition: Int32, _ clients: Incarnation<Client>) throws {
        guard let restored = restoring.removeValue(forKey: partition) else { return }
        let store = restored.store
        let expected = groupOffsets[partition] ?? [:]
        let found = store.progress?.inputOffsets ?? [:]
        // Planted: state of one moment goes on with the inputs of another.
        guard found == expected || plantedFaults.contains(.ignoreGroupOffsetMismatch) else {
            try checkStillOwned(partition, clients)
            // Once from nothing; a second contradiction is a person's matter.
            guard wiped.insert(partition).inserted else {
                throw RuntimeFailure.stateContradictsOffsets(
                    stage: settings.declaration.group, partition: partition,
                    detail: "state \(Self.text(found)), group \(Self.text(expected))")
            }
            logger.warning(
                "state differs from the group's offsets: restoring from nothing",
                metadata: [
                    "partition": "\(partition)", "state": "\(Self.text(found))", "group": "\(Self.text(expected))",
                ])
            try store.wipe()
            restoring[partition] = try makeTask(partition, store, clients)
            return try clients.restorer.begin([partition: store])
        }
        // Made anew, so that it begins with the restored offsets and time.
        tasks[partition] = try makeTask(partition, store, clients)
        for topic in settings.inputTopics {
            clients.consumer.release(TopicPartition(topic: topic, partition: partition))
        }
        metrics.restored.increment(by: clients.restorer.takeRestoredCount())
        publishStatus()
    }

    /// Throws where the group's offsets have moved since the assignment: whoever moved them owns the partition by now.
    ///
    /// A process that slept while its state was restored finds the next owner's work in it. The state is sound, and only
    /// the place in the group is to be had anew.
    private func checkStillOwned(_ partition: Int32, _ clients: Incarnation<Client>) throws {
        let names = settings.inputTopics.map { TopicPartition(topic: $0, partition: partition) }
        let committed = try clients.consumer.committed(
            names, timeoutMilliseconds: Self.committedTimeoutMilliseconds)
        let offsets = Dictionary(uniqueKeysWithValues: committed.map { ($0.key.topic, $0.value) })
        guard offsets != groupOffsets[partition] ?? [:] else { return }
        throw TransactionError.fatal(
            KafkaError(code: .illegalGeneration, message: "partition \(partition) has another owner by now"))
    }

    private static func text(_ offsets: [String: Int64]) -> String {
        offsets.isEmpty
            ? "nothing" : offsets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    // MARK: Around

    private func heartbeat() {
        let now = environment.monotonicNanoseconds()
        status.update { $0.lastPollNanoseconds = now }
        expireParked()
    }

    private func publishStatus() {
        let live = tasks.values.map {
            LoopSnapshot.Task(
                partition: $0.partition, state: "running", offsets: $0.offsets, streamTime: $0.streamTime,
                transactionNumber: $0.transactionNumber)
        }
        let waiting = restoring.values.map {
            LoopSnapshot.Task(
                partition: $0.partition, state: "restoring", offsets: [:], streamTime: $0.streamTime,
                transactionNumber: $0.transactionNumber)
        }
        let all = (live + waiting).sorted { $0.partition < $1.partition }
        let consumed = metrics.consumed.value
        status.update {
            $0.tasks = all
            $0.records = consumed
            $0.transactions += 1
        }
    }

    private func wait(milliseconds: Int64) {
        guard milliseconds > 0, !stop.isDraining else { return }
        environment.wait(milliseconds: milliseconds)
    }
}
