import CommandLineTools
import Dispatch
import Foundation
import Kafka
import Observability
import ProtobufCodec
import Schemas
import StateStore

/// One thread of a stage: one consumer, one transactional producer, and the tasks assigned to it.
///
///     poll ─▶ decide ─▶ publish ─▶ (commit due) ─▶ changelog, progress, execution, offsets ─▶ commit ─▶ RocksDB
///
/// Everything happens on this thread, rebalances included; nothing here is shared but the status and the metrics.
final class TaskLoop: RebalanceListener, OutputSink {
    private let settings: LoopConfiguration
    private let status: LoopStatus
    private let metrics: StageMetrics
    private let logger: Logger
    private let stop: StopFlag

    private var machine: TransactionMachine
    private var clients: Clients?
    private var tasks: [Int32: StreamTask] = [:]
    private var restoring: [Int32: StreamTask] = [:]
    /// Stores of partitions that went away, kept open a while: most come back.
    private var parked: [Int32: ParkedStore] = [:]
    /// What the group had committed when the partition was assigned.
    private var groupOffsets: [Int32: [String: Int64]] = [:]
    private var wiped: Set<Int32> = []
    private let batch = RecordBatch()
    /// Reused for every record that is sent.
    private var headers = RecordHeaders()
    private let effects: EffectBook
    private let counters = StageCounters()
    private var pendingFailure: (any Error)?
    /// True inside `revoked`: what is aborted there is not read again by this member.
    private var isRevoking = false

    private struct ParkedStore {
        var store: StateStore
        var since: UInt64
    }

    /// The clients of one incarnation.
    private struct Clients {
        var consumer: Consumer
        var producer: TransactionalProducer
        var globals: GlobalReader
        var restorer: Restorer
        var handles: [String: TopicHandle]
    }

    private static let parkMilliseconds: UInt64 = 600_000
    private static let idlePollMilliseconds: Int32 = 100
    private static let committedTimeoutMilliseconds: Int32 = 30_000

    init(
        _ settings: LoopConfiguration, status: LoopStatus, metrics: StageMetrics, logger: Logger, stop: StopFlag
    ) throws {
        self.settings = settings
        self.status = status
        self.metrics = metrics
        self.logger = logger
        self.stop = stop
        machine = TransactionMachine(limits: settings.limits)
        effects = EffectBook(performer: try settings.factory.makePerformer(settings.configuration))
    }

    // MARK: Incarnations

    /// Runs until the worker drains; throws when only a new process, or a person, can help.
    func run() throws {
        defer { closeStores() }
        while !stop.isDraining {
            do {
                try incarnation()
                return
            } catch let failure as TransactionError {
                try recover(from: failure)
            } catch let failure as KafkaError where failure.isFatal || failure.code == .fenced {
                try recover(from: .fatal(failure))
            }
        }
    }

    private func incarnation() throws {
        status.update { $0.phase = .starting }
        let clients = try connect()
        self.clients = clients
        defer { disconnect() }
        clients.consumer.listener = self
        try clients.consumer.subscribe(settings.inputTopics)
        while !stop.isDraining { try turn(clients) }
        status.update { $0.phase = .draining }
        try perform(machine.draining(), clients)
    }

    private func connect() throws -> Clients {
        let declaration = settings.declaration
        var client = settings.client
        client.clientID = settings.memberID
        let tables = GlobalTables(topics: declaration.globalTables, validate: settings.factory.validateGlobal)
        tables.onRefusal = { [logger, metrics] topic, key, why in
            metrics.globalRefusals.series(topic).increment()
            logger.error(
                "global table record refused", metadata: ["topic": "\(topic)", "key": "\(key)", "why": "\(why)"])
        }
        let globals = try GlobalReader(declaration.globalTables, tables: tables, configuration: client)
        try globals.readWhole(stop: stop)

        var producing = ProducerSettings()
        producing.transactionTimeoutMilliseconds = settings.transactionTimeoutMilliseconds
        producing.lingerMilliseconds = 2
        let stop = stop
        let producer = try TransactionalProducer(
            client, transactionalID: settings.memberID, settings: producing, stop: { stop.isImmediate })
        let outputs =
            declaration.outputs + [declaration.changelog, declaration.deadLetters, Topics.executions.declaration]
        try producer.warm(outputs.map(\.name))
        try producer.track([declaration.changelog.name])
        var handles: [String: TopicHandle] = [:]
        for topic in outputs { handles[topic.name] = try producer.topicHandle(topic.name) }
        // Ends what a dead predecessor left open, before any committed offset is read.
        try producer.initTransactions()

        var consuming = ConsumerSettings()
        consuming.sessionTimeoutMilliseconds = settings.sessionTimeoutMilliseconds
        consuming.fetchWaitMilliseconds = 100
        consuming.queuedMinMessages = 20_000
        consuming.autoOffsetReset = .error
        let consumer = try Consumer(
            client, group: declaration.group, instanceID: settings.isStaticMember ? settings.memberID : nil,
            settings: consuming)
        let restorer = try Restorer(changelog: declaration.changelog.name, configuration: client)
        return Clients(consumer: consumer, producer: producer, globals: globals, restorer: restorer, handles: handles)
    }

    private func disconnect() {
        batch.removeAll()
        clients?.consumer.close()
        clients?.producer.close()
        clients?.globals.close()
        clients?.restorer.close()
        clients = nil
        for (partition, task) in tasks.merging(restoring, uniquingKeysWith: { first, _ in first }) {
            task.aborted()
            park(partition, task.store)
        }
        tasks = [:]
        restoring = [:]
    }

    private func recover(from failure: TransactionError) throws {
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

    // MARK: One turn

    private func turn(_ clients: Clients) throws {
        if !machine.isOpen { try clients.globals.poll() }
        try advanceRestore(clients)
        let isBusy = machine.isOpen || !clients.restorer.isIdle
        let limit = machine.stepLimit
        let result = try clients.consumer.poll(
            into: batch, limit: limit, timeoutMilliseconds: isBusy ? 0 : Self.idlePollMilliseconds)
        if let failure = pendingFailure {
            pendingFailure = nil
            throw failure
        }
        try check(result)
        // A rebalance may have run: what was fetched before it is fetched again by whoever owns it now.
        if result.rebalanced { batch.removeAll() }
        heartbeat()
        let count = batch.count
        let now = wallClock()
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
        wiped.removeAll()
    }

    /// Decides what was fetched, task by task, and the timers that the wall clock has passed.
    private func decide(now: Int64) throws {
        let begun = DispatchTime.now().uptimeNanoseconds
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
        }
        metrics.process.record(Double(DispatchTime.now().uptimeNanoseconds - begun) / 1e9)
        metrics.consumed.increment(by: UInt64(batch.count))
    }

    /// The fetched records by partition and topic, in offset order.
    private func entries(of batch: RecordBatch) -> [Int32: [String: [StepEntry]]] {
        var steps: [Int32: [String: [StepEntry]]] = [:]
        for index in 0..<batch.count {
            let (topic, partition, entry) = batch.entry(index)
            steps[partition, default: [:]][topic, default: []].append(entry)
        }
        return steps
    }

    func send(_ record: OutputRecord) throws {
        guard let clients, let handle = clients.handles[record.topic.name] else { return }
        headers.removeAll()
        for header in record.headers { headers.append(header) }
        try unsafe clients.producer.send(
            to: handle, partition: record.partition, key: record.key?.span.bytes, value: record.value?.span.bytes,
            headers: headers, timestampMilliseconds: record.timestamp)
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

    private func perform(_ action: TransactionMachine.Action, _ clients: Clients) throws {
        switch action {
        case .proceed, .begin: return
        case .commit: try commit(clients)
        case .abort(let backoff): try abort(clients, backoff: backoff)
        case .restart, .exit:
            throw TransactionError.fatal(KafkaError(code: .failed, message: "\(action)", isFatal: true))
        }
    }

    private func handle(_ failure: TransactionError, _ clients: Clients) throws {
        switch failure {
        case .fatal: throw failure
        case .abortRequired(let error):
            logger.warning("transaction aborted", metadata: ["error": "\(error)"])
            try perform(machine.failed(.abortRequired), clients)
        }
    }

    /// Ends the transaction of every task that took part: all of it, or nothing.
    private func commit(_ clients: Clients) throws {
        let begun = DispatchTime.now().uptimeNanoseconds
        let wall = wallClock()
        var endings: [(task: StreamTask, ending: StreamTask.Ending, incarnation: [UInt8]?)] = []
        var offsets: [TopicPartition: Int64] = [:]
        do {
            for task in tasks.values.sorted(by: { $0.partition < $1.partition }) where !task.draft.isEmpty {
                let ending = task.ending(
                    configurationDigest: settings.configurationDigest, build: settings.build,
                    globals: clients.globals.tables.offsets, wallClock: wall)
                let incarnation = task.store.incarnation == nil ? Self.newIncarnation() : nil
                try publish(ending, of: task, incarnation: incarnation)
                // Also for a task that only fired timers: the generation is checked with the offsets.
                for (topic, offset) in task.offsets {
                    offsets[TopicPartition(topic: topic, partition: task.partition)] = offset
                }
                endings.append((task, ending, incarnation))
            }
            try clients.producer.sendOffsets(offsets, of: clients.consumer.groupMetadata())
            try clients.producer.commit()
        } catch let failure as TransactionError {
            return try handle(failure, clients)
        }
        // RocksDB is written only now: a crash before this line costs a tail of the changelog, never the truth.
        let delivered = clients.producer.deliveredOffsets
        for (task, ending, incarnation) in endings {
            let name = TopicPartition(topic: settings.declaration.changelog.name, partition: task.partition)
            let resume = delivered[name].map { $0 + 1 } ?? ending.progress.resumeOffset
            try task.committed(ending.progress, resumeOffset: resume, incarnation: incarnation)
            metrics.committed(ending.execution)
        }
        clients.consumer.storeOffsets(offsets)
        machine.committed()
        metrics.commit.record(Double(DispatchTime.now().uptimeNanoseconds - begun) / 1e9)
        counters.drain { metrics.stageCounter($0).increment(by: UInt64($1)) }
        publishStatus()
    }

    private func publish(_ ending: StreamTask.Ending, of task: StreamTask, incarnation: [UInt8]?) throws {
        let changelog = settings.declaration.changelog
        let time = task.streamTime
        func put(_ key: [UInt8], _ value: [UInt8]?) throws {
            try send(
                OutputRecord(
                    topic: changelog, partition: task.partition, key: key, value: value, headers: [], timestamp: time))
        }
        if let incarnation {
            let record = ChangelogRecord.encode(.incarnation(incarnation))
            try put(record.key, record.value)
        }
        for change in ending.changes { try put(change.key.bytes, change.value) }
        let progress = ChangelogRecord.encode(.progress(ending.progress))
        try put(progress.key, progress.value)
        try send(
            OutputRecord(
                topic: Topics.executions.declaration, partition: task.partition,
                key: Array(Topics.executions.key(ending.execution).utf8), value: try ending.execution.serializedBytes(),
                headers: [], timestamp: time))
    }

    /// Sixteen random bytes that name this changelog's first life.
    private static func newIncarnation() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private func abort(_ clients: Clients, backoff: Int64) throws {
        do {
            try clients.producer.abort()
        } catch {
            throw TransactionError.fatal(error.error)
        }
        status.update { $0.aborts += 1 }
        metrics.aborts.increment()
        batch.removeAll()
        for task in tasks.values {
            let before = task.offsets
            task.aborted()
            if !isRevoking { try rewind(task, from: before, clients) }
        }
        machine.aborted()
        wait(milliseconds: backoff)
    }

    /// Goes back to what was committed, for every input that moved or was fetched ahead.
    private func rewind(_ task: StreamTask, from before: [String: Int64], _ clients: Clients) throws {
        for topic in settings.inputTopics {
            let name = TopicPartition(topic: topic, partition: task.partition)
            if let offset = task.offsets[topic] {
                try clients.consumer.seek(name, to: offset)
            } else if before[topic] != nil || clients.consumer.position(name) != nil {
                let (low, _) = try clients.consumer.watermarks(
                    name, timeoutMilliseconds: Restorer.queryTimeoutMilliseconds)
                try clients.consumer.seek(name, to: low)
            }
        }
    }

    // MARK: Rebalances

    func assigned(_ partitions: [TopicPartition], consumer: Consumer) {
        do {
            try assign(partitions, consumer)
        } catch {
            pendingFailure = error
        }
    }

    private func assign(_ partitions: [TopicPartition], _ consumer: Consumer) throws {
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
        let numbers = Set(partitions.map(\.partition)).sorted()
        var stores: [Int32: StateStore] = [:]
        for number in numbers {
            var offsets: [String: Int64] = [:]
            for (name, offset) in committed where name.partition == number { offsets[name.topic] = offset }
            groupOffsets[number] = offsets
            let store = try openStore(number)
            restoring[number] = try makeTask(number, store, clients)
            stores[number] = store
            // Nothing is delivered before the state is whole, and the group stays alive meanwhile.
            for name in partitions where name.partition == number { consumer.hold(name) }
        }
        try clients.restorer.begin(stores)
        status.update { $0.phase = stores.isEmpty ? .running : .restoring }
        logger.info("assigned", metadata: ["partitions": "\(numbers.map(String.init).joined(separator: ","))"])
        publishStatus()
    }

    func revoked(_ partitions: [TopicPartition], lost: Bool, consumer: Consumer) {
        batch.removeAll()
        isRevoking = true
        defer { isRevoking = false }
        do {
            if let clients { try perform(machine.revoking(lost: lost), clients) }
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
        do {
            return try StateStore(directory: directory, settings: store)
        } catch {
            guard error.isCuredByRestore else { throw error }
            logger.error(
                "state folder damaged: restoring from the changelog",
                metadata: ["partition": "\(partition)", "error": "\(error)"])
            try StateStore.destroy(directory: directory)
            return try StateStore(directory: directory, settings: store)
        }
    }

    private func makeTask(_ partition: Int32, _ store: StateStore, _ clients: Clients) throws -> StreamTask {
        let declaration = settings.declaration
        let context = DecisionContext(
            declaration: declaration, partition: partition, partitions: settings.partitions, clock: settings.clock,
            store: store, globals: clients.globals.tables, effects: effects, counters: counters)
        return StreamTask(
            declaration: declaration, partition: partition, store: store, clock: settings.clock,
            stage: try settings.factory.make(settings.configuration), context: context, effects: effects,
            deadLetter: DeadLetter(stage: declaration, worker: settings.worker, build: settings.build), sink: self)
    }

    private func park(_ partition: Int32, _ store: StateStore) {
        parked[partition] = ParkedStore(store: store, since: DispatchTime.now().uptimeNanoseconds / 1_000_000)
    }

    private func closeStores() {
        for task in tasks.values { task.store.close() }
        for task in restoring.values { task.store.close() }
        for kept in parked.values { kept.store.close() }
        tasks = [:]
        restoring = [:]
        parked = [:]
    }

    private func expireParked() {
        guard !parked.isEmpty else { return }
        let now = DispatchTime.now().uptimeNanoseconds / 1_000_000
        for (partition, kept) in parked where now - kept.since > Self.parkMilliseconds {
            kept.store.close()
            parked[partition] = nil
        }
    }

    // MARK: Restore

    private func advanceRestore(_ clients: Clients) throws {
        guard !restoring.isEmpty else { return }
        for partition in try clients.restorer.advance(timeoutMilliseconds: 20) { try goLive(partition, clients) }
        if restoring.isEmpty { status.update { $0.phase = .running } }
    }

    /// Opens the partition for records, once its state says the same as the group's offsets.
    private func goLive(_ partition: Int32, _ clients: Clients) throws {
        guard let restored = restoring.removeValue(forKey: partition) else { return }
        let store = restored.store
        let expected = groupOffsets[partition] ?? [:]
        let found = store.progress?.inputOffsets ?? [:]
        guard found == expected else {
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

    private static func text(_ offsets: [String: Int64]) -> String {
        offsets.isEmpty
            ? "nothing" : offsets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    // MARK: Around

    private func heartbeat() {
        status.update { $0.lastPollNanoseconds = DispatchTime.now().uptimeNanoseconds }
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
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
    }

    private func wallClock() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
