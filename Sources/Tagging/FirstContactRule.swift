import Schemas

/// T30: the channel of the first contact. An earlier contact that arrives late corrects it; a later one never does.
enum FirstContactRule {
    static let tag = "first_channel"
    static let rule = "T30"

    static func take(
        _ kind: CustomerEvent.OneOf_Kind, _ eventID: String, _ occurredAt: Int64, _ profile: inout CustomerProfile
    ) {
        let channel = channel(of: kind)
        guard !channel.isEmpty, isEarlier(eventID, occurredAt, profile) else { return }
        profile.firstChannel = channel
        profile.firstChannelMs = occurredAt
        profile.firstChannelEventID = eventID
    }

    private static func channel(of kind: CustomerEvent.OneOf_Kind) -> String {
        if case .referralClicked(let click) = kind { return click.channel }
        if case .userRegistered(let registration) = kind { return registration.channel }
        return ""
    }

    private static func isEarlier(_ eventID: String, _ occurredAt: Int64, _ profile: CustomerProfile) -> Bool {
        if profile.firstChannel.isEmpty || occurredAt < profile.firstChannelMs { return true }
        return occurredAt == profile.firstChannelMs && eventID.precedesByBytes(profile.firstChannelEventID)
    }

    static func derive(_ evaluation: inout ProfileEvaluation) {
        guard !evaluation.profile.firstChannel.isEmpty else { return }
        evaluation.setTag(
            tag, evaluation.profile.firstChannel, rule: rule, evidence: evaluation.profile.firstChannelEventID)
    }
}
