import Schemas

extension RewardUnit {
    /// Whether the unit is one that this build keeps a ledger of (S02).
    var isLedger: Bool {
        switch self {
        case .cash, .coupon, .points, .quota: true
        case .unspecified, .UNRECOGNIZED: false
        }
    }
}
