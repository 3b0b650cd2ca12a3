import KafkaProtocol

/// What stands at the start of each journal file.
///
/// | bytes | what |
/// | --- | --- |
/// | 4 | "GBj1" |
/// | 4 | generation |
/// | 4 | number of the file in its generation, from 1 |
/// | 8 | number of its first frame |
/// | 4 | salt |
/// | 4 | CRC-32C of the above |
struct JournalSegment: Equatable {
    static let magic: UInt32 = 0x4742_6a31
    static let headerBytes = 28

    var generation: UInt32
    var number: UInt32
    var firstFrame: UInt64
    var salt: UInt32

    var name: String { Self.name(generation, number) }

    static func name(_ generation: UInt32, _ number: UInt32) -> String { "journal-\(generation)-\(number)" }

    /// Generation and number of a file by its name; nil for another file.
    static func parse(name: String) -> (generation: UInt32, number: UInt32)? {
        let parts = name.split(separator: "-")
        guard parts.count == 3, parts[0] == "journal", let generation = UInt32(parts[1]),
            let number = UInt32(parts[2]), name == Self.name(generation, number)
        else { return nil }
        return (generation, number)
    }

    var header: [UInt8] {
        var writer = ProtocolWriter(reserving: Self.headerBytes)
        writer.uint32(Self.magic)
        writer.uint32(generation)
        writer.uint32(number)
        writer.int64(Int64(bitPattern: firstFrame))
        writer.uint32(salt)
        writer.uint32(JournalFrame.checksum(writer.bytes[...]))
        return writer.bytes
    }

    init(generation: UInt32, number: UInt32, firstFrame: UInt64, salt: UInt32) {
        self.generation = generation
        self.number = number
        self.firstFrame = firstFrame
        self.salt = salt
    }

    /// Reads a file's header; nil where it is no whole and sound one.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headerBytes else { return nil }
        let sum = JournalFrame.checksum(bytes[..<(Self.headerBytes - 4)])
        guard JournalFrame.uint32(bytes, 0) == Self.magic,
            JournalFrame.uint32(bytes, Self.headerBytes - 4) == sum
        else { return nil }
        generation = JournalFrame.uint32(bytes, 4)
        number = JournalFrame.uint32(bytes, 8)
        firstFrame = UInt64(JournalFrame.uint32(bytes, 12)) << 32 | UInt64(JournalFrame.uint32(bytes, 16))
        salt = JournalFrame.uint32(bytes, 20)
    }
}
