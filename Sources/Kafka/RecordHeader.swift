/// One header of a record, copied out of it.
public struct RecordHeader: Hashable, Sendable {
    /// The header's name; names may repeat in one record.
    public var name: String
    /// The header's bytes; nil is Kafka's null, which is not the same as empty.
    public var value: [UInt8]?

    /// Makes a header of bytes.
    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// Makes a header of text in UTF-8.
    public init(name: String, text: String) {
        self.name = name
        value = Array(text.utf8)
    }

    /// The value as text; nil if it is null or not UTF-8.
    public var text: String? { value.flatMap { String(validating: $0, as: UTF8.self) } }
}
