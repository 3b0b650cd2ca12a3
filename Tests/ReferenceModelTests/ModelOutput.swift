import ProtobufCodec
import Schemas

/// One published record: equal when topic, timestamp and every field of the message are.
struct ModelOutput: Hashable {
    var topic: String
    var timestamp: Int64
    var message: any Message

    init<Value: Message>(_ topic: Topic<Value>, _ message: Value, at timestamp: Int64) {
        self.topic = topic.name
        self.timestamp = timestamp
        self.message = message
    }

    static func == (left: ModelOutput, right: ModelOutput) -> Bool {
        left.topic == right.topic && left.timestamp == right.timestamp && isEqual(left.message, right.message)
    }

    private static func isEqual<Value: Message>(_ left: Value, _ right: any Message) -> Bool {
        left == (right as? Value)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(topic)
        hasher.combine(timestamp)
        hasher.combine(message)
    }
}

/// What one decision publishes, and the timers it sets.
struct ModelEffects {
    /// The time of the decision; outputs carry it where nothing else is said.
    var at: Int64
    var outputs: [ModelOutput] = []
    var timers: [(table: UInt8, key: String, due: Int64?)] = []

    init(at: Int64) { self.at = at }

    mutating func publish<Value: Message>(_ message: Value, to topic: Topic<Value>, at time: Int64? = nil) {
        outputs.append(ModelOutput(topic, message, at: time ?? at))
    }

    /// Replaces the one timer of a state entry; nil removes it.
    mutating func setTimer(_ table: UInt8, _ key: String, _ due: Int64?) {
        timers.append((table, key, due))
    }
}
