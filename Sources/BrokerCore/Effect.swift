public import KafkaProtocol

/// What the shell does next; durable changes come before it, by `Broker.takeChanges`.
public enum Effect: Equatable, Sendable {
    /// Answers the request that this connection has under way.
    case reply(ConnectionID, ResponseBody)
    /// The request is done and wants no answer (produce with `acks=0`).
    case done(ConnectionID)
    /// Closes the connection; the reason is for the log.
    case close(ConnectionID, reason: String)
}
