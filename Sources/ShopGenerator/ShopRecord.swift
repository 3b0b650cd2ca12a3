public import Schemas

/// One record of the shop's history.
public struct ShopRecord: Sendable {
    public enum Content: Sendable {
        case customer(CustomerEvent)
        case claim(ReferralClaim)
        /// Bytes that no stage can take, for the customer topic: key and value.
        case broken(key: String, value: [UInt8]?)
    }

    /// Event time, milliseconds since the epoch.
    public var time: Int64
    public var content: Content
}

/// What kind of abuse a claim was planted as; rows R02 to R07.
public enum PlantedKind: String, Sendable, CaseIterable {
    case honest
    case selfReferral = "R02 self-referral"
    case deviceSharing = "R03 device sharing"
    case ipSharing = "R04 IP sharing"
    case velocity = "R05 velocity"
    case claimChain = "R07 claim chain"

    /// The rule that should find it.
    public var ruleID: String {
        switch self {
        case .honest: ""
        case .selfReferral: "R02"
        case .deviceSharing: "R03"
        case .ipSharing: "R04"
        case .velocity: "R05"
        case .claimChain: "R07"
        }
    }
}

/// A shop's whole history, by time, with what the generator knows and the fleet must find out.
public struct ShopHistory: Sendable {
    public var records: [ShopRecord]
    /// Claim id to what it was planted as.
    public var planted: [String: PlantedKind]
    public var purchases: Int
    public var brokenRecords: Int
}
