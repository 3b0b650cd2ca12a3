/// T38: the tiers by rising spend of a rolling year.
enum Tier: String, CaseIterable, Comparable {
    case bronze, silver, gold, platinum

    static func < (left: Tier, right: Tier) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .bronze: 0
        case .silver: 1
        case .gold: 2
        case .platinum: 3
        }
    }

    /// The highest tier that the spend reaches, minor units.
    init(spend: Int64, _ rules: TaggingRules) {
        if spend >= rules.platinumSpend {
            self = .platinum
        } else if spend >= rules.goldSpend {
            self = .gold
        } else if spend >= rules.silverSpend {
            self = .silver
        } else {
            self = .bronze
        }
    }

    /// The least spend that keeps the tier.
    func threshold(_ rules: TaggingRules) -> Int64 {
        switch self {
        case .bronze: 0
        case .silver: rules.silverSpend
        case .gold: rules.goldSpend
        case .platinum: rules.platinumSpend
        }
    }

    var next: Tier? {
        switch self {
        case .bronze: .silver
        case .silver: .gold
        case .gold: .platinum
        case .platinum: nil
        }
    }
}
