import Checksums

/// The bytes of the store's own two records, the same in RocksDB and in the changelog.
///
/// Both begin with two bytes of magic and a version, and end with a CRC32C of all before. Progress lists its topics
/// in the order of their UTF-8 bytes, so that equal progress has equal bytes.
///
/// | record | magic | body, with the bytes of each part |
/// | --- | --- | --- |
/// | progress | `47 50` | transaction number 8, stream time 8, schema version 4, digest 8, count of topics 2 |
/// | its topics | | length 2, name, offset 8 |
/// | incarnation | `47 49` | length 2, bytes |
enum ProgressCodec {
    static let version: UInt8 = 1
    private static let progressMagic: (UInt8, UInt8) = (0x47, 0x50)
    private static let incarnationMagic: (UInt8, UInt8) = (0x47, 0x49)

    static func encode(_ progress: Progress) -> [UInt8] {
        var bytes = [progressMagic.0, progressMagic.1, version]
        bytes.append(littleEndian: progress.transactionNumber)
        bytes.append(littleEndian: progress.streamTime)
        bytes.append(littleEndian: progress.schemaVersion)
        bytes.append(littleEndian: progress.digest)
        // A stage with 65,536 inputs, or a topic name of that length (Kafka allows 249), is a programmer's mistake.
        bytes.append(littleEndian: UInt16(progress.inputOffsets.count))
        let topics = progress.inputOffsets.map { (name: [UInt8]($0.key.utf8), offset: $0.value) }
        for topic in topics.sorted(by: { $0.name.orders(before: $1.name) }) {
            bytes.append(littleEndian: UInt16(topic.name.count))
            bytes.append(contentsOf: topic.name)
            bytes.append(littleEndian: topic.offset)
        }
        return sealed(bytes)
    }

    static func encode(incarnation: [UInt8]) -> [UInt8] {
        var bytes = [incarnationMagic.0, incarnationMagic.1, version]
        bytes.append(littleEndian: UInt16(incarnation.count))
        bytes.append(contentsOf: incarnation)
        return sealed(bytes)
    }

    static func decodeProgress(_ bytes: [UInt8]) throws(StateCorruption) -> Progress {
        var reader = ByteReader(try body(of: bytes.rawSpan, magic: progressMagic))
        var progress = Progress(
            inputOffsets: [:], resumeOffset: Progress.unknownResumeOffset,
            transactionNumber: try reader.next(UInt64.self), streamTime: try reader.next(Int64.self),
            schemaVersion: try reader.next(UInt32.self), digest: try reader.next(UInt64.self))
        var previous: [UInt8]?
        for _ in 0..<(try reader.next(UInt16.self)) {
            let name = try reader.next(count: Int(try reader.next(UInt16.self)))
            if let previous, !previous.orders(before: name) { throw .notCanonical }
            guard let topic = String(validating: name, as: UTF8.self) else { throw .notCanonical }
            // Two byte strings may be one String by Unicode's canonical equivalence; encode would not have written
            // both.
            guard progress.inputOffsets.updateValue(try reader.next(Int64.self), forKey: topic) == nil else {
                throw .notCanonical
            }
            previous = name
        }
        try reader.finish()
        return progress
    }

    static func decodeIncarnation(_ bytes: [UInt8]) throws(StateCorruption) -> [UInt8] {
        var reader = ByteReader(try body(of: bytes.rawSpan, magic: incarnationMagic))
        let incarnation = try reader.next(count: Int(try reader.next(UInt16.self)))
        try reader.finish()
        return incarnation
    }

    private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes.append(littleEndian: CRC32C.checksum(bytes.rawSpan))
        return bytes
    }

    @_lifetime(copy bytes)
    private static func body(of bytes: RawSpan, magic: (UInt8, UInt8)) throws(StateCorruption) -> RawSpan {
        guard bytes.byteCount >= 3 + 4 else { throw .truncated }
        guard bytes.littleEndian(UInt8.self, at: 0) == magic.0, bytes.littleEndian(UInt8.self, at: 1) == magic.1 else {
            throw .magic
        }
        let found = bytes.littleEndian(UInt8.self, at: 2)
        guard found == version else { throw .version(found) }
        let end = bytes.byteCount - 4
        guard CRC32C.checksum(bytes.extracting(0..<end)) == bytes.littleEndian(UInt32.self, at: end) else {
            throw .checksum
        }
        return bytes.extracting(3..<end)
    }
}
