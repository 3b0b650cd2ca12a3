import Schemas

/// The thresholds an operator may set; the defaults are those of Rules.md. Lengths of time are milliseconds.
public struct TaggingRules: Equatable, Sendable {
    /// T07: a customer without activity for this long is silent.
    public var silentAfter = 30 * Milliseconds.day
    /// T07: a customer without activity for this long is lost; more than `silentAfter`.
    public var lostAfter = 90 * Milliseconds.day
    /// T07: a customer is new for this long after registration.
    public var newFor = 30 * Milliseconds.day
    /// T22: how long joining a live stream counts.
    public var liveFanFor = 30 * Milliseconds.day
    /// T22: how many joins make a live fan, 1 to `liveFanCountLimit`.
    public var liveFanCount = 1
    /// T23: when a customer who registered is looked at for a first order.
    public var priceCheckAfter = 7 * Milliseconds.day
    /// T24: when an open checkout counts as abandoned.
    public var abandonedAfter = Milliseconds.hour
    /// T24: how long the tag `abandoned` stays.
    public var abandonedFor = 72 * Milliseconds.hour
    /// T24: how long the request for a message is worth sending.
    public var abandonedRequestFor = 24 * Milliseconds.hour
    /// T38: the least spend of a rolling year for each tier, minor units, rising.
    public var silverSpend: Int64 = 20_000
    public var goldSpend: Int64 = 50_000
    public var platinumSpend: Int64 = 200_000
    /// T38: how long a tier is kept after a period that did not earn it.
    public var tierGrace = 30 * Milliseconds.day

    /// As many events as a tag's evidence names.
    public static let liveFanCountLimit = 5
    /// The version every output names as its rule's.
    static let ruleVersion: UInt32 = 1

    public init() {}
}
