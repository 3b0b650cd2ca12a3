public import ProtobufCodec
public import Schemas

/// One record as a stage sees it: borrowed, never copied.
public struct InputRecord: ~Escapable {
    public let topic: String
    public let partition: Int32
    public let offset: Int64
    /// Kafka's timestamp, milliseconds since the epoch.
    public let timestamp: Int64
    public let key: RawSpan?
    /// Nil is a tombstone.
    public let value: RawSpan?
    private let type: RawSpan?
    private let contentType: RawSpan?

    @_lifetime(copy key, copy value, copy type, copy contentType)
    init(
        topic: String, partition: Int32, offset: Int64, timestamp: Int64, key: RawSpan?, value: RawSpan?,
        type: RawSpan?, contentType: RawSpan?
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.type = type
        self.contentType = contentType
    }

    public func isFrom<Value: Message>(_ topic: Topic<Value>) -> Bool { self.topic == topic.name }

    /// Decodes the value: Protobuf, or canonical JSON with `content-type: application/json`.
    ///
    /// - Throws: a `Rejection`: `validation` for a tombstone, `schema` for another message's `ce_type`, `decode` for bytes
    ///   that are neither.
    public func decode<Value: Message>(_ topic: Topic<Value>) throws(Rejection) -> Value {
        guard isFrom(topic) else { throw Rejection(.bug, "a record of \(self.topic) decoded as one of \(topic.name)") }
        guard let value else { throw Rejection(.validation, "a tombstone on an event topic") }
        if let type, !type.equals(Value.protoMessageName) {
            throw Rejection(.schema, "ce_type is not \(Value.protoMessageName)")
        }
        do {
            if let contentType, contentType.hasPrefix("application/json") {
                return try Value(jsonUTF8Bytes: value.copiedBytes())
            }
            return try Value(serializedBytes: value)
        } catch {
            throw Rejection(.decode, "\(Value.protoMessageName): \(error)")
        }
    }
}

extension RawSpan {
    /// A copy of the bytes.
    func copiedBytes() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }

    func equals(_ text: String) -> Bool {
        byteCount == text.utf8.count && hasPrefix(text)
    }

    func hasPrefix(_ text: String) -> Bool {
        guard byteCount >= text.utf8.count else { return false }
        var index = 0
        for byte in text.utf8 {
            guard unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) == byte else { return false }
            index += 1
        }
        return true
    }
}
