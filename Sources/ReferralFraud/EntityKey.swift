public import Schemas

/// What claims can have in common: a device, an address, a block of addresses, a payment means, a referrer (R03–R05,
/// R07).
public struct EntityKey: Hashable, Sendable, CustomStringConvertible {
    /// What it is a key of, and for the referrer also what is asked.
    public let kind: EntityKind
    /// The Kafka key of its queries, such as `device:9f`.
    public let text: String

    /// The kinds in the order in which a claim asks them.
    public static let kinds: [EntityKind] = [.device, .ip, .ipBlock, .payment, .referrer, .circle]

    /// Returns the keys a claim has, in the order in which it asks them; a referrer is always among them.
    public static func all(of claim: ReferralClaim) -> [EntityKey] {
        all(of: claim, address: IPAddress(claim.ipAddress))
    }

    static func all(of claim: ReferralClaim, address: IPAddress?) -> [EntityKey] {
        kinds.compactMap { EntityKey($0, of: claim, address: address) }
    }

    /// Makes the claim's key of the kind; nil where the claim does not say, and for a kind that is none.
    public init?(_ kind: EntityKind, of claim: ReferralClaim) {
        self.init(kind, of: claim, address: IPAddress(claim.ipAddress))
    }

    init?(_ kind: EntityKind, of claim: ReferralClaim, address: IPAddress?) {
        guard let prefix = Self.prefix(of: kind), let value = Self.value(kind, of: claim, address: address) else {
            return nil
        }
        self.kind = kind
        text = prefix + value
    }

    /// The same as `text`.
    public var description: String { text }

    /// What the keys of a kind begin with; nil for a kind that is none.
    static func prefix(of kind: EntityKind) -> String? {
        switch kind {
        case .device: "device:"
        case .ip: "ip:"
        case .ipBlock: "block:"
        case .payment: "payment:"
        case .referrer, .circle: "referrer:"
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    private static func value(_ kind: EntityKind, of claim: ReferralClaim, address: IPAddress?) -> String? {
        switch kind {
        case .device: claim.deviceID.isEmpty ? nil : claim.deviceID
        case .ip: address?.description
        case .ipBlock: address?.blockDescription
        case .payment: claim.paymentFingerprint.isEmpty ? nil : claim.paymentFingerprint
        case .referrer: claim.referrerID
        // Who refers himself would ask the same entity twice, and is declined anyway (R02).
        case .circle: claim.friendID == claim.referrerID ? nil : claim.friendID
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}
