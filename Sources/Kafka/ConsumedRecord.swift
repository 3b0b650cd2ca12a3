import CRdKafka

/// A record inside its batch: nothing is copied, and it cannot outlive the borrow of the batch.
///
/// Using one after the batch's `removeAll` is a programmer error and traps; a span taken out of it before must not be
/// used after `removeAll` either.
@safe public struct ConsumedRecord: ~Escapable {
    // Safe: the lifetime below keeps the batch alive for as long as the record exists.
    private unowned(unsafe) let batch: RecordBatch
    private let entry: RecordBatch.Entry
    private let generation: UInt

    @_lifetime(borrow batch)
    init(batch: borrowing RecordBatch, index: Int) {
        entry = batch.entries[index]
        generation = batch.generation
        unsafe self.batch = copy batch
    }

    private var message: UnsafeMutablePointer<rd_kafka_message_t> {
        unsafe precondition(generation == batch.generation, "the batch was emptied while a record of it was in use")
        return unsafe entry.message
    }

    /// The partition number.
    public var partition: Int32 { unsafe message.pointee.partition }
    /// The topic as a small number, the same for every record of one consumer; see `RecordBatch.topicName`.
    public var topicIndex: Int32 { entry.topicIndex }
    /// The topic's name; no allocation.
    public var topic: String { unsafe batch.topicName(entry.topicIndex) }
    /// Topic and partition; no allocation.
    public var topicPartition: TopicPartition { TopicPartition(topic: topic, partition: partition) }
    /// The offset in the partition.
    public var offset: Int64 { unsafe message.pointee.offset }
    /// The timestamp, in milliseconds since 1970; -1 if there is none.
    public var timestampMilliseconds: Int64 { unsafe rd_kafka_message_timestamp(message, nil) }
    /// Who set the timestamp.
    public var timestampType: TimestampType {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        _ = unsafe rd_kafka_message_timestamp(message, &type)
        return TimestampType(type)
    }

    /// The bytes of key and value together.
    public var byteCount: Int { unsafe message.pointee.len + message.pointee.key_len }
    /// The bytes of the value; 0 for a tombstone.
    public var valueByteCount: Int { unsafe message.pointee.payload == nil ? 0 : message.pointee.len }
    /// The bytes of the key; 0 for a null key.
    public var keyByteCount: Int { unsafe message.pointee.key == nil ? 0 : message.pointee.key_len }
    /// True if the value is null.
    public var isTombstone: Bool { unsafe message.pointee.payload == nil }

    /// The key's bytes in place; nil is null.
    public var key: RawSpan? {
        @_lifetime(copy self)
        get {
            guard let start = unsafe message.pointee.key else { return nil }
            return unsafe span(start, message.pointee.key_len)
        }
    }

    /// The value's bytes in place; nil is a tombstone, for which librdkafka hands over a NULL payload.
    public var value: RawSpan? {
        @_lifetime(copy self)
        get {
            guard let start = unsafe message.pointee.payload else { return nil }
            return unsafe span(start, message.pointee.len)
        }
    }

    /// The bytes of the last header of this name, in place; nil if there is none or its value is null.
    @_lifetime(copy self)
    public func header(_ name: String) -> RawSpan? {
        guard let headers = unsafe headerList else { return nil }
        var start: UnsafeRawPointer?
        var count = 0
        guard
            unsafe rd_kafka_header_get_last(headers, name, &start, &count) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let start = unsafe start
        else { return nil }
        return unsafe span(start, count)
    }

    /// The bytes of the last header of this name, copied; nil if there is none or its value is null.
    public func headerBytes(_ name: String) -> [UInt8]? { [UInt8].copy(of: header(name)) }

    /// The last header of this name as text; nil if there is none, or it is null or not UTF-8.
    public func headerText(_ name: String) -> String? {
        headerBytes(name).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The number of headers.
    public var headerCount: Int { unsafe headerList.map { unsafe rd_kafka_header_cnt($0) } ?? 0 }

    /// Every header in order, copied.
    public func headers() -> [RecordHeader] {
        guard let headers = unsafe headerList else { return [] }
        return unsafe (0..<rd_kafka_header_cnt(headers)).compactMap { i in
            var name: UnsafePointer<CChar>?
            var start: UnsafeRawPointer?
            var count = 0
            guard
                unsafe rd_kafka_header_get_all(headers, i, &name, &start, &count) == RD_KAFKA_RESP_ERR_NO_ERROR,
                let name = unsafe name
            else { return nil }
            let value = unsafe start.map { unsafe [UInt8](UnsafeRawBufferPointer(start: $0, count: count)) }
            return unsafe RecordHeader(name: String(cString: name), value: value)
        }
    }

    /// A copy that may be kept.
    public func owned() -> OwnedRecord {
        OwnedRecord(
            topicPartition: topicPartition, offset: offset, timestampMilliseconds: timestampMilliseconds,
            timestampType: timestampType, key: [UInt8].copy(of: key), value: [UInt8].copy(of: value),
            headers: headers())
    }

    private var headerList: OpaquePointer? {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return unsafe list
    }

    @_lifetime(copy self)
    private func span(_ start: UnsafeRawPointer, _ count: Int) -> RawSpan {
        let span = unsafe RawSpan(_unsafeStart: start, byteCount: count)
        return unsafe _overrideLifetime(span, copying: self)
    }
}

extension [UInt8] {
    /// Copies the bytes of a span; nil stays nil.
    package static func copy(of span: RawSpan?) -> [UInt8]? {
        guard let span else { return nil }
        return unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
