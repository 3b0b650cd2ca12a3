/// Chains the changes of transaction after transaction into 64 bits, so that a re-execution can be compared with them.
///
/// A pure function of the committed writes and the stream time: two runs that agree on the digest after transaction n
/// wrote the same up to n, but for a chance of 1 in 2⁶⁴. It guards against mistakes, not against an adversary.
public enum ChangeDigest {
    /// The digest of a store that was never written.
    public static let initial: UInt64 = 0

    /// The digest after one more transaction, given its changes as `StateStore.changes()` lists them, in key order.
    public static func next(after digest: UInt64, changes: [StateChange], streamTime: Int64) -> UInt64 {
        var digest = digest
        for change in changes {
            digest = link(digest, key: change.key.bytes.rawSpan, value: change.value?.rawSpan)
        }
        var trailer: [UInt8] = []
        trailer.append(littleEndian: UInt64(changes.count))
        trailer.append(littleEndian: streamTime)
        return XXHash64.hash(trailer.rawSpan, seed: digest)
    }

    /// Adds one pair. The hash covers each part's length, and no envelope is empty, so pairs cannot be confused.
    static func link(_ digest: UInt64, key: RawSpan, value: RawSpan?) -> UInt64 {
        let keyed = XXHash64.hash(key, seed: digest)
        guard let value else { return XXHash64.hash(RawSpan(), seed: keyed) }
        return XXHash64.hash(value, seed: keyed)
    }
}
