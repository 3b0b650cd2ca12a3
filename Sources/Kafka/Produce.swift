import CRdKafka

/// Hands one record to librdkafka, which copies it.
enum Produce {
    /// One record's parts; nil is null.
    struct Record: ~Escapable {
        let key: RawSpan?
        let value: RawSpan?
        let timestampMilliseconds: Int64

        @_lifetime(copy key, copy value)
        init(key: RawSpan?, value: RawSpan?, timestampMilliseconds: Int64) {
            self.key = key
            self.value = value
            self.timestampMilliseconds = timestampMilliseconds
        }
    }

    /// Enqueues the record; nil is success, else librdkafka's error, for the caller to consume.
    static func enqueue(
        _ instance: OpaquePointer, _ topic: ProducerTopics.Topic, partition: Int32, _ record: borrowing Record,
        headers: borrowing RecordHeaders
    ) -> OpaquePointer? {
        // librdkafka owns the list once it has taken the record; before that it is ours to destroy. Given as a whole
        // and with a checked partition, it cannot meet the double free of 2.0.2 (kafka.md 3.2, #4628).
        let list = unsafe headers.isEmpty ? nil : native(headers)
        let error = unsafe withBytes(record.key) { key in
            unsafe withBytes(record.value) { value in
                unsafe enqueue(instance, topic, partition, key, value, record.timestampMilliseconds, list)
            }
        }
        if unsafe error != nil, let list = unsafe list { unsafe rd_kafka_headers_destroy(list) }
        return unsafe error
    }

    private static func enqueue(
        _ instance: OpaquePointer, _ topic: ProducerTopics.Topic, _ partition: Int32, _ key: UnsafeRawBufferPointer?,
        _ value: UnsafeRawBufferPointer?, _ timestampMilliseconds: Int64, _ headers: OpaquePointer?
    ) -> OpaquePointer? {
        unsafe withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 8) { slots in
            var count = 0
            func put(_ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_t) -> Void) {
                var slot = unsafe rd_kafka_vu_t()
                unsafe slot.vtype = type
                unsafe fill(&slot)
                unsafe slots.initializeElement(at: count, to: slot)
                count += 1
            }
            unsafe put(RD_KAFKA_VTYPE_RKT) { unsafe $0.u.rkt = topic.pointer }
            unsafe put(RD_KAFKA_VTYPE_PARTITION) { unsafe $0.u.i32 = partition }
            unsafe put(RD_KAFKA_VTYPE_MSGFLAGS) { unsafe $0.u.i = RD_KAFKA_MSG_F_COPY }
            unsafe put(RD_KAFKA_VTYPE_TIMESTAMP) { unsafe $0.u.i64 = timestampMilliseconds }
            if let key = unsafe key {
                unsafe put(RD_KAFKA_VTYPE_KEY) { unsafe $0.u.mem = .init(ptr: pointer(key), size: key.count) }
            }
            if let value = unsafe value {
                unsafe put(RD_KAFKA_VTYPE_VALUE) { unsafe $0.u.mem = .init(ptr: pointer(value), size: value.count) }
            }
            if topic.tracked != 0 {
                unsafe put(RD_KAFKA_VTYPE_OPAQUE) {
                    unsafe $0.u.ptr = UnsafeMutableRawPointer(bitPattern: topic.tracked)
                }
            }
            if let headers = unsafe headers {
                unsafe put(RD_KAFKA_VTYPE_HEADERS) { unsafe $0.u.headers = headers }
            }
            return unsafe rd_kafka_produceva(instance, slots.baseAddress, count)
        }
    }

    private static func native(_ headers: borrowing RecordHeaders) -> OpaquePointer? {
        let list = unsafe rd_kafka_headers_new(headers.count)
        unsafe headers.withEach { name, value in
            // Fails only on a read-only list, which this is not.
            _ = unsafe rd_kafka_header_add(
                list, pointer(name).assumingMemoryBound(to: CChar.self), name.count,
                value.map { unsafe UnsafeRawPointer(pointer($0)) }, value?.count ?? 0)
        }
        return unsafe list
    }

    /// librdkafka takes NULL for null, so empty bytes need an address of their own. It copies and never writes.
    private static func pointer(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawPointer {
        unsafe bytes.baseAddress.map { unsafe UnsafeMutableRawPointer(mutating: $0) } ?? emptyAddress
    }

    // Safe: never read or written through, only compared with NULL.
    nonisolated(unsafe) private static let emptyAddress = UnsafeMutableRawPointer.allocate(
        byteCount: 1, alignment: 1)

    private static func withBytes<Result>(
        _ span: RawSpan?, _ body: (UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        guard let span else { return body(nil) }
        return unsafe span.withUnsafeBytes { unsafe body($0) }
    }

    /// The most bytes a record of these parts takes alone in a batch: Kafka's message format 2 with every length at
    /// its longest.
    static func wireByteCount(key: Int?, value: Int?, headers: Int, headerBytes: Int) -> Int {
        let batchHeader = 61
        let recordFields = 5 + 1 + 10 + 5
        return batchHeader + recordFields + 5 + (key ?? 0) + 5 + (value ?? 0) + 5 + headers * 10 + headerBytes
    }
}
