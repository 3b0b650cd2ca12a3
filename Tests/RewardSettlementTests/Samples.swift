import ProtobufCodec
import RewardSettlement
import Schemas

/// 2025-01-01 00:00 UTC.
let start: Int64 = 1_735_689_600_000
let day = Milliseconds.day

let spring = CampaignID(rawValue: "spring")
let loyalty = CampaignID(rawValue: "loyalty")

extension Campaign {
    /// Pays the referrer 300 of the line `waking` and the friend 200 of the line `growth`, in money.
    static func referral(
        budget: Int64 = 1_000_000, _ change: (inout CampaignVersion) -> Void = { _ in }
    ) -> Campaign {
        var version = CampaignVersion.with {
            $0.version = 1
            $0.validFromMs = start
            $0.currency = "CNY"
            $0.budgets = [.sample(.cash, budget, ["waking": 4_000, "growth": 6_000])]
            $0.referrerReward = .fixed(.cash, 300, "waking")
            $0.friendReward = .fixed(.cash, 200, "growth")
            $0.minimumOrder = Money(minorUnits: 1_000, currency: "CNY")
            $0.holdDays = 7
            $0.notify = true
        }
        change(&version)
        return Campaign.with {
            $0.campaignID = spring.rawValue
            $0.kind = .referral
            $0.versions = [version]
        }
    }

    static func loyalty(
        budget: Int64 = 1_000_000, _ change: (inout CampaignVersion) -> Void = { _ in }
    ) -> Campaign {
        var version = CampaignVersion.with {
            $0.version = 1
            $0.validFromMs = start
            $0.currency = "CNY"
            $0.budgets = [.sample(.points, budget, ["points": 10_000])]
            $0.friendReward = .fixed(.points, 0, "points")
            $0.holdDays = 7
            $0.pointsLifeDays = 365
            $0.tierPercent = ["gold": 150, "platinum": 200]
        }
        change(&version)
        return Campaign.with {
            $0.campaignID = "loyalty"
            $0.kind = .loyalty
            $0.versions = [version]
        }
    }
}

extension Budget {
    static func sample(_ unit: RewardUnit, _ amount: Int64, _ lines: [String: UInt32]) -> Budget {
        Budget.with {
            $0.unit = unit
            $0.amount = amount
            $0.lines = lines.sorted { $0.key < $1.key }.map { line in
                BudgetLine.with {
                    $0.name = line.key
                    $0.basisPoints = line.value
                }
            }
        }
    }
}

extension RewardRule {
    static func fixed(_ unit: RewardUnit, _ amount: Int64, _ line: String) -> RewardRule {
        RewardRule.with {
            $0.unit = unit
            $0.fixedAmount = amount
            $0.budgetLine = line
        }
    }
}

extension ReserveDrawing {
    static func sample(_ id: String, _ amount: Int64, into line: String, _ unit: RewardUnit = .cash) -> ReserveDrawing {
        ReserveDrawing.with {
            $0.drawingID = id
            $0.unit = unit
            $0.line = line
            $0.amount = amount
            $0.reason = "chance"
            $0.proposedBy = "ann"
            $0.approvedBy = "bo"
        }
    }
}

extension RiskDecision {
    /// A decision on claim `c1` of friend `f` and referrer `r`, whose order `o1` of 5,000 was paid at the start.
    static func sample(
        _ decision: Decision, revision: UInt32 = 1, claim: String = "c1", order: String = "o1", amount: Int64 = 5_000,
        friend: String = "f", referrer: String = "r", orderedAt: Int64 = start, at: Int64 = start,
        reviewer: String = "", campaign: CampaignID = spring, currency: String = "CNY"
    ) -> RiskDecision {
        RiskDecision.with {
            $0.decisionID = "\(claim)#\(revision)"
            $0.claimID = claim
            $0.friendID = friend
            $0.decision = decision
            $0.revision = revision
            $0.reviewer = reviewer
            $0.decidedAt = Google_Protobuf_Timestamp(milliseconds: at)
            $0.claim = ReferralClaim.with {
                $0.claimID = claim
                $0.campaignID = campaign.rawValue
                $0.referrerID = referrer
                $0.friendID = friend
                $0.claimedAt = Google_Protobuf_Timestamp(milliseconds: orderedAt)
                $0.qualifyingOrderID = order
                $0.qualifyingOrderAt = Google_Protobuf_Timestamp(milliseconds: orderedAt)
                $0.qualifyingOrderAmount = Money(minorUnits: amount, currency: currency)
            }
        }
    }
}

extension CustomerEvent {
    static func event(_ id: String, _ customer: String, at: Int64, _ kind: CustomerEvent.OneOf_Kind?) -> CustomerEvent {
        CustomerEvent.with {
            $0.eventID = id
            $0.customerID = customer
            $0.occurredAt = Google_Protobuf_Timestamp(milliseconds: at)
            $0.kind = kind
        }
    }

    static func paid(
        _ order: String, _ amount: Int64, by customer: String = "f", at: Int64 = start, points: Int64 = 0,
        currency: String = "CNY"
    ) -> CustomerEvent {
        event(
            "paid-\(order)", customer, at: at,
            .orderPaid(
                OrderPaid.with {
                    $0.orderID = order
                    $0.amount = Money(minorUnits: amount, currency: currency)
                    $0.pointsSpent = points
                }))
    }

    static func refunded(
        _ order: String, _ refund: String, _ amount: Int64, by customer: String = "f", at: Int64,
        currency: String = "CNY"
    ) -> CustomerEvent {
        event(
            "refund-\(refund)", customer, at: at,
            .orderRefunded(
                OrderRefunded.with {
                    $0.orderID = order
                    $0.refundID = refund
                    $0.amount = Money(minorUnits: amount, currency: currency)
                }))
    }

    static func received(_ order: String, by customer: String = "f", at: Int64) -> CustomerEvent {
        event("received-\(order)", customer, at: at, .orderReceived(OrderReceived.with { $0.orderID = order }))
    }
}

extension TagEvent {
    static func tier(_ tier: String?, of customer: String = "f", at: Int64) -> TagEvent {
        TagEvent.with {
            $0.tagEventID = "\(customer)/\(at)"
            $0.customerID = customer
            $0.changedAt = Google_Protobuf_Timestamp(milliseconds: at)
            $0.kind = .tagChanged(
                TagChanged.with {
                    $0.name = "tier"
                    $0.value = tier ?? ""
                    $0.present = tier != nil
                })
        }
    }
}
