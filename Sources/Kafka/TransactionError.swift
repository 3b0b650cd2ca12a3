/// Says what must happen after a call of a transaction failed; what can be repeated was repeated already.
public enum TransactionError: Error, Sendable, CustomStringConvertible {
    /// Abort the transaction, drop what was staged, seek back and begin again.
    case abortRequired(KafkaError)
    /// Drop what was staged, close producer and consumer, and start a new incarnation.
    ///
    /// The outcome of a commit that ended so is unknown: the changelog decides. 2.0.2 also raises it without need after
    /// an error that may have persisted a batch (kafka.md 3.2 note 8), so a new incarnation must be cheap.
    case fatal(KafkaError)

    /// What Kafka or librdkafka reported.
    public var error: KafkaError {
        switch self {
        case .abortRequired(let error), .fatal(let error): error
        }
    }

    /// Reads as the action, then the error.
    public var description: String {
        switch self {
        case .abortRequired(let error): "abort required: \(error)"
        case .fatal(let error): "fatal: \(error)"
        }
    }
}

/// The three outcomes that an error of a transactional call can have.
public enum TransactionErrorClass: Hashable, Sendable, CaseIterable {
    /// The producer is finished.
    case fatal
    /// The transaction is finished, the producer is not.
    case abortable
    /// The same call may be repeated.
    case retriable

    /// Classifies an error by its code and the three flags that librdkafka sets on it.
    ///
    /// The order matters (kafka.md 3.2 note 3, 3.4): `_FENCED` can arrive marked abortable, so the code is looked at
    /// before the flag, and an error without any flag is fatal.
    public static func of(
        _ code: KafkaError.Code, isFatal: Bool, requiresAbort: Bool, isRetriable: Bool
    ) -> TransactionErrorClass {
        if isFatal || code == .fenced { return .fatal }
        if requiresAbort { return .abortable }
        if isRetriable { return .retriable }
        return .fatal
    }
}
