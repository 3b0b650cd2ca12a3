/// What is known about the timer that RocksDB holds for a key.
enum CommittedTimer: Equatable {
    /// Nothing is known; RocksDB must be asked.
    case unknown
    /// The key has no timer, or no entry at all.
    case none
    /// The key's timer is due at this time.
    case due(Int64)

    init(_ timer: Int64?) {
        self = timer.map { .due($0) } ?? .none
    }
}
