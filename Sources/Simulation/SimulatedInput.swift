import Kafka
import ProtobufCodec
import Schemas
import WorkerRuntime

/// One record that the outside world sends.
package struct SimulatedInput: Sendable {
    package enum Kind: Sendable {
        case parcel(Parcel)
        /// Bytes that are no parcel.
        case malformed
        case tombstone
        case tick
    }

    package var topic: String
    package var key: String
    package var kind: Kind
    /// Event time; ms since 1970.
    package var timestamp: Int64

    /// Whether the first stage takes it; everything else becomes a dead letter.
    var isTaken: Bool {
        switch kind {
        case .parcel(let parcel): parcel.amount != 0
        case .malformed, .tombstone, .tick: false
        }
    }

    var value: [UInt8]? {
        switch kind {
        case .parcel(let parcel): (try? parcel.serializedBytes()) ?? []
        case .malformed: [0xff, 0xff, 0xff]
        case .tombstone: nil
        case .tick: (try? ClockTick.with { $0.nowMs = timestamp }.serializedBytes()) ?? []
        }
    }

    static func draw(_ chance: inout SplitMix64, count: Int, clock: ClockMode) -> [SimulatedInput] {
        let accounts = chance.within(3...7)
        var time = World.origin
        return (0..<count).map { index in
            time += Int64(chance.below(1_500))
            let key = "account-\(chance.below(accounts))"
            let topic = chance.oneIn(3) ? SimulatedStages.refunds.name : SimulatedStages.orders.name
            let timestamp = time + Int64(chance.below(2_000)) - 1_000
            if clock == .event, chance.oneIn(9) {
                return SimulatedInput(topic: Topics.clock.name, key: "", kind: .tick, timestamp: timestamp)
            }
            let kind: Kind
            switch chance.below(24) {
            case 0: kind = .malformed
            case 1: kind = .tombstone
            case let number:
                kind = .parcel(
                    .with {
                        $0.id = "i\(index)"
                        $0.key = key
                        $0.amount = number < 4 ? 0 : Int64(chance.below(1_000)) - 300
                        $0.delay = chance.oneIn(3) ? 0 : Int64(chance.below(2_500)) + 1
                    })
            }
            return SimulatedInput(topic: topic, key: key, kind: kind, timestamp: timestamp)
        }
    }
}

/// The inputs that have not been sent yet, each with the step that brings it.
struct InputArrivals {
    private var waiting: ArraySlice<(step: Int, input: SimulatedInput)>

    init(_ scenario: Scenario) {
        var chance = SplitMix64(seed: scenario.seed, purpose: 5)
        // In bursts, so that there is more than one step of a transaction takes.
        let bursts = (0..<chance.within(2...6)).map { _ in chance.within(1...max(1, scenario.faultSteps * 9 / 10)) }
        let steps = scenario.inputs.map { _ in bursts[chance.below(bursts.count)] }.sorted()
        waiting = Array(zip(steps, scenario.inputs)).map { (step: $0, input: $1) }[...]
    }

    /// The next input that comes at this step or before.
    mutating func next(by step: Int) -> SimulatedInput? {
        guard let first = waiting.first, first.step <= step else { return nil }
        return waiting.removeFirst().input
    }
}
