import KafkaProtocol

/// Walks through the records of an uncompressed batch without taking them out of it.
struct RecordCursor {
    /// A record by where its parts stand in the batch.
    struct Record {
        var offsetDelta: Int32
        var timestampDelta: Int64
        /// Nil where the record has none; likewise the value.
        var key: Range<Int>?
        var value: Range<Int>?
        /// From the offset to the record's end: what stays when its time is counted from another base.
        var tail: Range<Int>
    }

    /// The bytes are no record.
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var position = BatchHeader.byteCount

    /// Begins behind the header of a batch.
    init(_ batch: [UInt8]) { bytes = batch }

    var isAtEnd: Bool { position >= bytes.count }

    mutating func next() throws(Malformed) -> Record {
        let length = try varint()
        guard length >= 1, length <= bytes.count - position else { throw Malformed() }
        let end = position + Int(length)
        position += 1
        let timestampDelta = try varint()
        guard position <= end else { throw Malformed() }
        let tail = position..<end
        let offsetDelta = try varint()
        let key = try field(end)
        let value = try field(end)
        try skipHeaders(end)
        guard position == end, let offset = Int32(exactly: offsetDelta) else { throw Malformed() }
        return Record(
            offsetDelta: offset, timestampDelta: timestampDelta, key: key, value: value, tail: tail)
    }

    private mutating func skipHeaders(_ end: Int) throws(Malformed) {
        let count = try varint()
        // Each header takes two bytes at the least.
        guard count >= 0, count <= (end - position) / 2 else { throw Malformed() }
        for _ in 0..<count {
            guard try field(end) != nil else { throw Malformed() }
            _ = try field(end)
        }
    }

    private mutating func field(_ end: Int) throws(Malformed) -> Range<Int>? {
        let length = try varint()
        if length == -1 { return nil }
        guard length >= 0, position <= end, length <= end - position else { throw Malformed() }
        defer { position += Int(length) }
        return position..<position + Int(length)
    }

    private mutating func varint() throws(Malformed) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 70 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            shift += 7
        }
        throw Malformed()
    }
}
