import Schemas

/// A chain over a transaction's outputs: equal digests mean equal records in equal order.
struct OutputDigest {
    private(set) var value: UInt64 = 14_695_981_039_346_656_037

    mutating func combine(_ record: OutputRecord) {
        combine(Array(record.topic.name.utf8))
        combine(word: UInt64(bitPattern: Int64(record.partition)))
        combine(word: UInt64(bitPattern: record.timestamp))
        combine(record.key)
        combine(record.value)
    }

    private mutating func combine(_ bytes: [UInt8]?) {
        guard let bytes else { return combine(word: .max) }
        combine(word: UInt64(bytes.count))
        // Eight bytes at a time: the chain runs over every byte that is published.
        var word: UInt64 = 0
        var filled = 0
        for byte in bytes {
            word = word << 8 | UInt64(byte)
            filled += 1
            if filled == 8 {
                combine(word: word)
                word = 0
                filled = 0
            }
        }
        if filled > 0 { combine(word: word) }
    }

    private mutating func combine(word: UInt64) {
        // Multiply-and-fold, so that high bits reach low ones.
        let (high, low) = (value ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        value = (high ^ low) &+ 0x2545_F491_4F6C_DD1D
    }
}
