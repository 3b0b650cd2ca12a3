/// Why a message was not simply sent: exactly one of these stands in each outcome (N07, N12, N30).
///
/// The first ten are the gates in their order; the last two are the provider's.
public enum Reason: String, CaseIterable, Hashable, Sendable {
    case expired
    case causeGone = "cause_gone"
    case noConsent = "no_consent"
    case complaint
    case vipHandOff = "vip_handoff"
    case template
    case noChannel = "no_channel"
    case quietHours = "quiet_hours"
    case frequencyCapped = "frequency_capped"
    case ceilingHandOff = "ceiling_handoff"
    case providerPermanent = "provider_permanent"
    case providerExhausted = "provider_exhausted"

    /// The row of the mission that asks for it.
    public var ruleID: String {
        switch self {
        case .expired, .noChannel, .providerPermanent, .providerExhausted: "N30"
        case .causeGone: "N06"
        case .noConsent: "N17"
        case .complaint: "N18"
        case .vipHandOff: "N03"
        case .template: "N12"
        case .quietHours: "N08"
        case .frequencyCapped: "N07"
        case .ceilingHandOff: "N02"
        }
    }
}
