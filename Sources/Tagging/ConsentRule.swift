import ProtobufCodec
import Schemas

/// I06: consent for each purpose with its status, time and proof; it may lapse by itself at an exact time.
enum ConsentRule {
    /// The purpose without which nothing is derived.
    static let profiling = "profiling"
    /// Bound of the purposes kept for one customer.
    static let purposesLimit = 16

    static func check(_ consent: ConsentChanged, _ profile: CustomerProfile) throws(Rejection) {
        guard profile.consents.count < purposesLimit || profile.consents[consent.purpose] != nil else {
            throw Rejection(.validation, "purpose is one more than the \(purposesLimit) that are kept")
        }
    }

    static func isWithdrawn(_ profile: CustomerProfile) -> Bool {
        guard !profile.consents.isEmpty, let record = profile.consents[profiling] else { return false }
        return isWithdrawn(record)
    }

    /// Whether profiling is withdrawn at a time, a lapse that no timer has carried out included.
    static func isProfilingWithdrawn(_ profile: CustomerProfile, at: Int64) -> Bool {
        guard let record = profile.consents[profiling] else { return false }
        return isWithdrawn(record) || (lapse(record).map { $0 <= at } ?? false)
    }

    private static func isWithdrawn(_ record: ConsentRecord) -> Bool {
        switch ConsentStatus(rawValue: Int(record.status)) {
        case .denied, .revoked: true
        case .granted, .unspecified, .UNRECOGNIZED, nil: false
        }
    }

    /// Keeps the event where it is the latest of its purpose, and returns the action to audit where the status changed.
    static func take(
        _ consent: ConsentChanged, _ eventID: String, _ occurredAt: Int64, _ profile: inout CustomerProfile
    ) -> String? {
        let old = profile.consents[consent.purpose]
        if let old {
            let isLater =
                occurredAt > old.statusMs || (occurredAt == old.statusMs && old.eventID.precedesByBytes(eventID))
            guard isLater else { return nil }
        }
        var record = ConsentRecord()
        record.status = Int32(truncatingIfNeeded: consent.status.rawValue)
        record.statusMs = occurredAt
        record.proof = consent.proof
        record.eventID = eventID
        if consent.status == .granted, consent.hasRevokeAt { record.revokeMs = consent.revokeAt.milliseconds ?? 0 }
        profile.consents[consent.purpose] = record
        return old?.status == record.status ? nil : action(consent.status)
    }

    /// The purposes whose consent has lapsed at a time, in the order of their lapsing, then by name.
    static func lapsed(_ profile: CustomerProfile, at: Int64) -> [String] {
        if profile.consents.isEmpty { return [] }
        return profile.consents.filter { lapse($0.value).map { $0 <= at } ?? false }
            .sorted { left, right in
                left.value.revokeMs != right.value.revokeMs
                    ? left.value.revokeMs < right.value.revokeMs : left.key.precedesByBytes(right.key)
            }
            .map(\.key)
    }

    /// When the consent lapses; nil for never.
    static func lapse(_ record: ConsentRecord) -> Int64? {
        record.status == Int32(truncatingIfNeeded: ConsentStatus.granted.rawValue) && record.revokeMs != 0
            ? record.revokeMs : nil
    }

    private static func action(_ status: ConsentStatus) -> String? {
        switch status {
        case .granted: "consent_granted"
        case .denied: "consent_denied"
        case .revoked: "consent_revoked"
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}
