import Schemas

/// The thresholds of `notification.dispatch`; the defaults are those of Rules.md.
public struct DispatchPolicy: Hashable, Sendable {
    /// When promotional messages may go out (N08).
    public var window = SendWindow()
    /// How many promotional messages one customer may get (N07).
    public var caps = FrequencyCaps()
    /// How large the automated share of an audience's touches may grow (N01, N02).
    public var ceiling = AutomationCeiling()
    /// Values of the tag `tier` whose customers are served by people (N03).
    public var vipTiers: Set<String> = ["platinum"]
    /// Values of the tag `layer` whose customers go to people from the soft limit on (N01).
    public var handOffLayers: Set<String> = ["seed"]
    /// Texts in lower case that revoke the consent to marketing when a customer writes nothing else (N17).
    public var optOutWords: Set<String> = ["td", "stop", "unsubscribe", "退订"]
    /// Minute of the local day by which a question of the night is answered (N08).
    public var nightReplyMinute = 600
    /// Desks that hand-offs are shared out to, at least 1.
    public var desks: UInt64 = 4
    /// From a hand-off to its due time, milliseconds.
    public var taskMilliseconds = Milliseconds.day
    /// Offset from UTC of a customer whose zone is unknown, minutes.
    public var defaultOffsetMinutes: Int32 = 480

    public init() {}
}
