/// A call to the outside world that a decision needs the answer of.
public struct EffectRequest: Hashable, Sendable {
    /// Unique in its transaction, and the same when the transaction is tried again.
    public var id: String
    public var payload: [UInt8]

    public init(id: String, payload: [UInt8]) {
        self.id = id
        self.payload = payload
    }
}

/// Performs effects. Kafka's exactly-once ends here: a request may be performed again after a crash, so each carries an
/// idempotency key.
public protocol EffectPerformer: Sendable {
    /// Blocks until every request has its answer, in the same order; the number of calls in flight is bounded.
    func perform(_ requests: [EffectRequest]) -> [[UInt8]]
}
