import CommandLineTools
import Foundation
import Kafka
import ProtobufCodec
import Schemas
import StateStore

/// Runs a stage's committed inputs again in the recorded order and compares every output and the final state with what
/// was published (architecture.md, "The execution log").
///
/// It publishes nothing and joins no group; its state lives in a folder of its own that is removed at the end.
struct ReExecution {
    static let stage = Setting<String?>(
        "re-execute", help: "Re-execute this stage from the execution log, compare, print a report as JSON, and end.")
    static let settings: [any AnySetting] = [stage]

    let worker: String
    let factories: [StageFactory]
    let configuration: Configuration

    /// What one partition's re-execution found; no difference is the proof.
    struct Report {
        var partition: Int32
        var transactions: UInt64 = 0
        var records: UInt64 = 0
        var outputs: UInt64 = 0
        var timers: UInt64 = 0
        var deadLetters: UInt64 = 0
        var stateEntries: UInt64 = 0
        var differences: [String] = []

        /// More than this many differences say no more than the first ones.
        static let differencesLimit = 20

        mutating func differs(_ text: String) {
            if differences.count < Self.differencesLimit { differences.append(text) }
        }
    }

    func run() throws -> ExitCode {
        guard let wanted = configuration[Self.stage],
            let factory = factories.first(where: { $0.declaration.group == wanted })
        else {
            throw ConfigurationError([
                "re-execute: \(worker) has no such stage; it has \(factories.map(\.declaration.group).joined(separator: ", "))"
            ])
        }
        let client = Worker.client(configuration, name: "\(worker)-re-execute")
        let scan = TopicScan(client: client)
        let published = try PublishedOutputs(factory.declaration, scan, partitions: partitions)
        let globals = try GlobalHistory(factory.declaration.globalTables, scan)
        let inputs = InputCursors(client: client)
        defer { inputs.close() }
        var reports: [Report] = []
        for partition in 0..<partitions {
            FileHandle.standardError.write(Data("re-executing \(wanted) \(partition + 1)/\(partitions)\n".utf8))
            reports.append(try execute(factory, partition, scan, published, globals, inputs))
        }
        let isEqual = reports.allSatisfy { $0.differences.isEmpty }
        print(document(wanted, reports))
        return isEqual ? .success : .failure
    }

    private var partitions: Int32 { Int32(configuration[WorkerSettings.partitions]) }

    private func execute(
        _ factory: StageFactory, _ partition: Int32, _ scan: TopicScan, _ published: PublishedOutputs,
        _ history: GlobalHistory, _ cursors: InputCursors
    ) throws -> Report {
        let declaration = factory.declaration
        let folder = NSTemporaryDirectory() + "growth-re-execute-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var report = Report(partition: partition)
        let executions = try executionRecords(declaration, partition, scan)
        let clock: ClockMode = executions.first.map { $0.clockMode == 0 ? .event : .wall } ?? .event
        let store = try StateStore(directory: folder + "/state", settings: StateStoreSettings())
        defer { store.close() }
        let tables = GlobalTables(topics: declaration.globalTables, validate: factory.validateGlobal)
        let effects = EffectBook(performer: nil)
        let sink = ComparedOutputs()
        let context = DecisionContext(
            declaration: declaration, partition: partition, partitions: partitions, clock: clock, store: store,
            globals: tables, effects: effects, counters: StageCounters())
        let task = StreamTask(
            declaration: declaration, partition: partition, store: store, clock: clock,
            stage: try factory.make(configuration), context: context, effects: effects,
            deadLetter: DeadLetter(stage: declaration, worker: worker, build: executions.first?.build ?? Worker.build),
            sink: sink)
        for execution in executions {
            history.apply(to: tables, upTo: execution.globals)
            effects.replay(execution.effects)
            for step in execution.steps {
                let records = try step.inputs.flatMap { range in
                    try cursors.take(range, partition: partition)
                }
                report.records += UInt64(records.count)
                try task.process(inputs(of: step, records), of: OwnedRecords(records), now: step.nowMs)
            }
            try compare(task, execution, &report)
        }
        report.outputs = sink.count
        for difference in sink.differences(from: published, partition: partition) { report.differs(difference) }
        try compareState(store, declaration, partition, scan, folder, &report)
        return report
    }

    private func inputs(
        of step: ExecutionStep, _ records: [OwnedRecord]
    ) -> [(topic: String, entries: [StepEntry])] {
        var inputs: [(topic: String, entries: [StepEntry])] = []
        for (index, record) in records.enumerated() {
            let entry = StepEntry(index: index, offset: record.offset, timestamp: record.timestampMilliseconds)
            if inputs.last?.topic == record.topic {
                inputs[inputs.count - 1].entries.append(entry)
            } else {
                inputs.append((record.topic, [entry]))
            }
        }
        return inputs
    }

    private func compare(_ task: StreamTask, _ recorded: ExecutionRecord, _ report: inout Report) throws {
        let ending = task.ending(configurationDigest: "", build: "", globals: [], wallClock: 0)
        let found = ending.execution
        let name = "transaction \(recorded.transactionNumber)"
        if found.transactionNumber != recorded.transactionNumber {
            report.differs("\(name): the log has a gap; expected \(found.transactionNumber)")
        }
        if found.outputDigest != recorded.outputDigest || found.outputs != recorded.outputs {
            report.differs("\(name): other outputs than were recorded")
        }
        if found.stateDigest != recorded.stateDigest { report.differs("\(name): other state than was recorded") }
        if found.timersFired != recorded.timersFired || found.deadLetters != recorded.deadLetters {
            report.differs("\(name): other timers or dead letters than were recorded")
        }
        report.transactions += 1
        report.timers += found.timersFired
        report.deadLetters += found.deadLetters
        try task.committed(ending.progress, resumeOffset: 0, incarnation: nil)
    }

    /// The re-executed state against the fold of the committed changelog.
    private func compareState(
        _ store: StateStore, _ declaration: StageDeclaration, _ partition: Int32, _ scan: TopicScan,
        _ folder: String, _ report: inout Report
    ) throws {
        let folded = try StateStore(directory: folder + "/changelog", settings: StateStoreSettings())
        defer { folded.close() }
        let name = TopicPartition(topic: declaration.changelog.name, partition: partition)
        try scan.forEach(
            in: [name],
            batches: { records in
                try folded.applyRestored(
                    records.map { RestoredRecord(key: $0.key ?? [], value: $0.value) },
                    resumeOffset: (records.last?.offset ?? -1) + 1)
            })
        var entries: UInt64 = 0
        try folded.forEachCommitted { _, _ in entries += 1 }
        report.stateEntries = entries
        if try folded.contentDigest() != store.contentDigest() {
            report.differs("the final state differs from the changelog's")
        }
    }

    private func executionRecords(
        _ declaration: StageDeclaration, _ partition: Int32, _ scan: TopicScan
    ) throws -> [ExecutionRecord] {
        var found: [ExecutionRecord] = []
        let key = Array("\(declaration.group)/\(partition)".utf8)
        let name = TopicPartition(topic: Topics.executions.name, partition: partition)
        try scan.forEach(in: [name]) { records in
            for record in records where record.key == key {
                if let value = record.value { found.append(try ExecutionRecord(serializedBytes: value)) }
            }
        }
        return found
    }

    private func document(_ stage: String, _ reports: [Report]) -> String {
        let items = reports.map { report -> JSONValue in
            .object([
                "stage": .string(stage),
                "partition": .integer(Int64(report.partition)),
                "transactions": .string(String(report.transactions)),
                "records": .string(String(report.records)),
                "outputs": .string(String(report.outputs)),
                "timers": .string(String(report.timers)),
                "deadLetters": .string(String(report.deadLetters)),
                "stateEntries": .string(String(report.stateEntries)),
                "differences": .array(report.differences.map { .string($0) }),
            ])
        }
        return OutputEnvelope(kind: "ReExecutionReport", items: items).document(generatedAt: .now).text(.pretty)
    }
}

/// The outputs of a re-execution as one chain for each partition they go to.
final class ComparedOutputs: OutputSink {
    private var chains: [TopicPartition: OutputDigest] = [:]
    private(set) var count: UInt64 = 0

    func send(_ record: OutputRecord) throws {
        chains[TopicPartition(topic: record.topic.name, partition: record.partition), default: OutputDigest()].combine(
            record)
        count += 1
    }

    func differences(from published: PublishedOutputs, partition: Int32) -> [String] {
        let other = published.chains[partition] ?? [:]
        return Set(chains.keys).union(other.keys).sorted().compactMap { name in
            chains[name]?.value == other[name]?.value
                ? nil : "\(name): the published records differ from the re-executed ones"
        }
    }
}

/// What a stage published, as one chain for each task and each partition it wrote to.
struct PublishedOutputs {
    private(set) var chains: [Int32: [TopicPartition: OutputDigest]] = [:]

    init(_ stage: StageDeclaration, _ scan: TopicScan, partitions: Int32) throws {
        let prefix = "/growth/\(stage.group)/"
        for topic in stage.outputs + [stage.deadLetters] {
            let isOwn = topic == stage.deadLetters
            let names = (0..<topic.partitionCount(fleet: partitions)).map {
                TopicPartition(topic: topic.name, partition: $0)
            }
            try scan.forEach(in: names) { records in
                for record in records {
                    guard let task = isOwn ? record.partition : Self.task(of: record, prefix) else { continue }
                    chains[task, default: [:]][record.topicPartition, default: OutputDigest()].combine(
                        OutputRecord(
                            topic: topic, partition: record.partition, key: record.key, value: record.value,
                            headers: [], timestamp: record.timestampMilliseconds))
                }
            }
        }
    }

    private static func task(of record: OwnedRecord, _ prefix: String) -> Int32? {
        guard let source = record.headers.last(where: { $0.name == CloudEvent.source })?.text, source.hasPrefix(prefix)
        else { return nil }
        return Int32(source.dropFirst(prefix.count))
    }
}

/// Every record of the global tables, so that each transaction sees the tables as it saw them then.
final class GlobalHistory {
    private var records: [String: [OwnedRecord]] = [:]
    private var applied: [String: Int] = [:]
    private weak var last: GlobalTables?

    init(_ topics: [TopicDeclaration], _ scan: TopicScan) throws {
        for topic in topics {
            records[topic.name] = []
            try scan.forEach(in: [TopicPartition(topic: topic.name, partition: 0)]) { found in
                records[topic.name, default: []] += found
            }
        }
    }

    func apply(to tables: GlobalTables, upTo offsets: [GlobalOffset]) {
        if last !== tables {
            applied = [:]
            last = tables
        }
        for offset in offsets {
            let all = records[offset.topic] ?? []
            var next = applied[offset.topic] ?? 0
            while next < all.count, all[next].offset < offset.nextOffset {
                tables.apply(topic: offset.topic, key: all[next].key, value: all[next].value, offset: all[next].offset)
                next += 1
            }
            applied[offset.topic] = next
        }
    }
}
