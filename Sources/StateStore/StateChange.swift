/// The last write of a transaction to one key, as the changelog carries it.
public struct StateChange: Equatable, Sendable {
    /// The key written; the changelog record's key is its ``StateKey/bytes``.
    public let key: StateKey

    /// What was put; nil if the entry was deleted.
    public let entry: StateEntry?

    /// The changelog record's value: the entry's envelope, byte for byte as RocksDB will hold it; nil is the tombstone.
    public let value: [UInt8]?

    /// Describes a change by hand, for tests and for digests of records read from a changelog.
    public init(key: StateKey, entry: StateEntry?) {
        self.init(key: key, entry: entry, value: entry.map(StateEnvelope.encode))
    }

    init(key: StateKey, entry: StateEntry?, value: [UInt8]?) {
        self.key = key
        self.entry = entry
        self.value = value
    }
}
