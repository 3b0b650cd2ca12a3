import ProtobufCodec
import Schemas

/// One input record as the model sees it.
struct ModelRecord {
    var topic: String
    /// Kafka's timestamp, milliseconds.
    var timestamp: Int64
    var value: [UInt8]?
    /// The header `ce_type`, where there is one.
    var type: String?
    var isJSON = false

    init(topic: String, timestamp: Int64, value: [UInt8]?, type: String? = nil) {
        self.topic = topic
        self.timestamp = timestamp
        self.value = value
        self.type = type
    }

    /// A record made of a message, for tests without a broker.
    init<Value: Message>(_ topic: Topic<Value>, at timestamp: Int64, _ value: Value) {
        self.init(topic: topic.name, timestamp: timestamp, value: try? value.serializedBytes())
    }

    func isFrom<Value: Message>(_ topic: Topic<Value>) -> Bool { self.topic == topic.name }

    /// Rules.md, "Refused at the door": absent, another message, undecodable.
    func decode<Value: Message>(_ topic: Topic<Value>) throws(Rejection) -> Value {
        guard let value else { throw Rejection(.validation, "absent") }
        if let type, type != Value.protoMessageName { throw Rejection(.schema, "another message") }
        do {
            if isJSON { return try Value(jsonUTF8Bytes: value) }
            return try Value(serializedBytes: value)
        } catch {
            throw Rejection(.decode, "undecodable")
        }
    }
}
