/// Says that a record cannot be taken: it becomes a dead letter in the same transaction, and the next one is served.
public struct Rejection: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of the header `growth-reason` (operations.md A2).
    public enum Reason: String, Sendable, CaseIterable {
        case decode
        case schema
        case validation
        case businessReject = "business-reject"
        case dependencyTimeout = "dependency-timeout"
        case dependencyError = "dependency-error"
        case throttled
        case conflict
        case keyBlocked = "key-blocked"
        case expired
        case bug
        case unknown
    }

    public let reason: Reason
    /// What is wrong, naming the field; free of personal data.
    public let message: String

    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    public var description: String { "\(reason.rawValue): \(message)" }
}
