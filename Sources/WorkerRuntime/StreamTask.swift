import Kafka
import ProtobufCodec
package import Schemas
package import StateStore

/// One partition number of a stage: the same-numbered partitions of its inputs, one state store, strictly serial.
///
/// It knows no broker: it takes steps of records and hands on what they publish, so the task loop, the test kit and
/// re-execution all run this same code.
package final class StreamTask {
    package let declaration: StageDeclaration
    package let partition: Int32
    package let store: StateStore
    package let clock: ClockMode
    private let stage: any Stage
    private let context: DecisionContext
    private let effects: EffectBook
    private let deadLetter: DeadLetter
    private let sink: any OutputSink
    private let plantedFaults: Set<PlantedFault>
    /// Dead letters that a planted fault leaves out of the offsets: the offset by topic.
    private var passedOver: [String: Int64] = [:]

    /// The next offset of each input, as of the last step.
    package private(set) var offsets: [String: Int64]
    /// The greatest event time seen, as of the last step; ms.
    package private(set) var streamTime: Int64
    package private(set) var draft = ExecutionDraft()

    /// What every stage gets beside its declared inputs in event mode.
    static let clockTopic = Topics.clock.name

    package init(
        declaration: StageDeclaration, partition: Int32, store: StateStore, clock: ClockMode, stage: any Stage,
        context: DecisionContext, effects: EffectBook, deadLetter: DeadLetter, sink: any OutputSink,
        plantedFaults: Set<PlantedFault> = []
    ) {
        self.declaration = declaration
        self.partition = partition
        self.store = store
        self.clock = clock
        self.stage = stage
        self.context = context
        self.effects = effects
        self.deadLetter = deadLetter
        self.sink = sink
        self.plantedFaults = plantedFaults
        offsets = store.progress?.inputOffsets ?? [:]
        streamTime = store.progress?.streamTime ?? 0
    }

    package var transactionNumber: UInt64 { store.progress?.transactionNumber ?? 0 }

    // MARK: Deciding

    /// Decides the records of one step: by timestamp across inputs, in offset order within one, timers in between.
    ///
    /// `inputs` names each input's entries in offset order. `now` is the wall clock; event mode does not look at it.
    /// `rejecting` makes every record a dead letter undecided.
    package func process(
        _ inputs: [(topic: String, entries: [StepEntry])], of records: some StepRecords, now: Int64,
        rejecting: Rejection? = nil
    ) throws {
        let base = clock == .wall ? max(now, streamTime) : streamTime
        draft.steps.append(step(inputs, now: base))
        if clock == .wall { streamTime = base }
        if effects.isAvailable { try anticipate(inputs, of: records) }
        var merge = TimestampMerge(inputs.map(\.entries))
        while let (input, entry) = merge.next() {
            let time = Self.isPlausible(entry.timestamp) ? entry.timestamp : streamTime
            if inputs[input].topic == Self.clockTopic {
                try tick(entry, of: records)
            } else {
                let due = clock == .event ? max(streamTime, time) : streamTime
                try fireTimers(notAfter: due)
                streamTime = max(streamTime, clock == .event ? time : streamTime)
                try decide(entry, time: time, of: records, rejecting: rejecting)
            }
            offsets[inputs[input].topic] = entry.offset + 1
            draft.records += 1
        }
        try fireTimers(notAfter: streamTime)
    }

    /// Whether a timer is due at this wall-clock time.
    package func hasDueTimer(now: Int64) throws -> Bool {
        try store.nextTimer(notAfter: max(now, streamTime)) != nil
    }

    private func step(_ inputs: [(topic: String, entries: [StepEntry])], now: Int64) -> ExecutionStep {
        var step = ExecutionStep()
        step.nowMs = now
        for (topic, entries) in inputs {
            guard let first = entries.first, let last = entries.last else { continue }
            step.inputs.append(
                .with {
                    $0.topic = topic
                    $0.fromOffset = first.offset
                    $0.toOffset = last.offset + 1
                    $0.records = UInt32(entries.count)
                })
        }
        return step
    }

    /// Event times before 1990 and from 2100 on would move every timer; such a record does not move the clock.
    static func isPlausible(_ timestamp: Int64) -> Bool {
        timestamp >= Validation.earliestMilliseconds && timestamp < Validation.latestMilliseconds
    }

    private func tick(_ entry: StepEntry, of records: some StepRecords) throws {
        let target = records.withRecord(entry.index) { record -> Int64? in
            (try? record.decode(Topics.clock))?.nowMs
        }
        guard clock == .event, let target, Self.isPlausible(target) else { return }
        try fireTimers(notAfter: target)
        streamTime = max(streamTime, target)
    }

    private func decide(
        _ entry: StepEntry, time: Int64, of records: some StepRecords, rejecting: Rejection?
    ) throws {
        let at = clock == .event ? time : max(time, streamTime)
        let trace = records.header(entry.index, CloudEvent.traceparent)
        do {
            if let rejecting { throw rejecting }
            try records.withRecord(entry.index) { record in
                context.begin(
                    at: at, now: streamTime,
                    origin: OutputOrigin(topic: record.topic, partition: record.partition, offset: record.offset),
                    traceparent: trace)
                try stage.decide(record, context)
            }
            try keep()
        } catch let rejection as Rejection {
            context.dropStaged()
            let origin = records.owned(entry.index)
            let letter = deadLetter.record(of: origin, rejection: rejection, failedAt: at)
            draft.deadLetters += 1
            // Planted: the record leaves its input and arrives nowhere.
            if plantedFaults.contains(.dropDeadLetter) { return }
            // Planted: the record is refused again by whoever reads on from here.
            if plantedFaults.contains(.dropDeadLetterOffset) { passedOver[origin.topic] = entry.offset }
            try send(letter)
        }
    }

    /// Timers beyond this many in one go mean that a stage sets timers in its own past.
    static let timersPerStepLimit = 10_000_000

    private func fireTimers(notAfter limit: Int64) throws {
        var fired = 0
        while let (due, key) = try store.nextTimer(notAfter: limit) {
            let name = String(decoding: key.key, as: UTF8.self)
            var hash = FNV1a()
            hash.combine(key.bytes)
            let at = clock == .event ? due : max(due, streamTime)
            context.begin(
                at: at, now: streamTime,
                origin: OutputOrigin(topic: "", partition: partition, offset: due, timer: hash.value), traceparent: nil)
            do {
                try stage.punctuate(table: key.table, key: name, due: due, context)
            } catch let rejection as Rejection {
                throw RuntimeFailure.timerRejected(stage: declaration.group, key: name, reason: "\(rejection)")
            }
            if !context.touched(key), let entry = try store.get(key) {
                store.put(key, entry.value, timer: nil)
            }
            try keep()
            draft.timersFired += 1
            fired += 1
            guard fired < Self.timersPerStepLimit else {
                throw RuntimeFailure.timerRejected(
                    stage: declaration.group, key: name, reason: "more than \(Self.timersPerStepLimit) timers at once")
            }
        }
    }

    private func keep() throws {
        context.keepWrites()
        for output in context.outputs { try send(output) }
    }

    private func send(_ record: OutputRecord) throws {
        draft.published(record)
        try sink.send(record)
    }

    private func anticipate(_ inputs: [(topic: String, entries: [StepEntry])], of records: some StepRecords) throws {
        var requests: [EffectRequest] = []
        for (topic, entries) in inputs where topic != Self.clockTopic {
            for entry in entries {
                records.withRecord(entry.index) { record in
                    context.begin(at: record.timestamp, now: streamTime, origin: OutputOrigin(), traceparent: nil)
                    requests += (try? stage.anticipatedEffects(record, context)) ?? []
                }
                context.dropStaged()
            }
        }
        if let (due, key) = try store.nextTimer(notAfter: streamTime) {
            context.begin(at: due, now: streamTime, origin: OutputOrigin(), traceparent: nil)
            requests += try stage.anticipatedEffects(
                table: key.table, key: String(decoding: key.key, as: UTF8.self), due: due, context)
            context.dropStaged()
        }
        effects.perform(requests)
    }

    // MARK: Ending a transaction

    /// What a transaction must carry for this task beside its outputs.
    package struct Ending {
        package var changes: [StateChange]
        package var progress: Progress
        package var execution: ExecutionRecord
    }

    /// Returns the changelog's changes, the progress and the execution record of what was done since the last commit.
    package func ending(configurationDigest: String, build: String, globals: [GlobalOffset], wallClock: Int64) -> Ending
    {
        for (topic, offset) in passedOver where offsets[topic] == offset + 1 { offsets[topic] = offset }
        passedOver = [:]
        let changes = store.changes()
        let before = store.progress
        let progress = Progress(
            inputOffsets: offsets, resumeOffset: before?.resumeOffset ?? 0,
            transactionNumber: transactionNumber + 1, streamTime: streamTime,
            schemaVersion: Self.stateSchemaVersion,
            digest: ChangeDigest.next(
                after: before?.digest ?? ChangeDigest.initial, changes: changes, streamTime: streamTime))
        let execution = ExecutionRecord.with {
            $0.stage = declaration.group
            $0.partition = partition
            $0.transactionNumber = progress.transactionNumber
            $0.steps = draft.steps
            $0.globals = globals
            $0.timersFired = draft.timersFired
            $0.outputs = draft.outputs.sorted { $0.key < $1.key }.map { topic, count in
                .with {
                    $0.topic = topic
                    $0.records = count
                }
            }
            $0.deadLetters = draft.deadLetters
            $0.configurationDigest = configurationDigest
            $0.build = build
            $0.stateDigest = progress.digest
            $0.outputDigest = draft.digest.value
            $0.effects = effects.used
            $0.committedWallMs = wallClock
            $0.clockMode = clock == .event ? 0 : 1
        }
        return Ending(changes: changes, progress: progress, execution: execution)
    }

    /// Version of the stored messages' meaning; a reader of an older one upcasts.
    static let stateSchemaVersion: UInt32 = 1

    /// The transaction is in Kafka: only now may RocksDB be written.
    package func committed(_ progress: Progress, resumeOffset: Int64, incarnation: [UInt8]?) throws {
        var progress = progress
        progress.resumeOffset = resumeOffset
        try store.commit(progress, incarnation: incarnation)
        draft = ExecutionDraft()
        effects.reset()
    }

    /// The transaction is gone: memory equals the last commit again.
    ///
    /// `keepingOverlay` is planted: the aborted writes stay and are committed with the next transaction.
    package func aborted(keepingOverlay: Bool = false) {
        if !keepingOverlay { store.discard() }
        offsets = store.progress?.inputOffsets ?? [:]
        streamTime = store.progress?.streamTime ?? 0
        draft = ExecutionDraft()
        context.dropStaged()
        effects.reset(keepingAnswers: true)
    }
}
