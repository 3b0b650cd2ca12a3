/// Sorts things by the bytes of their keys, as RocksDB does.
enum KeyOrder {
    /// The indices in the order of their keys; of equal keys the smaller index comes first.
    static func indices(_ range: Range<Int>, key: (Int) -> [UInt8]) -> [Int] {
        var ranks = range.map { KeyRank(key($0), index: $0) }
        ranks.sort { left, right in
            if left.first != right.first { return left.first < right.first }
            if left.second != right.second { return left.second < right.second }
            let (leftKey, rightKey) = (key(left.index), key(right.index))
            return leftKey == rightKey ? left.index < right.index : leftKey.orders(before: rightKey)
        }
        return ranks.map(\.index)
    }
}

/// The first sixteen bytes of a key as two integers, so that most comparisons of a sort touch no other memory.
private struct KeyRank {
    let first: UInt64
    let second: UInt64
    let index: Int

    // Short keys are filled up with zeros: equal ranks decide nothing, and the bytes are compared.
    init(_ bytes: [UInt8], index: Int) {
        first = Self.word(bytes, from: 0)
        second = Self.word(bytes, from: 8)
        self.index = index
    }

    private static func word(_ bytes: [UInt8], from start: Int) -> UInt64 {
        let span = bytes.rawSpan
        if start + 8 <= bytes.count { return span.littleEndian(UInt64.self, at: start).byteSwapped }
        var word: UInt64 = 0
        for offset in start..<start + 8 {
            word = word << 8 | (offset < bytes.count ? UInt64(bytes[offset]) : 0)
        }
        return word
    }
}
