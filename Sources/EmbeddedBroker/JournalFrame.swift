import BrokerCore
import Checksums
import KafkaProtocol

/// One frame of the journal: the changes of a round, all or none of them.
///
/// | bytes | what |
/// | --- | --- |
/// | 4 | "GBfr" |
/// | 4 | check: CRC-32C of what follows the length, mixed with the length and the file's salt |
/// | 4 | length of what follows |
/// | 8 | the frame's number in its generation, without gaps |
/// | 1 | the version of the changes' encoding |
/// | … | the changes |
///
/// The salt is drawn for each file. Without it a record's value could be made to look like a frame, and a torn end that
/// holds it like good data behind bad.
enum JournalFrame {
    static let magic: UInt32 = 0x4742_6672
    static let headerBytes = 12
    /// Number and version.
    static let prefixBytes = 9

    /// A frame found in a file.
    struct Found {
        var number: UInt64
        var version: UInt8
        /// Where its changes stand.
        var changes: Range<Int>
        var end: Int { changes.upperBound }
    }

    /// A writer with room for the header and the prefix written.
    static func begin(number: UInt64, reserving capacity: Int) -> ProtocolWriter {
        var writer = ProtocolWriter(reserving: capacity)
        writer.uint32(magic)
        writer.int64(0)
        writer.int64(Int64(bitPattern: number))
        writer.int8(Int8(bitPattern: ChangeCodec.version))
        return writer
    }

    /// The whole frame's bytes, header filled in.
    static func end(_ writer: consuming ProtocolWriter, salt: UInt32) -> [UInt8] {
        var bytes = taken(writer)
        let length = UInt32(truncatingIfNeeded: bytes.count - headerBytes)
        put(check(bytes[headerBytes...], length: length, salt: salt), at: 4, in: &bytes)
        put(length, at: 8, in: &bytes)
        return bytes
    }

    /// The writer ends here, so that the bytes have one owner and are not copied when they are changed.
    private static func taken(_ writer: consuming ProtocolWriter) -> [UInt8] { writer.bytes }

    private static func check(_ content: ArraySlice<UInt8>, length: UInt32, salt: UInt32) -> UInt32 {
        checksum(content) ^ salt ^ (length &* 0x9e37_79b1)
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 { unsafe CRC32C.checksum(bytes.span.bytes) }

    /// The frame that begins at a place of a file's bytes; nil where none does, or not a whole and sound one.
    static func find(in bytes: [UInt8], at start: Int, salt: UInt32) -> Found? {
        guard start + headerBytes + prefixBytes <= bytes.count, uint32(bytes, start) == magic else { return nil }
        let length = uint32(bytes, start + 8)
        let from = start + headerBytes
        guard Int(length) >= prefixBytes, Int(length) <= bytes.count - from else { return nil }
        let end = from + Int(length)
        guard check(bytes[from..<end], length: length, salt: salt) == uint32(bytes, start + 4) else { return nil }
        let number = UInt64(uint32(bytes, from)) << 32 | UInt64(uint32(bytes, from + 4))
        return Found(number: number, version: bytes[from + 8], changes: from + prefixBytes..<end)
    }

    /// Whether a sound frame begins anywhere from a place on.
    static func exists(in bytes: [UInt8], from start: Int, salt: UInt32) -> Bool {
        let first = UInt8(truncatingIfNeeded: magic >> 24)
        var place = start
        while let next = bytes[min(place, bytes.count)...].firstIndex(of: first) {
            if find(in: bytes, at: next, salt: salt) != nil { return true }
            place = next + 1
        }
        return false
    }

    /// Hands the changes of a frame on, in order.
    static func changes(
        of frame: Found, in bytes: [UInt8], _ body: (Change) -> Void
    ) throws(ChangeCodec.Fault) {
        var reader = ProtocolReader(bytes, from: frame.changes.lowerBound)
        while reader.position < frame.changes.upperBound { body(try ChangeCodec.read(from: &reader)) }
        guard reader.position == frame.changes.upperBound else { throw .malformed(.truncated) }
    }

    static func uint32(_ bytes: [UInt8], _ start: Int) -> UInt32 {
        (start..<start + 4).reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
    }

    static func put(_ value: UInt32, at start: Int, in bytes: inout [UInt8]) {
        for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index)) }
    }
}
