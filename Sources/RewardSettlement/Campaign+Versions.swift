public import Schemas

extension Campaign {
    /// The version with the greatest `valid_from_ms` not after the time; nil before the first (S13).
    public func version(validAt time: Int64) -> CampaignVersion? {
        // Versions rise in both, as `validate` saw to.
        versions.last { $0.validFromMs <= time }
    }

    /// The version of that number; nil where the campaign has none.
    public func version(number: UInt32) -> CampaignVersion? {
        versions.last { $0.version == number }
    }
}

extension CampaignVersion {
    /// The rule of one side; nil where the side gets nothing.
    func rule(of side: RewardSide) -> RewardRule? {
        switch side {
        case .referrer: hasReferrerReward ? referrerReward : nil
        case .friend: hasFriendReward ? friendReward : nil
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    /// The hold between payment (or receipt) and posting, milliseconds (S09).
    var holdMs: Int64 { Int64(holdDays) * Milliseconds.day }

    /// How long points live after posting, milliseconds; 0 means for ever (S04).
    var pointsLifeMs: Int64 { Int64(pointsLifeDays) * Milliseconds.day }
}
