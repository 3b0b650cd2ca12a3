/// How one store is opened; every value bounds memory, files or time.
public struct StateStoreSettings: Sendable {
    /// Goes into each entry that a put makes (``StateEntry/schemaVersion``).
    public var schemaVersion: UInt32 = 1

    /// Holds uncompressed blocks for reads; nil gives the store one of its own, of ``ownBlockCacheBytes``.
    ///
    /// All stores of a process should share one, so that memory is bounded whatever the number of tasks.
    public var blockCache: SharedBlockCache?

    /// Bounds the committed entries kept ready in memory, each counted with some 200 bytes beside its key and value.
    ///
    /// A read served from there costs a twentieth of one that RocksDB serves. 0 keeps none between transactions.
    public var entryCacheBytes = 8 << 20

    /// Bounds the write buffer; RocksDB keeps at most two of them, one being filled and one being flushed.
    public var writeBufferBytes = 8 << 20

    /// Bounds the table files RocksDB keeps open.
    public var maxOpenFiles = 64

    /// Whether commits go to RocksDB's write-ahead log (without fsync), so that a killed process replays nothing.
    ///
    /// Without it the store opens at an older commit after a kill, and the changelog's tail is longer.
    public var writeAheadLog = true

    /// Says in the lock file who has the store, beside the process id and the host name; for people.
    public var owner = ""

    /// The size of the block cache of a store that was given none.
    public static let ownBlockCacheBytes = 8 << 20

    /// Gives the defaults.
    public init() {}
}
