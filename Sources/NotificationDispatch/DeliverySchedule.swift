import Schemas

/// When a send is tried again (N30); the defaults are those of Rules.md.
public struct DeliverySchedule: Hashable, Sendable {
    /// Attempts made at most.
    public var attempts: UInt32 = 8
    /// The wait after the first attempt, before jitter, milliseconds; it doubles with each.
    public var firstDelay = 30 * Milliseconds.second
    /// The longest wait, before jitter, milliseconds.
    public var longestDelay = Milliseconds.hour
    /// How long a send without an expiry is worth trying, from its decision, milliseconds.
    public var life = 24 * Milliseconds.hour
    /// How long a finished send is remembered, so that it is never sent twice, milliseconds.
    public var memory = 30 * Milliseconds.day

    public init() {}

    /// The wait after a transient answer to attempt `number`, counted from 1.
    ///
    /// The jitter, in [0.5, 1), comes from the send and the attempt alone, so a decision done again gives the same.
    public func delay(afterAttempt number: UInt32, sendID: String) -> Int64 {
        var delay = firstDelay
        var doublings = number
        while doublings > 1 && delay < longestDelay {
            delay *= 2
            doublings -= 1
        }
        let jitter = Int64(FNV1a.hash("\(sendID)#\(number)") % 1_000)
        return min(delay, longestDelay) * (1_000 + jitter) / 2_000
    }

    /// From when on the send is not worth trying.
    func expiry(of send: NotificationSend) -> Int64 {
        let given = send.hasExpiresAt ? send.expiresAt.milliseconds : nil
        return given ?? (send.decidedAt.milliseconds ?? 0) + life
    }
}
