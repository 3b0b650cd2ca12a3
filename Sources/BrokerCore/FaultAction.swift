public import KafkaProtocol

/// What goes wrong with a request.
public enum FaultAction: Hashable, Sendable {
    /// Refused with this error and not applied; with a partition in the rule only that partition is.
    case answer(ErrorCode)
    /// Applied at once, answered this much later.
    case delay(milliseconds: Int64)
    /// The connection closes, nothing is applied.
    case closeBefore
    /// Applied; the answer is lost with the connection.
    case closeAfter
    /// Applied; the answer is lost and the connection stays.
    case loseAnswer
    /// Neither applied nor answered: the client's patience ends it.
    case hold
}

extension FaultAction: CustomStringConvertible {
    /// The action as a script says it: `error=NOT_COORDINATOR`, `delay=500`, `close-before`.
    public var description: String {
        switch self {
        case .answer(let error): "error=\(error)"
        case .delay(let milliseconds): "delay=\(milliseconds)"
        case .closeBefore: "close-before"
        case .closeAfter: "close-after"
        case .loseAnswer: "lose-answer"
        case .hold: "hold"
        }
    }
}
