import ProtobufCodec
import Schemas

/// Campaigns, rules, borders and templates of the stress history: several versions each, small budgets, short lives.
enum StressDefinitions {
    /// Twelve years before the other tests' time: a broker takes no timestamps of the future.
    static let begin = start - 4_383 * day
    static let from = begin - 100 * day
    static let second = begin + 40 * day
    static let third = begin + 120 * day

    private static func line(_ name: String, _ points: UInt32) -> BudgetLine {
        .with {
            $0.name = name
            $0.basisPoints = points
        }
    }

    private static func budget(_ unit: RewardUnit, _ amount: Int64, _ lines: [BudgetLine]) -> Budget {
        .with {
            $0.unit = unit
            $0.amount = amount
            $0.lines = lines
        }
    }

    private static func rule(
        _ unit: RewardUnit, _ line: String, fixed: Int64 = 0, points: UInt32 = 0, most: Int64 = 0
    ) -> RewardRule {
        .with {
            $0.unit = unit
            $0.fixedAmount = fixed
            $0.orderBasisPoints = points
            $0.maximumAmount = most
            $0.budgetLine = line
        }
    }

    private static func drawing(_ id: String, _ amount: Int64) -> ReserveDrawing {
        .with {
            $0.drawingID = id
            $0.unit = .cash
            $0.line = "main"
            $0.amount = amount
            $0.reason = "chance"
            $0.proposedBy = "ana"
            $0.approvedBy = "bo"
        }
    }

    static var campaigns: [Campaign] {
        var camp = CampaignVersion.with {
            $0.version = 1
            $0.validFromMs = from
            $0.currency = "USD"
            $0.budgets = [
                budget(.cash, 5_555, [line("main", 6_667), line("side", 3_333)]),
                budget(.coupon, 9, [line("x", 9_999)]),
            ]
            $0.referrerReward = rule(.cash, "main", fixed: 300)
            $0.friendReward = rule(.coupon, "x", fixed: 1)
            $0.minimumOrder = Money(minorUnits: 500, currency: "USD")
            $0.holdDays = 7
            $0.referrerClaimCap = 2
            $0.notify = true
        }
        var versions = [camp]
        camp.version = 2
        camp.validFromMs = second
        camp.budgets = [
            budget(.cash, 9_999, [line("main", 5_000), line("side", 5_000)]), budget(.coupon, 40, [line("x", 10_000)]),
        ]
        camp.reserveDrawings = [drawing("one", 400), drawing("big", 100_000)]
        camp.holdDays = 0
        camp.referrerClaimCap = 6
        versions.append(camp)
        camp.version = 4
        camp.validFromMs = third
        camp.reserveDrawings.append(drawing("two", 500))
        camp.endsMs = third + 30 * day
        camp.holdDays = 1
        versions.append(camp)
        let share = CampaignVersion.with {
            $0.version = 1
            $0.validFromMs = from
            $0.currency = "USD"
            $0.budgets = [budget(.points, 100_000, [line("all", 10_000)]), budget(.quota, 500, [line("q", 10_000)])]
            $0.referrerReward = rule(.points, "all", points: 1_234, most: 500)
            $0.friendReward = rule(.points, "all", points: 99)
            $0.holdDays = 3
            $0.pointsLifeDays = 2
            $0.notify = true
        }
        return [
            .with {
                $0.campaignID = "camp"
                $0.kind = .referral
                $0.versions = versions
            },
            .with {
                $0.campaignID = "share"
                $0.kind = .referral
                $0.versions = [share]
            },
            .with {
                $0.campaignID = "loyalty"
                $0.kind = .loyalty
                $0.versions = [
                    .with {
                        $0.version = 1
                        $0.validFromMs = begin + day
                        $0.currency = "USD"
                        $0.budgets = [budget(.points, 50_000, [line("points", 10_000)])]
                        $0.friendReward = rule(.points, "points", most: 1_000)
                        $0.holdDays = 7
                        $0.pointsLifeDays = 5
                        $0.tierPercent = ["silver": 133, "gold": 150, "platinum": 0]
                        $0.notify = true
                    }
                ]
            },
        ]
    }

    static var rules: FraudRules {
        var rules = FraudModelTests.rules
        rules.versions[0].validFromMs = from
        rules.versions[0].historySinceMs = begin + 10 * day
        var next = rules.versions[0]
        next.version = 2
        next.validFromMs = second
        next.approvedBy = "ana"
        next.deviceAccountsLimit = 1
        rules.versions.append(next)
        next.version = 3
        next.validFromMs = second + day
        next.approvedBy = "bo"
        next.deviceAccountsLimit = 2
        next.ipAccountsLimit = 2
        next.ipBlockAccountsLimit = 3
        next.velocityReferrerLimit = 1
        next.velocityDeviceLimit = 1
        next.velocityPaymentLimit = 1
        next.velocityWindowMs = day
        next.carrierBlocks = ["100.64.0.0/10", "2001:db8::/32"]
        rules.versions.append(next)
        return rules
    }

    static var calibration: Calibration {
        func version(_ number: UInt32, _ from: Int64, _ window: UInt32, _ shift: Int64) -> CalibrationVersion {
            .with {
                $0.version = number
                $0.validFromMs = from
                $0.frequencyWindowDays = window
                $0.recencyEdgesFifths = [6 + shift, 25, 51, 100 + shift]
                $0.frequencyEdgesFifths = [6, 10, 10, 15 + shift]
                $0.monetaryEdgesFifths = [500, 5_001, 99_999, 200_000 + shift]
                $0.intervalSpanSumMs = 17 * day + shift
                $0.intervalCount = Int64(number) * 3
            }
        }
        return .with {
            $0.name = "rfm"
            $0.versions = [
                version(1, begin + 5 * day, 30, 0), version(2, second, 90, 7), version(5, third, 30, 19),
            ]
        }
    }

    static var templates: [Template] {
        func variable(_ name: String, _ type: VariableType) -> TemplateVariable {
            .with {
                $0.name = name
                $0.type = type
            }
        }
        func text(_ channel: Channel, _ text: String) -> TemplateText {
            .with {
                $0.channel = channel
                $0.text = text
            }
        }
        func template(_ id: String, _ variables: [TemplateVariable], _ texts: [TemplateText]) -> Template {
            .with {
                $0.templateID = id
                $0.versions = [
                    .with {
                        $0.version = 1
                        $0.validFromMs = from
                        $0.variables = variables
                        $0.texts = texts
                    }
                ]
            }
        }
        let reward = [variable("reward", .text), variable("claim", .text)]
        return [
            template(
                "abandoned_checkout", [variable("checkout", .text)],
                [text(.sms, "{checkout} {{waits}}"), text(.wecom, "{checkout}")]),
            template("reward_posted", reward, [text(.wecom, "{reward} for {claim}"), text(.email, "{reward}")]),
            template("reward_clawed_back", reward, [text(.wecom, "{reward} back for {claim}")]),
            template("promo", [variable("name", .text)], [text(.wecom, "Dear {name}"), text(.sms, "{name}!")]),
            template(
                "sum", [variable("count", .integer), variable("price", .money)],
                [text(.email, "{count} for {price}"), text(.sms, "{price}")]),
        ]
    }
}
