import ProtobufCodec
import ReferralFraud
public import Schemas

/// What the demonstration shop publishes before it opens: campaigns, fraud rules, templates.
public enum DemoDefinitions {
    public static let referralCampaign = "bring-a-friend"
    public static let loyaltyCampaign = "loyalty"

    /// Valid from this event time on.
    public static func campaigns(from start: Int64) -> [Campaign] {
        [
            .with {
                $0.campaignID = referralCampaign
                $0.kind = .referral
                $0.versions = [
                    .with {
                        $0.version = 1
                        $0.validFromMs = start
                        $0.currency = "USD"
                        // Short on purpose: the last claims meet an empty budget.
                        $0.budgets = [
                            budget(.cash, 600_000, [("rewards", 10_000)]),
                            budget(.coupon, 1_500, [("welcome", 10_000)]),
                        ]
                        $0.referrerReward = .with {
                            $0.unit = .cash
                            $0.fixedAmount = 500
                            $0.budgetLine = "rewards"
                        }
                        $0.friendReward = .with {
                            $0.unit = .coupon
                            $0.fixedAmount = 1
                            $0.budgetLine = "welcome"
                        }
                        $0.minimumOrder = Money(minorUnits: 500, currency: "USD")
                        $0.holdDays = 7
                        $0.referrerClaimCap = 20
                        $0.notify = true
                    }
                ]
            },
            .with {
                $0.campaignID = loyaltyCampaign
                $0.kind = .loyalty
                $0.versions = [
                    .with {
                        $0.version = 1
                        $0.validFromMs = start
                        $0.currency = "USD"
                        $0.budgets = [budget(.points, 5_000_000, [("points", 10_000)])]
                        $0.friendReward = .with {
                            $0.unit = .points
                            $0.budgetLine = "points"
                        }
                        $0.holdDays = 7
                        $0.pointsLifeDays = 180
                        $0.tierPercent = ["gold": 150, "platinum": 200]
                    }
                ]
            },
        ]
    }

    private static func budget(_ unit: RewardUnit, _ amount: Int64, _ lines: [(String, UInt32)]) -> Budget {
        .with {
            $0.unit = unit
            $0.amount = amount
            $0.lines = lines.map { name, points in
                .with {
                    $0.name = name
                    $0.basisPoints = points
                }
            }
        }
    }

    /// The default rule set, proposed by one person and approved by another (R13).
    public static func fraudRules(from start: Int64) -> FraudRules {
        var rules = FraudRules.defaults
        for index in rules.versions.indices {
            rules.versions[index].validFromMs = start
            rules.versions[index].proposedBy = "ana"
            rules.versions[index].approvedBy = "bo"
            rules.versions[index].historySinceMs = start
            rules.versions[index].carrierBlocks = ["100.64.0.0/10"]
        }
        return rules
    }

    public static func templates(from start: Int64) -> [Template] {
        [
            template(
                "abandoned_checkout", start, ["checkout"], "Your basket {checkout} is waiting. 10% off until tomorrow."),
            template("reward_posted", start, ["reward", "claim"], "Thank you: {reward} is yours, for {claim}."),
            template(
                "reward_clawed_back", start, ["reward", "claim"],
                "We took back {reward} of {claim}: the order was refunded."),
        ]
    }

    private static func template(_ id: String, _ start: Int64, _ variables: [String], _ text: String) -> Template {
        .with {
            $0.templateID = id
            $0.versions = [
                .with {
                    $0.version = 1
                    $0.validFromMs = start
                    $0.variables = variables.map { name in
                        .with {
                            $0.name = name
                            $0.type = .text
                        }
                    }
                    $0.texts = [Channel.wecom, .sms, .email].map { channel in
                        .with {
                            $0.channel = channel
                            $0.text = text
                        }
                    }
                }
            ]
        }
    }
}
