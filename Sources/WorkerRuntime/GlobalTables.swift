import Kafka
import ProtobufCodec
package import Schemas

/// The compacted topics that every task reads whole: the last good record of each key, decoded once.
///
/// A bad record is refused by each reader: the last good version stays, with a metric and a log line.
package final class GlobalTables {
    /// More keys than this in one table are refused: a global table is for definitions, not for data.
    static let keysLimit = 10_000

    private let validate: (String, [UInt8]) throws -> Void
    private var entries: [String: [String: Entry]] = [:]
    private(set) var nextOffsets: [String: Int64] = [:]
    /// Told of each refused record: topic, key, why.
    package var onRefusal: ((String, String, String) -> Void)?

    private struct Entry {
        var bytes: [UInt8]
        var decoded: (any Message)?
    }

    package init(topics: [TopicDeclaration], validate: @escaping (String, [UInt8]) throws -> Void) {
        self.validate = validate
        for topic in topics {
            entries[topic.name] = [:]
            nextOffsets[topic.name] = 0
        }
    }

    /// Takes one record of the topic; a null value removes the key.
    package func apply(topic: String, key: [UInt8]?, value: [UInt8]?, offset: Int64) {
        nextOffsets[topic] = offset + 1
        let name = String(decoding: key ?? [], as: UTF8.self)
        guard let value else {
            entries[topic]?[name] = nil
            return
        }
        do {
            if entries[topic]?[name] == nil, entries[topic]?.count ?? 0 >= Self.keysLimit {
                throw Rejection(.validation, "more than \(Self.keysLimit) keys")
            }
            try validate(topic, value)
            entries[topic]?[name] = Entry(bytes: value)
        } catch {
            onRefusal?(topic, name, "\(error)")
        }
    }

    func value<Value: Message>(_ topic: Topic<Value>, _ key: String) throws -> Value? {
        guard let entry = entries[topic.name]?[key] else { return nil }
        if let decoded = entry.decoded as? Value { return decoded }
        guard let value = try? Value(serializedBytes: entry.bytes) else {
            onRefusal?(topic.name, key, "undecodable")
            entries[topic.name]?[key] = nil
            return nil
        }
        entries[topic.name]?[key]?.decoded = value
        return value
    }

    var offsets: [GlobalOffset] {
        nextOffsets.sorted { $0.key < $1.key }.map { topic, offset in
            .with {
                $0.topic = topic
                $0.nextOffset = offset
            }
        }
    }
}
