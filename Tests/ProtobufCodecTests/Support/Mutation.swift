/// Damages bytes at random.
enum Mutation {
    static func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.below(3) {
            if bytes.isEmpty { bytes = [UInt8(truncatingIfNeeded: random.next())] }
            let index = random.below(bytes.count)
            switch random.below(6) {
            case 0: bytes[index] ^= 1 << UInt8(random.below(8))
            case 1: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(random.pick([0, 1, 0x7F, 0x80, 0xFF]), at: index)
            case 4: bytes.removeSubrange(index...)
            default: bytes += bytes[index...].prefix(16)
            }
        }
        return bytes
    }
}
