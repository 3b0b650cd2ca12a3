public import Schemas

/// The state and the outputs of one decision; the worker keeps them in its transaction, tests in dictionaries.
///
/// What it throws is the storage's business and passes through a decision unchanged.
public protocol DispatchBook {
    func recipient(_ customerID: String) throws -> Recipient?
    /// Keeps the recipient; `release` is when it wants to be woken, if at all.
    mutating func put(_ recipient: Recipient, release: Int64?) throws
    /// Deletes the recipient; nothing happens where there is none.
    mutating func forget(_ customerID: String) throws

    func share(of audience: String) throws -> AudienceShare?
    mutating func put(_ share: AudienceShare, of audience: String) throws

    /// The last good record of the template, with all its versions.
    func template(_ templateID: String) throws -> Template?

    /// Publishes an output of this decision; `at` is its Kafka timestamp.
    mutating func publish(_ output: DispatchOutput, at: Int64) throws
}

/// One record that a decision publishes.
public enum DispatchOutput: Hashable, Sendable {
    case send(NotificationSend)
    case outcome(NotificationOutcome)
    case task(HumanTask)
    case alert(OpsAlert)
}
