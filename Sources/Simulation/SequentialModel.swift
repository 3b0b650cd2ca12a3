import Kafka
import ProtobufCodec
import Schemas
import WorkerRuntime

/// What a stage's partition must have published and kept: plain code, apart from the runtime's, that takes the records in
/// the order which the execution log tells.
struct SequentialModel {
    struct Entry: Equatable {
        var parcel: Parcel
        var timer: Int64?
    }

    struct Output: Equatable {
        var topic: String
        var partition: Int32
        var key: [UInt8]
        var value: [UInt8]
        var timestamp: Int64
    }

    let stage: Int
    let partition: Int32
    let scenario: Scenario
    /// Records that the runtime gave up, since their transactions failed again and again.
    let poison: Set<String>

    private(set) var state: [[UInt8]: Entry] = [:]
    private(set) var outputs: [Output] = []
    private(set) var deadLetters: [OwnedRecord] = []
    private(set) var offsets: [String: Int64] = [:]
    private(set) var streamTime: Int64 = 0
    private(set) var timersFired = 0
    private(set) var transactions: UInt64 = 0
    private var taken: [String: Int] = [:]

    init(stage: Int, partition: Int32, scenario: Scenario, poison: Set<String>) {
        self.stage = stage
        self.partition = partition
        self.scenario = scenario
        self.poison = poison
    }

    static func coordinate(_ record: OwnedRecord) -> String {
        "\(record.topic)/\(record.partition)/\(record.offset)"
    }

    // MARK: The order

    /// Takes the committed transactions of the partition, in order; `inputs` holds each input's committed records.
    mutating func run(_ executions: [ExecutionRecord], inputs: [String: [OwnedRecord]]) throws(Violation) {
        for execution in executions {
            guard execution.transactionNumber == transactions + 1 else {
                throw Violation(
                    .inputsOnce,
                    "\(place): transaction \(execution.transactionNumber) was committed after \(transactions)")
            }
            transactions += 1
            let firedBefore = timersFired
            for step in execution.steps { try take(step, inputs) }
            guard UInt64(timersFired - firedBefore) == execution.timersFired else {
                throw Violation(
                    .outputsEqualModel,
                    "\(place): transaction \(transactions) fired \(execution.timersFired) timers, not "
                        + "\(timersFired - firedBefore)")
            }
        }
    }

    /// How many committed records of an input were not taken.
    func left(_ topic: String, of records: [OwnedRecord]) -> Int { records.count - (taken[topic] ?? 0) }

    private var place: String { "\(scenario.stages[stage].group)/\(partition)" }

    private mutating func take(_ step: ExecutionStep, _ inputs: [String: [OwnedRecord]]) throws(Violation) {
        var queues: [ArraySlice<OwnedRecord>] = []
        for topic in scenario.inputTopics(stage) {
            guard let range = step.inputs.first(where: { $0.topic == topic }) else { continue }
            let records = inputs[topic] ?? []
            let first = taken[topic] ?? 0
            let end = first + Int(range.records)
            guard end <= records.count, records[first].offset == range.fromOffset,
                records[end - 1].offset + 1 == range.toOffset
            else {
                throw Violation(
                    .inputsOnce,
                    "\(place): \(topic) was read from \(range.fromOffset) to \(range.toOffset), "
                        + "\(range.records) records, where "
                        + "\(first < records.count ? "\(records[first].offset)" : "nothing") comes next")
            }
            taken[topic] = end
            offsets[topic] = range.toOffset
            queues.append(records[first..<end])
        }
        if scenario.clock == .wall {
            guard step.nowMs >= streamTime else {
                throw Violation(.outputsEqualModel, "\(place): time went back to \(step.nowMs)")
            }
            streamTime = step.nowMs
        }
        while let next = queues.indices.filter({ !queues[$0].isEmpty })
            .min(by: { timestamp(queues[$0]) < timestamp(queues[$1]) })
        {
            handle(queues[next].removeFirst())
        }
        fire(notAfter: streamTime)
    }

    private func timestamp(_ queue: ArraySlice<OwnedRecord>) -> Int64 { queue.first?.timestampMilliseconds ?? .max }

    private mutating func handle(_ record: OwnedRecord) {
        let time = record.timestampMilliseconds
        if record.topic == Topics.clock.name {
            fire(notAfter: time)
            streamTime = max(streamTime, time)
            return
        }
        if scenario.clock == .event {
            fire(notAfter: max(streamTime, time))
            streamTime = max(streamTime, time)
            decide(record, at: time)
        } else {
            fire(notAfter: streamTime)
            decide(record, at: max(time, streamTime))
        }
    }

    private mutating func fire(notAfter limit: Int64) {
        while let (key, entry) = state.filter({ $0.value.timer.map { $0 <= limit } ?? false })
            .min(by: {
                ($0.value.timer ?? 0, $0.key) < ($1.value.timer ?? 0, $1.key)
            })
        {
            let due = entry.timer ?? 0
            timersFired += 1
            var reminder = entry.parcel
            if key[0] == SimulatedStages.waiting.id {
                reminder.delay = 0
                state[key] = nil
            } else {
                reminder.id = "idle"
                state[key]?.timer = nil
            }
            publish(
                reminder, SimulatedStages.reminders.name, key: reminder.key,
                at: scenario.clock == .event ? due : max(due, streamTime))
        }
    }

    // MARK: The stages

    private mutating func decide(_ record: OwnedRecord, at: Int64) {
        guard let value = record.value, let parcel = try? Parcel(serializedBytes: value),
            parcel.amount != 0 || stage == 1,
            !poison.contains(Self.coordinate(record))
        else {
            deadLetters.append(record)
            return
        }
        if stage == 0 { tally(parcel, at: at) } else { total(parcel, at: at) }
    }

    private mutating func tally(_ parcel: Parcel, at: Int64) {
        let key = Self.key(SimulatedStages.accounts.id, parcel.key)
        var account = state[key]?.parcel ?? Parcel()
        account.key = parcel.key
        account.id = parcel.id
        account.sequence += 1
        account.amount += parcel.amount
        state[key] = Entry(parcel: account, timer: at + SimulatedStages.idleMilliseconds)
        if parcel.delay > 0 {
            state[Self.key(SimulatedStages.waiting.id, parcel.id)] = Entry(parcel: parcel, timer: at + parcel.delay)
        }
        var move = parcel
        move.sequence = account.sequence
        move.delay = 0
        publish(move, SimulatedStages.moves.name, key: SimulatedStages.desk(parcel.key), at: at)
    }

    private mutating func total(_ move: Parcel, at: Int64) {
        let desk = SimulatedStages.desk(move.key)
        let sequenceKey = Self.key(SimulatedStages.sequences.id, move.key)
        var sequence = state[sequenceKey]?.parcel ?? Parcel()
        sequence.key = move.key
        if move.sequence != sequence.sequence + 1 { sequence.amount += 1 }
        sequence.sequence = move.sequence
        state[sequenceKey] = Entry(parcel: sequence)
        let deskKey = Self.key(SimulatedStages.desks.id, desk)
        var total = state[deskKey]?.parcel ?? Parcel()
        total.key = desk
        total.sequence += 1
        total.amount += move.amount
        state[deskKey] = Entry(parcel: total)
        var balance = move
        balance.sequence = total.sequence
        balance.amount = total.amount
        publish(balance, SimulatedStages.balances.name, key: desk, at: at)
    }

    static func key(_ table: UInt8, _ key: String) -> [UInt8] { [table] + Array(key.utf8) }

    private mutating func publish(_ parcel: Parcel, _ topic: String, key: String, at: Int64) {
        let bytes = Array(key.utf8)
        outputs.append(
            Output(
                topic: topic, partition: murmur2Partition(key: bytes, count: scenario.partitions), key: bytes,
                value: (try? parcel.serializedBytes()) ?? [], timestamp: at))
    }
}

private func < (left: (Int64, [UInt8]), right: (Int64, [UInt8])) -> Bool {
    left.0 != right.0 ? left.0 < right.0 : left.1.lexicographicallyPrecedes(right.1)
}
