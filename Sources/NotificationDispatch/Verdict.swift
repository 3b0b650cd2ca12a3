import Schemas

/// What the gates say of one request.
enum Verdict: Hashable, Sendable {
    case send(RenderedMessage)
    case skipped(Reason, figures: [String: Int64] = [:])
    case failed(Reason)
    /// Looked at again when the send window opens.
    case deferred(until: Int64)
    /// A person takes over; the rule is the reason's own, but for N01's soft limit.
    case handedOff(Reason, ruleID: String, figures: [String: Int64] = [:])
}

/// A message that passed every gate.
struct RenderedMessage: Hashable, Sendable {
    let channel: Channel
    let templateVersion: UInt32
    let text: String
}
