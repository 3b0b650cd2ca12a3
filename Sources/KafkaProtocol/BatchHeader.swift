import Checksums

/// The fixed part of a record batch of format 2, as it stands before the records (61 bytes).
public struct BatchHeader: Equatable, Sendable {
    public static let byteCount = 61
    /// What `batchLength` does not count: base offset and the length itself.
    public static let prefixByteCount = 12
    static let checksummedFrom = 21

    public var baseOffset: Int64 = 0
    /// Bytes of the batch behind this field.
    public var batchLength: Int32 = 0
    public var partitionLeaderEpoch: Int32 = -1
    public var magic: Int8 = 2
    public var checksum: UInt32 = 0
    public var attributes: Int16 = 0
    public var lastOffsetDelta: Int32 = 0
    public var baseTimestamp: Int64 = -1
    public var maxTimestamp: Int64 = -1
    public var producerID: Int64 = -1
    public var producerEpoch: Int16 = -1
    public var baseSequence: Int32 = -1
    public var recordCount: Int32 = 0

    public init() {}

    /// Reads the header at an index of `bytes`; throws `truncated` where fewer than 61 bytes follow.
    public init(_ bytes: [UInt8], at start: Int = 0) throws(ProtocolError) {
        var reader = ProtocolReader(bytes, from: start)
        baseOffset = try reader.int64()
        batchLength = try reader.int32()
        partitionLeaderEpoch = try reader.int32()
        magic = try reader.int8()
        checksum = try reader.uint32()
        attributes = try reader.int16()
        lastOffsetDelta = try reader.int32()
        baseTimestamp = try reader.int64()
        maxTimestamp = try reader.int64()
        producerID = try reader.int64()
        producerEpoch = try reader.int16()
        baseSequence = try reader.int32()
        recordCount = try reader.int32()
    }

    public func write(to writer: inout ProtocolWriter) {
        writer.int64(baseOffset)
        writer.int32(batchLength)
        writer.int32(partitionLeaderEpoch)
        writer.int8(magic)
        writer.uint32(checksum)
        writer.int16(attributes)
        writer.int32(lastOffsetDelta)
        writer.int64(baseTimestamp)
        writer.int64(maxTimestamp)
        writer.int64(producerID)
        writer.int16(producerEpoch)
        writer.int32(baseSequence)
        writer.int32(recordCount)
    }

    public var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }
    /// The sequence of the last record; it goes round from the largest to 0, and is -1 where the batch has none.
    public var lastSequence: Int32 {
        guard baseSequence >= 0 else { return -1 }
        return Int32(truncatingIfNeeded: (Int64(baseSequence) + Int64(lastOffsetDelta)) & 0x7fff_ffff)
    }
    public var compression: Compression? { Compression(rawValue: attributes & 0x7) }
    /// The broker's time stands in `maxTimestamp`, for all records.
    public var usesLogAppendTime: Bool { attributes & 0x08 != 0 }
    public var isTransactional: Bool { attributes & 0x10 != 0 }
    public var isControl: Bool { attributes & 0x20 != 0 }
    public var hasDeleteHorizon: Bool { attributes & 0x40 != 0 }

    /// How the records are compressed.
    public enum Compression: Int16, Sendable, CaseIterable {
        case none, gzip, snappy, lz4, zstd
    }

    /// The check that a whole batch, header included, should carry.
    public static func checksum(of batch: [UInt8]) -> UInt32 {
        unsafe CRC32C.checksum(batch.span.bytes, from: min(checksummedFrom, batch.count))
    }
}
