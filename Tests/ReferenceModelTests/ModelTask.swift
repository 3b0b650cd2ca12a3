import ProtobufCodec
import Schemas

/// One stage's rules over plain dictionaries.
///
/// `take` throws before it writes: a refused record changes nothing.
protocol ModelStage {
    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection)
    mutating func fire(_ table: UInt8, _ key: String, at due: Int64, _ effects: inout ModelEffects)
}

extension ModelStage {
    mutating func fire(_ table: UInt8, _ key: String, at due: Int64, _ effects: inout ModelEffects) {}
}

/// One partition of a stage in event mode: stream time, timers first, then the record.
struct ModelTask<Stage: ModelStage> {
    var stage: Stage
    private(set) var streamTime: Int64 = 0
    private(set) var outputs: [ModelOutput] = []
    private(set) var refusals: [Rejection] = []
    private var timers = ModelTimers()

    init(_ stage: Stage) { self.stage = stage }

    mutating func take(_ record: ModelRecord) {
        if record.topic == Topics.clock.name {
            guard let tick = try? record.decode(Topics.clock), Self.isPlausible(tick.nowMs) else { return }
            advance(to: tick.nowMs)
            return
        }
        let time = Self.isPlausible(record.timestamp) ? record.timestamp : streamTime
        advance(to: time)
        var effects = ModelEffects(at: time)
        do {
            try stage.take(record, at: time, &effects)
            keep(effects)
        } catch {
            refusals.append(error)
        }
    }

    /// Fires every timer that is due at this time, then moves stream time there; never back.
    mutating func advance(to time: Int64) {
        let limit = max(streamTime, time)
        while let timer = timers.take(notAfter: limit) {
            var effects = ModelEffects(at: timer.due)
            stage.fire(timer.table, timer.key, at: timer.due, &effects)
            keep(effects)
        }
        streamTime = limit
    }

    /// Fires what the last record set in its own past.
    mutating func finish() { advance(to: streamTime) }

    /// The outputs since the last call.
    mutating func takeOutputs() -> [ModelOutput] {
        defer { outputs = [] }
        return outputs
    }

    private mutating func keep(_ effects: ModelEffects) {
        outputs += effects.outputs
        for timer in effects.timers { timers.set(timer.table, timer.key, timer.due) }
    }

    private static func isPlausible(_ time: Int64) -> Bool {
        time >= Validation.earliestMilliseconds && time < Validation.latestMilliseconds
    }
}

/// Whether one id comes before another by its bytes.
func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

func stamp(_ milliseconds: Int64) -> Google_Protobuf_Timestamp { Google_Protobuf_Timestamp(milliseconds: milliseconds) }

extension Array {
    /// Appends, and drops the oldest beyond the limit.
    mutating func append(_ element: Element, keeping limit: Int) {
        append(element)
        if count > limit { removeFirst(count - limit) }
    }
}
