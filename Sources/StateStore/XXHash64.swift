/// The 64-bit xxHash (xxHash fast digest algorithm, specification 0.1.1): fast, stable over machines, not
/// cryptographic.
enum XXHash64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The hash of all the bytes.
    static func hash(_ bytes: RawSpan, seed: UInt64) -> UInt64 {
        var offset = 0
        var hash = bytes.byteCount >= 32 ? stripes(bytes, seed: seed, offset: &offset) : seed &+ prime5
        hash &+= UInt64(bytes.byteCount)
        while offset + 8 <= bytes.byteCount {
            hash ^= round(0, bytes.littleEndian(UInt64.self, at: offset))
            hash = rotate(hash, 27) &* prime1 &+ prime4
            offset += 8
        }
        if offset + 4 <= bytes.byteCount {
            hash ^= UInt64(bytes.littleEndian(UInt32.self, at: offset)) &* prime1
            hash = rotate(hash, 23) &* prime2 &+ prime3
            offset += 4
        }
        while offset < bytes.byteCount {
            hash ^= UInt64(bytes.littleEndian(UInt8.self, at: offset)) &* prime5
            hash = rotate(hash, 11) &* prime1
            offset += 1
        }
        return avalanche(hash)
    }

    private static func stripes(_ bytes: RawSpan, seed: UInt64, offset: inout Int) -> UInt64 {
        var lane1 = seed &+ prime1 &+ prime2
        var lane2 = seed &+ prime2
        var lane3 = seed
        var lane4 = seed &- prime1
        while offset + 32 <= bytes.byteCount {
            lane1 = round(lane1, bytes.littleEndian(UInt64.self, at: offset))
            lane2 = round(lane2, bytes.littleEndian(UInt64.self, at: offset + 8))
            lane3 = round(lane3, bytes.littleEndian(UInt64.self, at: offset + 16))
            lane4 = round(lane4, bytes.littleEndian(UInt64.self, at: offset + 24))
            offset += 32
        }
        var hash = rotate(lane1, 1) &+ rotate(lane2, 7) &+ rotate(lane3, 12) &+ rotate(lane4, 18)
        hash = merge(hash, lane1)
        hash = merge(hash, lane2)
        hash = merge(hash, lane3)
        return merge(hash, lane4)
    }

    private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        word &<< bits | word &>> (64 &- bits)
    }

    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotate(lane &+ word &* prime2, 31) &* prime1
    }

    private static func merge(_ hash: UInt64, _ lane: UInt64) -> UInt64 {
        (hash ^ round(0, lane)) &* prime1 &+ prime4
    }

    private static func avalanche(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }
}
