/// The Castagnoli cyclic redundancy check (RFC 3720, appendix B.4), by table, eight bytes at a step.
///
/// The processor's own instruction is out of reach without a C target: about a gigabyte a second.
public enum CRC32C {
    /// Eight tables of 256: the n-th carries a byte's effect past n further bytes. Reflected polynomial 0x82F63B78.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 {
                remainder = remainder & 1 == 0 ? remainder >> 1 : (remainder >> 1) ^ 0x82F6_3B78
            }
            tables[byte] = remainder
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = (before >> 8) ^ tables[Int(before & 0xFF)]
        }
        return tables
    }()

    /// The check of the bytes from `start` on.
    public static func checksum(_ bytes: RawSpan, from start: Int = 0) -> UInt32 {
        let tables = tables.span
        var crc: UInt32 = 0xFFFF_FFFF
        var offset = start
        while offset + 8 <= bytes.byteCount {
            let word = word(bytes, offset) ^ UInt64(crc)
            crc =
                tables[1792 + Int(word & 0xFF)]
                ^ tables[1536 + Int(word >> 8 & 0xFF)]
                ^ tables[1280 + Int(word >> 16 & 0xFF)]
                ^ tables[1024 + Int(word >> 24 & 0xFF)]
                ^ tables[768 + Int(word >> 32 & 0xFF)]
                ^ tables[512 + Int(word >> 40 & 0xFF)]
                ^ tables[256 + Int(word >> 48 & 0xFF)]
                ^ tables[Int(word >> 56)]
            offset += 8
        }
        while offset < bytes.byteCount {
            crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(byte(bytes, offset))) & 0xFF)]
            offset += 1
        }
        return ~crc
    }

    private static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static func byte(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
