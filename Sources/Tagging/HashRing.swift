/// A bounded list of hashes, oldest first.
enum HashRing {
    static func append(_ hash: UInt64, to ring: inout [UInt64], limit: Int) {
        if ring.count >= limit { ring.removeFirst(ring.count - limit + 1) }
        ring.append(hash)
    }
}
