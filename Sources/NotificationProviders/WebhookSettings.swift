/// How a webhook is called; every wait and every amount has a bound.
public struct WebhookSettings: Hashable, Sendable {
    /// The longest wait for one call, from connecting to its answer, milliseconds.
    public var timeoutMilliseconds = 3_000
    /// The longest wait for a whole batch, milliseconds: what has no answer by then is transient. It must leave a Kafka
    /// transaction time to end (`transaction.timeout.ms`).
    public var batchMilliseconds = 8_000
    /// Calls in flight at once.
    public var connections = 16
    /// Bytes of an answer's body that are read, and thrown away, so that the connection can be used again.
    public var responseBytes = 65_536

    public init() {}
}
