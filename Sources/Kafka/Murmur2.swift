/// Gives the partition that Kafka's default partitioner chooses for a key: murmur2, positive, modulo the count.
///
/// The same key goes to the same partition as from the Java client (`Utils.murmur2` and `Utils.toPositive` of
/// Apache Kafka). `count` is the topic's partition count and must be positive.
public func murmur2Partition(key: RawSpan, count: Int32) -> Int32 {
    precondition(count > 0, "a topic has at least one partition")
    return Int32(bitPattern: murmur2(key) & 0x7fff_ffff) % count
}

/// Gives the partition that Kafka's default partitioner chooses for a key of bytes.
public func murmur2Partition(key: [UInt8], count: Int32) -> Int32 {
    unsafe murmur2Partition(key: key.span.bytes, count: count)
}

/// MurmurHash2 with 32 bits and Kafka's seed, over little-endian words.
func murmur2(_ bytes: RawSpan) -> UInt32 {
    let seed: UInt32 = 0x9747_b28c
    let m: UInt32 = 0x5bd1_e995
    let count = bytes.byteCount
    // Lengths above 2^32 cannot occur in a record; the reference truncates too.
    var hash = seed ^ UInt32(truncatingIfNeeded: count)
    func byte(_ i: Int) -> UInt32 { UInt32(unsafe bytes.unsafeLoad(fromByteOffset: i, as: UInt8.self)) }
    var i = 0
    while i + 4 <= count {
        var k = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24
        k &*= m
        k ^= k >> 24
        k &*= m
        hash = (hash &* m) ^ k
        i += 4
    }
    if i < count {
        if count - i >= 3 { hash ^= byte(i + 2) << 16 }
        if count - i >= 2 { hash ^= byte(i + 1) << 8 }
        hash ^= byte(i)
        hash &*= m
    }
    hash ^= hash >> 13
    hash &*= m
    return hash ^ hash >> 15
}
