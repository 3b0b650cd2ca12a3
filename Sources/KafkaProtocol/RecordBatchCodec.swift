/// Makes and opens record batches of format 2.
public enum RecordBatchCodec {
    /// Why a batch is no batch.
    public enum Fault: Error, Equatable, Sendable {
        case malformed(ProtocolError)
        /// The format of records is not 2.
        case unsupportedMagic(Int8)
        case checksum
        case unsupportedCompression(Int16)
        /// The records of a compressed batch can not be read one by one here.
        case compressed
    }

    /// Cuts bytes into whole batches; what follows the last whole one is an error.
    public static func split(_ bytes: [UInt8]) throws(Fault) -> [[UInt8]] {
        var batches: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let header = try header(bytes, at: start)
            let end = start + BatchHeader.prefixByteCount + Int(header.batchLength)
            guard end <= bytes.count else { throw .malformed(.truncated) }
            batches.append(start == 0 && end == bytes.count ? bytes : Array(bytes[start..<end]))
            start = end
        }
        return batches
    }

    /// Reads a header and checks what can be checked without the rest.
    public static func header(_ bytes: [UInt8], at start: Int = 0) throws(Fault) -> BatchHeader {
        let header: BatchHeader
        do throws(ProtocolError) {
            header = try BatchHeader(bytes, at: start)
        } catch {
            throw .malformed(error)
        }
        guard header.magic == 2 else { throw .unsupportedMagic(header.magic) }
        guard Int(header.batchLength) >= BatchHeader.byteCount - BatchHeader.prefixByteCount else {
            throw .malformed(.invalidLength(Int(header.batchLength)))
        }
        return header
    }

    /// Checks one whole batch: length, checksum, counts.
    public static func validate(_ batch: [UInt8]) throws(Fault) -> BatchHeader {
        let header = try header(batch)
        guard Int(header.batchLength) + BatchHeader.prefixByteCount == batch.count else { throw .malformed(.truncated) }
        guard header.checksum == BatchHeader.checksum(of: batch) else { throw .checksum }
        guard header.compression != nil else { throw .unsupportedCompression(header.attributes & 0x7) }
        guard header.recordCount >= 0, header.lastOffsetDelta >= 0 else {
            throw .malformed(.invalidLength(Int(header.recordCount)))
        }
        return header
    }

    /// The records of an uncompressed batch.
    public static func records(_ batch: [UInt8]) throws(Fault) -> [BatchRecord] {
        let header = try header(batch)
        guard header.compression == BatchHeader.Compression.none else { throw .compressed }
        var reader = ProtocolReader(batch, from: BatchHeader.byteCount)
        do throws(ProtocolError) {
            guard Int(header.recordCount) <= reader.remaining else { throw ProtocolError.truncated }
            var records: [BatchRecord] = []
            for _ in 0..<max(0, header.recordCount) { records.append(try BatchRecord(from: &reader)) }
            try reader.expectEnd()
            return records
        } catch {
            throw .malformed(error)
        }
    }

    /// Makes a batch; length, count and checksum are filled in, `lastOffsetDelta` only where it is smaller than needed.
    public static func batch(_ header: BatchHeader, _ records: [BatchRecord]) -> [UInt8] {
        var body = ProtocolWriter()
        for record in records { record.write(to: &body) }
        var header = header
        header.recordCount = Int32(truncatingIfNeeded: records.count)
        header.lastOffsetDelta = max(header.lastOffsetDelta, records.last?.offsetDelta ?? 0)
        header.batchLength = Int32(
            truncatingIfNeeded: BatchHeader.byteCount - BatchHeader.prefixByteCount + body.bytes.count)
        var writer = ProtocolWriter(reserving: BatchHeader.byteCount + body.bytes.count)
        header.write(to: &writer)
        writer.raw(body.bytes)
        var bytes = writer.bytes
        put(BatchHeader.checksum(of: bytes), at: 17, in: &bytes)
        return bytes
    }

    /// Puts the offset and leader epoch that the broker assigns into a batch; the checksum does not cover them.
    public static func assign(baseOffset: Int64, leaderEpoch: Int32, to batch: inout [UInt8]) {
        guard batch.count >= BatchHeader.byteCount else { return }
        put(UInt64(bitPattern: baseOffset), at: 0, in: &batch)
        put(UInt32(bitPattern: leaderEpoch), at: 12, in: &batch)
    }

    /// Marks the batch as stamped by the broker at `time` (ms); the checksum is made anew.
    public static func stamp(_ time: Int64, _ batch: inout [UInt8]) {
        guard batch.count >= BatchHeader.byteCount else { return }
        batch[22] |= 0x08
        put(UInt64(bitPattern: time), at: 35, in: &batch)
        put(BatchHeader.checksum(of: batch), at: 17, in: &batch)
    }

    private static func put<Value: FixedWidthInteger>(_ value: Value, at start: Int, in bytes: inout [UInt8]) {
        let count = Value.bitWidth / 8
        for index in 0..<count {
            bytes[start + index] = UInt8(truncatingIfNeeded: value >> Value(8 * (count - 1 - index)))
        }
    }
}
