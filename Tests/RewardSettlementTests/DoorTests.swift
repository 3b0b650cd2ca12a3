import ProtobufCodec
import RewardSettlement
import Schemas
import Testing

/// What is refused at the door, and why.
@Suite struct DoorTests {
    struct Row<Value: Message>: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: @Sendable (inout Value) -> Void

        init(_ description: String, _ change: @escaping @Sendable (inout Value) -> Void) {
            testDescription = description
            self.change = change
        }
    }

    static let longest = String(repeating: "x", count: 128)

    static let decisions: [Row<RiskDecision>] = [
        Row("no decision id") { $0.decisionID = "" },
        Row("a claim id of 129 bytes") {
            $0.claimID = longest + "x"; $0.claim.claimID = $0.claimID
        },
        Row("a control character") {
            $0.friendID = "a\u{1F}b"; $0.claim.friendID = $0.friendID
        },
        Row("no time") { $0.clearDecidedAt() },
        Row("a time before 1990") { $0.decidedAt = Google_Protobuf_Timestamp(milliseconds: 631_151_999_999) },
        Row("a time of 2100") { $0.decidedAt = Google_Protobuf_Timestamp(milliseconds: 4_102_444_800_000) },
        Row("no claim") { $0.clearClaim() },
        Row("another claim") { $0.claim.claimID = "c2" },
        Row("another friend") { $0.claim.friendID = "g" },
        Row("no referrer") { $0.claim.referrerID = "" },
        Row("no campaign") { $0.claim.campaignID = "" },
        Row("no order") { $0.claim.qualifyingOrderID = "" },
        Row("no claim time") { $0.claim.clearClaimedAt() },
        Row("no order time") { $0.claim.clearQualifyingOrderAt() },
        Row("no amount") { $0.claim.clearQualifyingOrderAmount() },
        Row("a negative amount") { $0.claim.qualifyingOrderAmount.minorUnits = -1 },
        Row("an amount above 10^12") { $0.claim.qualifyingOrderAmount.minorUnits = 1_000_000_000_001 },
        Row("a currency in small letters") { $0.claim.qualifyingOrderAmount.currency = "cny" },
        Row("no word") { $0.decision = .unspecified },
        Row("a word of a later schema") { $0.decision = Decision(rawValue: 9) ?? .unspecified },
        Row("a claim named as an order's reward") {
            $0.claimID = "order:1"; $0.claim.claimID = "order:1"
        },
    ]

    @Test(arguments: decisions) func refusesADecision(_ row: Row<RiskDecision>) {
        var decision = RiskDecision.sample(.approve)
        row.change(&decision)
        #expect { try ClaimVerdict(decision) } throws: { ($0 as? Rejection)?.reason == .validation }
    }

    @Test func passesIDsToTheLimit() throws {
        var decision = RiskDecision.sample(.approve, claim: Self.longest)
        decision.decisionID = Self.longest
        #expect(try ClaimVerdict(decision).claimID.rawValue == Self.longest)
    }

    static let events: [Row<CustomerEvent>] = [
        Row("no event id") { $0.eventID = "" },
        Row("no customer") { $0.customerID = "" },
        Row("no time") { $0.clearOccurredAt() },
        Row("no order") { $0.kind = .orderPaid(OrderPaid.with { $0.amount = Money(minorUnits: 1, currency: "CNY") }) },
        Row("no amount") { $0.kind = .orderPaid(OrderPaid.with { $0.orderID = "o" }) },
        Row("negative points") { $0.kind = CustomerEvent.paid("o", 1, points: -1).kind },
        Row("points above 10^12") { $0.kind = CustomerEvent.paid("o", 1, points: 1_000_000_000_001).kind },
        Row("no refund id") { $0.kind = CustomerEvent.refunded("o", "", 1, at: start).kind },
        Row("a negative refund") { $0.kind = CustomerEvent.refunded("o", "a", -1, at: start).kind },
        Row("a receipt of no order") { $0.kind = CustomerEvent.received("", at: start).kind },
    ]

    @Test(arguments: events) func refusesAnEvent(_ row: Row<CustomerEvent>) {
        var event = CustomerEvent.paid("o1", 100)
        row.change(&event)
        #expect { try OrderEvent.check(event) } throws: { ($0 as? Rejection)?.reason == .validation }
    }

    @Test func leavesOtherEventsAlone() throws {
        #expect(try OrderEvent.check(.event("e", "f", at: start, .liveJoined(LiveJoined()))) == nil)
        #expect { try OrderEvent.check(.event("e", "f", at: start, nil)) } throws: {
            ($0 as? Rejection)?.reason == .schema
        }
        var tag = TagEvent.tier("gold", at: start)
        tag.kind = .tagChanged(TagChanged.with { $0.name = "layer" })
        #expect(try TierEvent.check(tag) == nil)
        tag.kind = nil
        #expect { try TierEvent.check(tag) } throws: { ($0 as? Rejection)?.reason == .schema }
    }

    static let requests: [Row<BudgetRequest>] = [
        Row("no campaign") { $0.campaignID = "" },
        Row("no reward") { $0.rewardID = "" },
        Row("no friend") { $0.friendID = "" },
        Row("no time") { $0.requestedMs = 0 },
        Row("no amounts") { $0.amounts = [] },
        Row("a side twice") { $0.amounts[1].side = .referrer },
        Row("no side") { $0.amounts[1].side = .unspecified },
        Row("no unit") { $0.amounts[1].unit = .unspecified },
        Row("an amount of 0") { $0.amounts[1].amount = 0 },
        Row("a negative amount") { $0.amounts[1].amount = -1 },
        Row("an amount above 10^12") { $0.amounts[1].amount = 1_000_000_000_001 },
        Row("no customer") { $0.amounts[1].customerID = "" },
        Row("no action") { $0.action = .unspecified },
        Row("an action of a later schema") { $0.action = BudgetAction(rawValue: 99) ?? .unspecified },
        Row("a claw-back without a step") { $0.action = .clawBack },
    ]

    @Test(arguments: requests) func refusesARequest(_ row: Row<BudgetRequest>) {
        var book = MemoryBudgetBook()
        book.campaigns[spring] = .referral()
        var request = BudgetTable(.referral()).request(.reserve, "c1", [300, 200])
        row.change(&request)
        #expect { try Budgets().decide(request, at: start, &book) } throws: {
            ($0 as? Rejection)?.reason == .validation
        }
    }

    static let transfers: [Row<AccountTransfer>] = [
        Row("no account") { $0.accountID = "" },
        Row("an account of neither side") { $0.accountID = "customer:g:points" },
        Row("no id") { $0.transferID = "" },
        Row("one account on both sides") { $0.debitAccountID = $0.creditAccountID },
        Row("an amount of 0") { $0.amount = 0 },
        Row("a negative amount") { $0.amount = -1 },
        Row("an amount above 10^12") { $0.amount = 1_000_000_000_001 },
        Row("no unit") { $0.unit = .unspecified },
        Row("no phase") { $0.phase = .unspecified },
        Row("no time") { $0.effectiveMs = 0 },
        Row("a negative life") { $0.lotLifeMs = -1 },
        Row("a life that overflows") { $0.lotLifeMs = .max },
    ]

    @Test(arguments: transfers) func refusesATransfer(_ row: Row<AccountTransfer>) {
        var book = MemoryAccountBook()
        var transfer = AccountTable().transfer("pending", "a", 5, at: start)
        row.change(&transfer)
        #expect { try Accounts().decide(transfer, at: start, &book) } throws: {
            ($0 as? Rejection)?.reason == .validation
        }
    }

    @Test func refusesClaimsOfNoReferralCampaign() {
        for campaign in [CampaignID(rawValue: "none"), loyalty] {
            var world = SettlementWorld([.referral(), .loyalty()])
            #expect { try world.take(.decision(.sample(.approve, campaign: campaign))) } throws: {
                ($0 as? Rejection)?.reason == .businessReject
            }
        }
        var world = SettlementWorld([.referral()])
        #expect { try world.take(.decision(.sample(.approve, orderedAt: start - 1))) } throws: {
            ($0 as? Rejection)?.reason == .businessReject
        }
    }

    @Test func refusesTwoCurrenciesOfOneOrder() throws {
        func reason(_ inputs: [CustomerEvent]) -> Rejection.Reason? {
            var world = SettlementWorld([.referral()])
            do {
                for event in inputs { try world.take(.event(event)) }
                return nil
            } catch {
                return (error as? Rejection)?.reason
            }
        }
        #expect(reason([.paid("o", 9), .refunded("o", "a", 9, at: start, currency: "USD")]) == .validation)
        #expect(reason([.refunded("o", "a", 9, at: start, currency: "USD"), .paid("o", 9)]) == .validation)
        #expect(
            reason([.refunded("o", "a", 9, at: start), .refunded("o", "b", 9, at: start, currency: "USD")])
                == .validation)
        #expect(reason([.received("o", at: start), .paid("o", 9, currency: "USD")]) == nil)
    }

    @Test func boundsRefundsAndRewardsOfOneOrder() throws {
        var world = SettlementWorld([.referral()])
        for index in 0..<200 { try world.take(.event(.refunded("o1", "r\(index)", 1, at: start))) }
        try world.take(.event(.refunded("o1", "r0", 1, at: start)))
        #expect { try world.take(.event(.refunded("o1", "r200", 1, at: start))) } throws: {
            ($0 as? Rejection)?.reason == .businessReject
        }
        world = SettlementWorld([.referral()])
        for index in 0..<64 { try world.take(.decision(.sample(.approve, claim: "c\(index)"))) }
        #expect { try world.take(.decision(.sample(.approve, claim: "c64"))) } throws: {
            ($0 as? Rejection)?.reason == .businessReject
        }
    }
}
