import KafkaProtocol

/// Judges what a client wants to append, before producers' sequences come into it.
///
/// The order of the checks is Kafka's, so that a batch with several faults gets the same error.
struct ProduceCheck {
    struct Refusal: Error, Equatable {
        var error: ErrorCode
        var message: String?
        /// Which records are at fault, by their place in the batch.
        var records: [RecordFault] = []
        /// Whether the answer tells where the log begins; it does once the log itself has refused.
        var isFromLog = true
    }

    struct RecordFault: Equatable {
        var index: Int
        var message: String
    }

    var settings: TopicSettings
    var now: Int64
    var version: Int16

    /// The one batch of a partition, ready but for its offset.
    func batch(_ records: RecordSet?) throws(Refusal) -> (bytes: [UInt8], header: BatchHeader) {
        var bytes = try single(records?.bytes ?? [])
        // A batch of an older format may be shorter than a header of this one.
        guard var header = try? BatchHeader(bytes), header.magic == 2 else {
            throw Refusal(error: .invalidRecord, isFromLog: false)
        }
        // Clients before this version can not read it.
        if header.compression == .zstd, version < 7 {
            throw Refusal(error: .unsupportedCompressionType, isFromLog: false)
        }
        guard header.baseOffset == 0 else { throw Refusal(error: .invalidRecord) }
        guard Int64(bytes.count) <= settings.maxMessageBytes else {
            throw Refusal(error: .messageTooLarge, isFromLog: false)
        }
        guard header.checksum == BatchHeader.checksum(of: bytes) else {
            throw Refusal(error: .corruptMessage, isFromLog: false)
        }
        try check(header)
        try checkRecords(&bytes, &header)
        guard Int64(bytes.count) <= settings.segmentBytes else {
            throw Refusal(error: .recordListTooLarge, isFromLog: false)
        }
        return (bytes, header)
    }

    /// Exactly one batch; a second one that is cut off is passed over, as Kafka does.
    private func single(_ bytes: [UInt8]) throws(Refusal) -> [UInt8] {
        guard let size = try batchSize(bytes, at: 0), try batchSize(bytes, at: size) == nil else {
            throw Refusal(error: .invalidRecord, isFromLog: false)
        }
        return size == bytes.count ? bytes : Array(bytes[..<size])
    }

    /// The size of the batch that begins there; nil if none does that is whole.
    private func batchSize(_ bytes: [UInt8], at start: Int) throws(Refusal) -> Int? {
        guard bytes.count - start >= Self.magicEnd else { return nil }
        var reader = ProtocolReader(bytes, from: start + 8)
        guard let length = try? reader.int32() else { return nil }
        let magic = bytes[start + Self.magicEnd - 1]
        guard length >= Self.oldestOverhead, magic <= 2 else { throw Refusal(error: .corruptMessage, isFromLog: false) }
        let size = Int(length) + BatchHeader.prefixByteCount
        guard bytes.count - start >= size else { return nil }
        guard magic < 2 || size >= BatchHeader.byteCount else {
            throw Refusal(error: .corruptMessage, isFromLog: false)
        }
        return size
    }

    /// Bytes up to and with the format's number.
    private static let magicEnd = 17
    /// What the oldest format takes beside its content.
    private static let oldestOverhead = 14

    private func check(_ header: BatchHeader) throws(Refusal) {
        guard header.recordCount > 0, header.lastOffsetDelta >= 0, header.lastOffsetDelta == header.recordCount - 1,
            !header.isControl, header.producerID < 0 || header.baseSequence >= 0
        else { throw Refusal(error: .invalidRecord) }
        guard header.compression != nil else { throw Refusal(error: .unsupportedCompressionType) }
    }

    // MARK: Records

    /// What the records of a batch say about its header.
    private struct Walk {
        var maxTimestamp: Int64 = -1
        var faults: [RecordFault] = []
        var hasInvalidTimestamp = false
    }

    private func checkRecords(_ bytes: inout [UInt8], _ header: inout BatchHeader) throws(Refusal) {
        var walk = Walk(maxTimestamp: header.maxTimestamp)
        if header.compression == BatchHeader.Compression.none {
            walk = try self.walk(bytes, header)
        } else if let fault = timestampFault(header.maxTimestamp, header) {
            walk.faults = [RecordFault(index: 0, message: fault)]
            walk.hasInvalidTimestamp = true
        }
        if !walk.faults.isEmpty {
            throw Refusal(
                error: walk.hasInvalidTimestamp ? .invalidTimestamp : .invalidRecord,
                message: walk.hasInvalidTimestamp
                    ? "A record's timestamp is out of the range that the topic takes"
                    : "\(walk.faults.count) records of the batch can not be taken",
                records: walk.faults)
        }
        stamp(&bytes, &header, walk.maxTimestamp)
    }

    private func walk(_ bytes: [UInt8], _ header: BatchHeader) throws(Refusal) -> Walk {
        var cursor = RecordCursor(bytes)
        var walk = Walk()
        do throws(RecordCursor.Malformed) {
            for index in 0..<header.recordCount {
                let record = try cursor.next()
                // Kafka does not look, and would then keep two records of one offset.
                guard record.offsetDelta == index else { throw RecordCursor.Malformed() }
                let timestamp = header.timestamp(of: record)
                walk.maxTimestamp = max(walk.maxTimestamp, timestamp)
                if settings.isCompacted, record.key == nil {
                    walk.faults.append(
                        RecordFault(index: Int(index), message: "A compacted topic takes no record without a key"))
                } else if let fault = timestampFault(timestamp, header) {
                    walk.faults.append(RecordFault(index: Int(index), message: fault))
                    walk.hasInvalidTimestamp = true
                }
            }
        } catch {
            throw Refusal(error: .invalidRecord)
        }
        guard cursor.isAtEnd else { throw Refusal(error: .invalidRecord) }
        return walk
    }

    private func timestampFault(_ timestamp: Int64, _ header: BatchHeader) -> String? {
        if settings.usesLogAppendTime || timestamp == -1 {
            return header.usesLogAppendTime ? "Only the broker says that a time is the append's" : nil
        }
        let (age, overflow) = now.subtractingReportingOverflow(timestamp)
        if !overflow, age <= settings.timestampBeforeMaxMs, -age <= settings.timestampAfterMaxMs { return nil }
        return "Timestamp \(timestamp) is too far from the broker's \(now)"
    }

    private func stamp(_ bytes: inout [UInt8], _ header: inout BatchHeader, _ maxTimestamp: Int64) {
        if settings.usesLogAppendTime {
            RecordBatchCodec.stamp(now, &bytes)
            header.maxTimestamp = now
        } else if header.maxTimestamp != maxTimestamp || header.usesLogAppendTime {
            header.maxTimestamp = maxTimestamp
            header.attributes &= ~0x08
            bytes = header.replacing(bytes)
        }
    }
}

extension BatchHeader {
    /// A record's time in milliseconds.
    func timestamp(of record: RecordCursor.Record) -> Int64 {
        usesLogAppendTime ? maxTimestamp : baseTimestamp &+ record.timestampDelta
    }

    /// The batch with this header before its records, checksum made anew.
    func replacing(_ batch: [UInt8]) -> [UInt8] {
        func write(_ header: BatchHeader) -> [UInt8] {
            var writer = ProtocolWriter(reserving: batch.count)
            header.write(to: &writer)
            writer.raw(Array(batch[min(BatchHeader.byteCount, batch.count)...]))
            return writer.bytes
        }
        var header = self
        header.checksum = BatchHeader.checksum(of: write(header))
        return write(header)
    }
}
