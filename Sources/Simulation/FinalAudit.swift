import Kafka
import ProtobufCodec
import Schemas
import StateStore
import WorkerRuntime

/// Checks a world that has come to rest against what it was given.
struct FinalAudit {
    let world: World
    private var scenario: Scenario { world.scenario }

    /// A changelog's fold: what a restore from nothing would hold.
    struct Fold: Equatable {
        var entries: [[UInt8]: StateEntry] = [:]
        var progress: Progress?
    }

    /// Throws the first promise that is broken.
    func run() throws(Violation) {
        var views: [TopicPartition: LogView] = [:]
        for topic in scenario.topics {
            for partition in 0..<scenario.partitions {
                let view = world.view(topic, partition)
                guard view.lastStableOffset == view.highWatermark else {
                    throw Violation(
                        .noOpenTransaction, "\(topic)/\(partition) is open from \(view.lastStableOffset) on")
                }
                views[TopicPartition(topic: topic, partition: partition)] = view
                world.trace.add(view)
            }
        }
        var models: [[SequentialModel]] = []
        for stage in scenario.stages.indices { models.append(try model(stage, views)) }
        for stage in scenario.stages.indices {
            try checkOutputs(stage, models[stage], views)
            try checkDeadLetters(stage, models[stage], views)
            try checkState(stage, models[stage], views)
        }
        try checkInputs(models)
        try checkStores(views)
    }

    private func records(_ topic: String, _ partition: Int32, _ views: [TopicPartition: LogView]) -> [OwnedRecord] {
        views[TopicPartition(topic: topic, partition: partition)]?.records ?? []
    }

    private func all(_ topic: String, _ views: [TopicPartition: LogView]) -> [OwnedRecord] {
        (0..<scenario.partitions).flatMap { records(topic, $0, views) }
    }

    // MARK: The model

    private func model(_ stage: Int, _ views: [TopicPartition: LogView]) throws(Violation) -> [SequentialModel] {
        let declaration = scenario.stages[stage]
        let poison = Set(
            all(declaration.deadLetters.name, views).filter { header($0, "growth-reason") == "bug" }
                .map { origin(of: $0) })
        world.counts[.poisoned] += poison.count
        var executions: [Int32: [ExecutionRecord]] = [:]
        for record in all(Topics.executions.name, views) {
            guard let value = record.value, let execution = try? ExecutionRecord(serializedBytes: value) else {
                throw Violation(.noFailure, "an execution record cannot be read")
            }
            if execution.stage == declaration.group { executions[execution.partition, default: []].append(execution) }
        }
        var models: [SequentialModel] = []
        for partition in 0..<scenario.partitions {
            var model = SequentialModel(
                stage: stage, partition: partition, scenario: scenario, poison: poison)
            var inputs: [String: [OwnedRecord]] = [:]
            for topic in scenario.inputTopics(stage) { inputs[topic] = records(topic, partition, views) }
            try model.run(executions[partition] ?? [], inputs: inputs)
            for (topic, records) in inputs.sorted(by: { $0.key < $1.key }) {
                let left = model.left(topic, of: records)
                guard left == 0 else {
                    throw Violation(.inputsOnce, "\(left) records of \(topic)/\(partition) were never taken")
                }
            }
            models.append(model)
        }
        return models
    }

    // MARK: Outputs

    private func checkOutputs(
        _ stage: Int, _ models: [SequentialModel], _ views: [TopicPartition: LogView]
    ) throws(Violation) {
        let declaration = scenario.stages[stage]
        for topic in declaration.outputs.map(\.name) {
            for partition in 0..<scenario.partitions {
                var found: [String: [SequentialModel.Output]] = [:]
                for record in records(topic, partition, views) {
                    found[header(record, CloudEvent.source) ?? "", default: []].append(
                        SequentialModel.Output(
                            topic: topic, partition: partition, key: record.key ?? [], value: record.value ?? [],
                            timestamp: record.timestampMilliseconds))
                    world.counts[.outputs] += 1
                }
                for model in models {
                    let expected = model.outputs.filter { $0.topic == topic && $0.partition == partition }
                    let actual = found["/growth/\(declaration.group)/\(model.partition)"] ?? []
                    guard actual != expected else { continue }
                    throw Violation(
                        .outputsEqualModel,
                        "\(topic)/\(partition) from \(declaration.group)/\(model.partition): "
                            + "\(actual.count) records, \(expected.count) expected, "
                            + "the first difference at \(Self.difference(actual, expected))")
                }
            }
        }
        world.counts[.timers] += models.reduce(0) { $0 + $1.timersFired }
    }

    private static func difference(_ left: [SequentialModel.Output], _ right: [SequentialModel.Output]) -> Int {
        zip(left, right).enumerated().first { $1.0 != $1.1 }?.offset ?? min(left.count, right.count)
    }

    private func checkDeadLetters(
        _ stage: Int, _ models: [SequentialModel], _ views: [TopicPartition: LogView]
    ) throws(Violation) {
        let topic = scenario.stages[stage].deadLetters.name
        for model in models {
            let found = records(topic, model.partition, views)
            world.counts[.deadLetters] += found.count
            let expected = model.deadLetters
            let isEqual =
                found.count == expected.count
                && zip(found, expected).allSatisfy {
                    origin(of: $0) == SequentialModel.coordinate($1) && $0.key == $1.key && $0.value == $1.value
                }
            guard isEqual else {
                throw Violation(
                    .deadLettersOnce,
                    "\(topic)/\(model.partition): \(found.map(origin(of:))), expected "
                        + "\(expected.map(SequentialModel.coordinate))")
            }
        }
    }

    private func header(_ record: OwnedRecord, _ name: String) -> String? {
        record.headers.last { $0.name == name }?.text
    }

    private func origin(of letter: OwnedRecord) -> String {
        ["growth-origin-topic", "growth-origin-partition", "growth-origin-offset"]
            .map { header(letter, $0) ?? "?" }.joined(separator: "/")
    }

    // MARK: State

    private func fold(_ records: [OwnedRecord], below end: Int64 = .max) throws(Violation) -> Fold {
        var fold = Fold()
        for record in records where record.offset < end {
            let change: ChangelogRecord
            do {
                change = try ChangelogRecord.decode(key: record.key ?? [], value: record.value)
            } catch {
                throw Violation(.stateEqualsChangelog, "a changelog record cannot be read: \(error)")
            }
            switch change {
            case .entry(let key, let entry): fold.entries[key.bytes] = entry
            case .tombstone(let key): fold.entries[key.bytes] = nil
            case .incarnation: break
            case .progress(let progress): fold.progress = progress
            }
        }
        return fold
    }

    private func checkState(
        _ stage: Int, _ models: [SequentialModel], _ views: [TopicPartition: LogView]
    ) throws(Violation) {
        let declaration = scenario.stages[stage]
        let committed = world.committedOffsets(stage)
        for model in models {
            let place = "\(declaration.group)/\(model.partition)"
            let fold = try fold(records(declaration.changelog.name, model.partition, views))
            guard (fold.progress?.inputOffsets ?? [:]) == model.offsets,
                fold.progress?.transactionNumber ?? 0 == model.transactions
            else {
                throw Violation(
                    .progressEqualsOffsets,
                    "\(place): the changelog's progress is \(fold.progress?.inputOffsets ?? [:]), taken were "
                        + "\(model.offsets)")
            }
            var offsets: [String: Int64] = [:]
            for (name, offset) in committed where name.partition == model.partition { offsets[name.topic] = offset }
            guard offsets == model.offsets else {
                throw Violation(
                    .progressEqualsOffsets, "\(place): the group's offsets are \(offsets), taken were \(model.offsets)")
            }
            let entries = try entries(fold)
            guard entries == model.state else {
                throw Violation(
                    .stateEqualsModel,
                    "\(place): \(entries.count) entries, \(model.state.count) expected; "
                        + "\(Self.difference(entries, model.state))")
            }
        }
    }

    private func entries(_ fold: Fold) throws(Violation) -> [[UInt8]: SequentialModel.Entry] {
        var entries: [[UInt8]: SequentialModel.Entry] = [:]
        for (key, entry) in fold.entries {
            guard let parcel = try? Parcel(serializedBytes: entry.value) else {
                throw Violation(.stateEqualsModel, "an entry cannot be read")
            }
            entries[key] = SequentialModel.Entry(parcel: parcel, timer: entry.timer)
        }
        return entries
    }

    private static func difference(
        _ found: [[UInt8]: SequentialModel.Entry], _ expected: [[UInt8]: SequentialModel.Entry]
    ) -> String {
        let keys = Set(found.keys).union(expected.keys).sorted { $0.lexicographicallyPrecedes($1) }
        guard let key = keys.first(where: { found[$0] != expected[$0] }) else { return "equal" }
        func text(_ entry: SequentialModel.Entry?) -> String {
            entry.map { "\($0.parcel.id) #\($0.parcel.sequence) \($0.parcel.amount) @\($0.timer ?? 0)" } ?? "nothing"
        }
        return "\(String(decoding: key.dropFirst(), as: UTF8.self)) is \(text(found[key])), not \(text(expected[key]))"
    }

    // MARK: What needs no order

    /// Money, sequences and reminders as functions of the inputs alone.
    private func checkInputs(_ models: [[SequentialModel]]) throws(Violation) {
        let poison = Set(models[0].flatMap { $0.poison })
        var expected: Int64 = 0
        for sent in world.sent where sent.input.isTaken && !poison.contains("\(sent.name)/\(sent.offset)") {
            if case .parcel(let parcel) = sent.input.kind { expected += parcel.amount }
        }
        var found: Int64 = 0
        for model in models[1] {
            for (key, entry) in model.state {
                if key[0] == SimulatedStages.desks.id { found += entry.parcel.amount }
                if key[0] == SimulatedStages.sequences.id, entry.parcel.amount != 0,
                    models[1].allSatisfy(\.poison.isEmpty)
                {
                    throw Violation(.keyOrder, "records of \(entry.parcel.key) came out of turn")
                }
            }
        }
        guard found == expected || !models[1].allSatisfy(\.poison.isEmpty) else {
            throw Violation(.moneyConserved, "\(found) arrived of \(expected)")
        }
    }

    // MARK: Stores

    /// Opens every store of every disk: each holds what its progress says.
    private func checkStores(_ views: [TopicPartition: LogView]) throws(Violation) {
        for process in world.processes {
            process.disk.crash(keepingMemtable: true)
            process.disk.refusal = nil
            for directory in process.disk.directories { try checkStore(directory, process, views) }
        }
    }

    private func checkStore(
        _ directory: String, _ process: SimulatedProcess, _ views: [TopicPartition: LogView]
    ) throws(Violation) {
        let parts = directory.split(separator: "/")
        guard parts.count >= 2, let partition = Int32(parts[parts.count - 1]) else { return }
        let changelog = "\(parts[parts.count - 2]).changelog"
        let store: StateStore
        var found = Fold()
        do {
            store = try StateStore(directory: directory, on: process.disk, settings: StateStoreSettings())
            try store.forEachCommitted { key, entry in found.entries[key.bytes] = entry }
        } catch {
            throw Violation(.storesReopen, "\(directory) of \(process.instanceID): \(error)")
        }
        world.counts[.storesReopened] += 1
        let resume = store.resumeOffset ?? 0
        found.progress = store.progress
        store.close()
        var expected = try fold(records(changelog, partition, views), below: resume)
        expected.progress?.resumeOffset = resume
        guard expected == found else {
            throw Violation(
                .storesReopen,
                "\(directory) of \(process.instanceID) is not the changelog up to \(resume): "
                    + (try Self.difference(entries(found), entries(expected)))
                    + ", transaction \(found.progress?.transactionNumber ?? 0) of \(expected.progress?.transactionNumber ?? 0)"
            )
        }
    }
}
