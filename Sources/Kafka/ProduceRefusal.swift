/// Says why a record was not handed to librdkafka; the transaction is as it was before.
public enum ProduceRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The record is larger than the topic accepts; its input belongs into the dead letter topic.
    case tooLarge(topic: String, byteCount: Int, limit: Int)

    /// Says the sizes and what can be done.
    public var description: String {
        switch self {
        case .tooLarge(let topic, let byteCount, let limit):
            "a record of \(byteCount) bytes is larger than \(topic) accepts (max.message.bytes = \(limit)): "
                + "make it smaller or raise the limit"
        }
    }
}
