import Checksums

/// The bytes of one entry, the same in RocksDB and in the changelog, the same for the same entry always.
///
/// | bytes | what |
/// | --- | --- |
/// | 2 | magic `47 53` |
/// | 1 | envelope version, 1 |
/// | 1 | flags: 1 a timer follows, 2 an event time follows; the others are reserved and refused |
/// | 4 | state schema version |
/// | 8 | timer, if flagged |
/// | 8 | event time, if flagged |
/// | any | the value |
/// | 4 | CRC32C of all before |
///
/// Integers are little-endian. A flipped bit anywhere is an error on reading, never another value.
public enum StateEnvelope {
    static let version: UInt8 = 1
    private static let magic: (UInt8, UInt8) = (0x47, 0x53)
    private static let timerFlag: UInt8 = 1
    private static let eventTimeFlag: UInt8 = 2
    private static let fixedCount = 8
    private static let checksumCount = 4

    /// What an envelope says about its value.
    struct Header {
        var timer: Int64?
        var eventTime: Int64?
        var schemaVersion: UInt32
        var value: Range<Int>
    }

    /// The envelope of an entry.
    public static func encode(_ entry: StateEntry) -> [UInt8] {
        let timerCount = entry.timer == nil ? 0 : 8
        let eventTimeCount = entry.eventTime == nil ? 0 : 8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fixedCount + timerCount + eventTimeCount + entry.value.count + checksumCount)
        let flags = (entry.timer == nil ? 0 : timerFlag) | (entry.eventTime == nil ? 0 : eventTimeFlag)
        bytes.append(littleEndian: UInt32(magic.0) | UInt32(magic.1) << 8 | UInt32(version) << 16 | UInt32(flags) << 24)
        bytes.append(littleEndian: entry.schemaVersion)
        if let timer = entry.timer { bytes.append(littleEndian: timer) }
        if let eventTime = entry.eventTime { bytes.append(littleEndian: eventTime) }
        bytes.append(contentsOf: entry.value)
        bytes.append(littleEndian: CRC32C.checksum(bytes.rawSpan))
        return bytes
    }

    /// The entry in an envelope; refuses everything that ``encode(_:)`` would not have written.
    public static func decode(_ bytes: [UInt8]) throws(StateCorruption) -> StateEntry {
        try decode(bytes.rawSpan)
    }

    static func decode(_ bytes: RawSpan) throws(StateCorruption) -> StateEntry {
        let header = try header(bytes)
        return StateEntry(
            value: bytes.copy(header.value), timer: header.timer, eventTime: header.eventTime,
            schemaVersion: header.schemaVersion)
    }

    /// Checks an envelope whole without copying its value.
    static func header(_ bytes: RawSpan) throws(StateCorruption) -> Header {
        guard bytes.byteCount >= fixedCount + checksumCount else { throw .truncated }
        guard bytes.littleEndian(UInt8.self, at: 0) == magic.0, bytes.littleEndian(UInt8.self, at: 1) == magic.1 else {
            throw .magic
        }
        let found = bytes.littleEndian(UInt8.self, at: 2)
        guard found == version else { throw .version(found) }
        let flags = bytes.littleEndian(UInt8.self, at: 3)
        guard flags & ~(timerFlag | eventTimeFlag) == 0 else { throw .reservedFlags(flags) }
        let end = bytes.byteCount - checksumCount
        let timerCount = flags & timerFlag == 0 ? 0 : 8
        let start = fixedCount + timerCount + (flags & eventTimeFlag == 0 ? 0 : 8)
        guard start <= end else { throw .truncated }
        guard CRC32C.checksum(bytes.extracting(0..<end)) == bytes.littleEndian(UInt32.self, at: end) else {
            throw .checksum
        }
        return Header(
            timer: flags & timerFlag == 0 ? nil : bytes.littleEndian(Int64.self, at: fixedCount),
            eventTime: flags & eventTimeFlag == 0
                ? nil : bytes.littleEndian(Int64.self, at: fixedCount + timerCount),
            schemaVersion: bytes.littleEndian(UInt32.self, at: 4),
            value: start..<end)
    }
}
