import ProtobufCodec
import Schemas
import Testing

/// Boundaries worked out by hand from Rules.md, "settlement".
struct SettlementModelTests {
    static let campaign = Campaign.with {
        $0.campaignID = "camp"
        $0.kind = .referral
        $0.versions = [
            .with {
                $0.version = 1
                $0.validFromMs = start - day
                $0.currency = "USD"
                $0.budgets = [
                    .with {
                        $0.unit = .cash
                        $0.amount = 1_111
                        $0.lines = [
                            .with {
                                $0.name = "main"
                                $0.basisPoints = 10_000
                            }
                        ]
                    },
                    .with {
                        $0.unit = .coupon
                        $0.amount = 5
                        $0.lines = [
                            .with {
                                $0.name = "x"
                                $0.basisPoints = 3_333
                            },
                            .with {
                                $0.name = "y"
                                $0.basisPoints = 6_667
                            },
                        ]
                    },
                ]
                $0.referrerReward = .with {
                    $0.unit = .cash
                    $0.fixedAmount = 400
                    $0.budgetLine = "main"
                }
                $0.friendReward = .with {
                    $0.unit = .coupon
                    $0.fixedAmount = 1
                    $0.budgetLine = "x"
                }
                $0.minimumOrder = Money(minorUnits: 500, currency: "USD")
                $0.holdDays = 7
                $0.referrerClaimCap = 2
                $0.notify = true
            }
        ]
    }

    static let loyalty = Campaign.with {
        $0.campaignID = "loyalty"
        $0.kind = .loyalty
        $0.versions = [
            .with {
                $0.version = 1
                $0.validFromMs = start - day
                $0.currency = "USD"
                $0.friendReward = .with {
                    $0.unit = .points
                    $0.budgetLine = "points"
                }
                $0.holdDays = 7
                $0.tierPercent = ["gold": 150]
            }
        ]
    }

    // MARK: Rewards

    static func rewards() -> ModelScript<RewardsModel> {
        ModelScript(RewardsModel(campaigns: ["camp": campaign, "loyalty": loyalty]))
    }

    static func decision(
        _ decision: Decision, at time: Int64 = 0, revision: UInt32 = 1, reviewer: String = "",
        _ fill: (inout ReferralClaim) -> Void = { _ in }
    ) -> RiskDecision {
        .with {
            $0.decisionID = "a#\(revision)"
            $0.claimID = "a"
            $0.friendID = "f-a"
            $0.decision = decision
            $0.revision = revision
            $0.reviewer = reviewer
            $0.decidedAt = stamp(start + time)
            $0.claim = FraudModelTests.claim("a") {
                $0.qualifyingOrderAt = stamp(start)
                fill(&$0)
            }
        }
    }

    static func event(_ id: String, _ time: Int64, _ customer: String, _ kind: CustomerEvent.OneOf_Kind)
        -> CustomerEvent
    {
        .with {
            $0.eventID = id
            $0.customerID = customer
            $0.occurredAt = stamp(start + time)
            $0.kind = kind
        }
    }

    static func refund(
        _ id: String, _ time: Int64, _ cents: Int64, of order: String = "o-a", by customer: String = "f-a"
    )
        -> CustomerEvent
    {
        event(
            id, time, customer,
            .orderRefunded(
                .with {
                    $0.orderID = order
                    $0.refundID = id
                    $0.amount = Money(minorUnits: cents, currency: "USD")
                }))
    }

    static func paid(_ order: String, _ time: Int64, _ cents: Int64, points: Int64 = 0, currency: String = "USD")
        -> CustomerEvent
    {
        event(
            "e-\(order)", time, "f-a",
            .orderPaid(
                .with {
                    $0.orderID = order
                    $0.amount = Money(minorUnits: cents, currency: currency)
                    $0.pointsSpent = points
                }))
    }

    static func received(_ order: String, _ time: Int64) -> CustomerEvent {
        event("v-\(order)", time, "f-a", .orderReceived(.with { $0.orderID = order }))
    }

    static func decided(_ decisions: [RiskDecision], _ events: [CustomerEvent], to end: Int64) -> [String] {
        var script = rewards()
        let steps =
            decisions.map { ($0.decidedAt.milliseconds ?? 0, $0 as any Message) }
            + events.map { ($0.occurredAt.milliseconds ?? 0, $0 as any Message) }
        for (time, message) in steps.sorted(by: { $0.0 < $1.0 }) {
            if let decision = message as? RiskDecision {
                script.take(Topics.fraudDecisions, at: time - start, decision)
            }
            if let event = message as? CustomerEvent { script.take(Topics.customerEvents, at: time - start, event) }
        }
        script.pass(to: end)
        return script.lines()
    }

    static let both = "referrer 400, friend 1"

    static let firsts: [(String, RiskDecision, [String])] = [
        ("approve", decision(.approve), ["a reserve \(both) @0"]),
        ("review", decision(.review), ["a reserve held \(both) @0"]),
        ("block", decision(.blockAndReview), ["a refuse fraud_block @0"]),
        ("decline", decision(.decline), ["a refuse fraud_decline @0"]),
        (
            "currency before all",
            decision(.decline) { $0.qualifyingOrderAmount = Money(minorUnits: 1, currency: "EUR") },
            ["a refuse currency @0"]
        ),
        (
            "499 of 500", decision(.approve) { $0.qualifyingOrderAmount.minorUnits = 499 },
            ["a refuse below_minimum @0"]
        ),
        ("500 of 500", decision(.approve) { $0.qualifyingOrderAmount.minorUnits = 500 }, ["a reserve \(both) @0"]),
        (
            "the hold is over", decision(.approve) { $0.qualifyingOrderAt = stamp(start - 7 * day) },
            ["a reserve \(both) @0", "a post \(both) @0"]
        ),
        (
            "the hold ends in a millisecond", decision(.approve) { $0.qualifyingOrderAt = stamp(start - 7 * day + 1) },
            ["a reserve \(both) @0"]
        ),
    ]

    @Test(arguments: firsts) func firstDecision(_ name: String, _ decision: RiskDecision, _ expected: [String]) {
        #expect(Self.decided([decision], [], to: 0) == expected, "\(name)")
    }

    static let lives: [(String, [RiskDecision], [CustomerEvent], Int64, [String])] = [
        ("posted at 7 d", [decision(.approve)], [], 7 * day, ["a post \(both) @\(7 * day)"]),
        ("not yet", [decision(.approve)], [], 7 * day - 1, []),
        ("received later", [decision(.approve)], [received("o-a", day)], 8 * day, ["a post \(both) @\(8 * day)"]),
        (
            "a review that nobody makes", [decision(.review)], [], 14 * day,
            ["a void review_deadline \(both) @\(14 * day)"]
        ),
        (
            "refund that leaves 500", [decision(.approve)], [refund("r", 1, 500)], 7 * day,
            ["a post \(both) @\(7 * day)"]
        ),
        ("refund that leaves 499", [decision(.approve)], [refund("r", 1, 501)], 7 * day, ["a void refund \(both) @1"]),
        (
            "the same refund twice", [decision(.approve)], [refund("r", 1, 300), refund("r", 2, 300)], 7 * day,
            ["a post \(both) @\(7 * day)"]
        ),
        (
            "a refund at the hold's end is a claw-back", [decision(.approve)], [refund("r", 7 * day, 501)], 7 * day,
            ["a post \(both) @\(7 * day)", "a clawBack refund \(both) @\(7 * day)"]
        ),
        (
            "decline after payment", [decision(.approve), decision(.decline, at: 8 * day, revision: 2)], [], 8 * day,
            ["a post \(both) @\(7 * day)", "a clawBack fraud_decline \(both) @\(8 * day)"]
        ),
        (
            "block after payment: nothing",
            [decision(.approve), decision(.blockAndReview, at: 8 * day, revision: 2)], [], 8 * day,
            ["a post \(both) @\(7 * day)"]
        ),
        (
            "block in the hold", [decision(.approve), decision(.blockAndReview, at: 1, revision: 2)], [], 8 * day,
            ["a void fraud_block \(both) @1"]
        ),
        (
            "the same revision again", [decision(.approve), decision(.decline, at: 1, revision: 1)], [], 1, []
        ),
        (
            "a person approves a review",
            [decision(.review), decision(.approve, at: 8 * day, revision: 2, reviewer: "eve")], [], 8 * day,
            ["a release \(both) @\(8 * day)", "a post \(both) @\(8 * day)"]
        ),
        (
            "evidence after the approval: held, and never paid by itself",
            [decision(.approve), decision(.review, at: 1, revision: 2)], [], 14 * day + 1,
            ["a hold fraud_review \(both) @1", "a void review_deadline \(both) @\(14 * day + 1)"]
        ),
        (
            "evidence after the approval, then a person's word; a later review holds nothing",
            [
                decision(.approve), decision(.review, at: 1, revision: 2),
                decision(.approve, at: 2, revision: 3, reviewer: "eve"), decision(.review, at: 3, revision: 4),
            ], [], 7 * day,
            ["a hold fraud_review \(both) @1", "a release \(both) @2", "a post \(both) @\(7 * day)"]
        ),
        (
            "evidence after payment: nothing", [decision(.approve), decision(.review, at: 7 * day, revision: 2)], [],
            8 * day, ["a post \(both) @\(7 * day)"]
        ),
        (
            "a person approves a block",
            [decision(.blockAndReview), decision(.approve, at: 1, revision: 2, reviewer: "eve")], [], 1,
            ["a reserve \(both) @1"]
        ),
        (
            "a person approves a block of a refunded order: nothing",
            [decision(.blockAndReview), decision(.approve, at: 2, revision: 2, reviewer: "eve")],
            [refund("r", 1, 501)], 2, []
        ),
    ]

    @Test(arguments: lives) func life(
        _ name: String, _ decisions: [RiskDecision], _ events: [CustomerEvent], _ end: Int64, _ expected: [String]
    ) {
        #expect(Array(Self.decided(decisions, events, to: end).dropFirst()) == expected, "\(name)")
    }

    @Test func aRefundBeforeTheDecisionRefuses() {
        #expect(
            Self.decided([Self.decision(.approve, at: 2)], [Self.refund("r", 1, 501)], to: 2) == [
                "a refuse order_refunded @2"
            ])
        #expect(
            Self.decided([Self.decision(.approve, at: 2)], [Self.refund("r", 1, 500)], to: 2) == [
                "a reserve \(Self.both) @2"
            ])
    }

    static let loyaltyRows: [(String, [CustomerEvent], Int64, [String])] = [
        ("99 cents: no reward", [paid("o", 0, 99)], day, []),
        ("199 cents: one point", [paid("o", 0, 199)], 0, ["order:o reserve friend 1 @0"]),
        (
            "points spent come first", [paid("o", 0, 100, points: 3)], 0,
            ["transfer customer:f-a:points spend:o single 3", "order:o reserve friend 1 @0"]
        ),
        ("another currency", [paid("o", 0, 100, currency: "EUR")], 0, ["order:o refuse currency @0"]),
        ("an order paid twice", [paid("o", 0, 100), paid("o", 1, 100)], 1, ["order:o reserve friend 1 @0"]),
        (
            "a refund in the hold lessens the post",
            [paid("o", 0, 1_000), refund("r", 1, 333, of: "o")], 7 * day,
            ["order:o reserve friend 10 @0", "order:o post friend 6 @\(7 * day)"]
        ),
        (
            "a whole refund voids at the end", [paid("o", 0, 1_000), refund("r", 1, 1_000, of: "o")], 7 * day,
            ["order:o reserve friend 10 @0", "order:o void refund friend 10 @\(7 * day)"]
        ),
        (
            "refunds after the post: floor of the total, less what was taken",
            [paid("o", 0, 1_000), refund("r", 8 * day, 333, of: "o"), refund("s", 9 * day, 333, of: "o")], 9 * day,
            [
                "order:o reserve friend 10 @0", "order:o post friend 10 @\(7 * day)",
                "order:o clawBack refund friend 3 @\(8 * day)", "order:o clawBack refund friend 3 @\(9 * day)",
            ]
        ),
        (
            "what was never posted is not taken back",
            [paid("o", 0, 1_000), refund("r", 1, 333, of: "o"), refund("s", 9 * day, 333, of: "o")], 9 * day,
            [
                "order:o reserve friend 10 @0", "order:o post friend 6 @\(7 * day)",
                "order:o clawBack refund friend 2 @\(9 * day)",
            ]
        ),
        (
            "the receipt came first", [received("o", -8 * day), paid("o", 0, 100)], 7 * day,
            ["order:o reserve friend 1 @0", "order:o post friend 1 @\(7 * day)"]
        ),
    ]

    @Test(arguments: loyaltyRows) func loyaltyReward(
        _ name: String, _ events: [CustomerEvent], _ end: Int64, _ expected: [String]
    ) {
        #expect(Self.decided([], events, to: end) == expected, "\(name)")
    }

    @Test func noOrderEarnsByTheTierItBrings() {
        var script = Self.rewards()
        script.take(
            Topics.tags, at: 5,
            .with {
                $0.customerID = "f-a"
                $0.changedAt = stamp(start + 5)
                $0.tagChanged = .with {
                    $0.name = "tier"
                    $0.value = "gold"
                    $0.present = true
                }
            })
        script.take(Topics.customerEvents, at: 5, Self.paid("o", 5, 1_000))
        script.take(Topics.customerEvents, at: 6, Self.paid("p", 6, 1_000))
        #expect(script.lines() == ["order:o reserve friend 10 @5", "order:p reserve friend 15 @6"])
    }

    // MARK: Budgets

    static func request(_ reward: String, _ action: BudgetAction, _ amounts: [Int64] = [400, 1], at time: Int64 = 0)
        -> BudgetRequest
    {
        .with {
            $0.campaignID = "camp"
            $0.campaignVersion = 1
            $0.rewardID = reward
            $0.action = action
            $0.friendID = "f"
            $0.referrerID = "r"
            $0.requestedMs = start + time
            if action == .clawBack { $0.step = 1 }
            if action != .refuse {
                $0.amounts = [
                    .with {
                        $0.side = .referrer
                        $0.customerID = "r"
                        $0.unit = .cash
                        $0.amount = amounts[0]
                    },
                    .with {
                        $0.side = .friend
                        $0.customerID = "f"
                        $0.unit = .coupon
                        $0.amount = amounts[1]
                    },
                ]
            }
        }
    }

    static func budgets(_ requests: [BudgetRequest], _ change: (inout CampaignVersion) -> Void = { _ in })
        -> ModelScript<BudgetsModel>
    {
        var campaign = campaign
        change(&campaign.versions[0])
        var script = ModelScript(BudgetsModel(campaigns: ["camp": campaign]))
        for request in requests { script.take(Topics.budgetRequests, at: request.requestedMs - start, request) }
        return script
    }

    @Test func fundingsComeOnceAndSumToTheBudget() {
        // 1,111: reserve 111, line 1,000. 5: reserve 0 (nothing moves); 5·0.3333 → 1, 5·0.6667 → 3, the one left to x.
        var script = Self.budgets([Self.request("a", .refuse), Self.request("b", .refuse)])
        #expect(
            script.lines("transfer") == [
                "transfer campaign:camp:cash:reserve camp:v1:cash:reserve:fund single 111",
                "transfer campaign:camp:cash:main camp:v1:cash:main:fund single 1000",
                "transfer campaign:camp:coupon:x camp:v1:coupon:x:fund single 2",
                "transfer campaign:camp:coupon:y camp:v1:coupon:y:fund single 3",
            ])
    }

    static let budgetRows: [(String, [BudgetRequest], [String])] = [
        ("reserve", [request("a", .reserve)], ["event a#reserve pending \(both)"]),
        ("told twice", [request("a", .reserve), request("a", .reserve)], ["event a#reserve pending \(both)"]),
        (
            "exactly the budget",
            [request("a", .reserve, [1_000, 1])], ["event a#reserve pending referrer 1000, friend 1"]
        ),
        (
            "one more: both refused, and the id is burned",
            [request("a", .reserve, [1_001, 1]), request("a", .reserve, [1, 1]), request("a", .post, [1, 1])],
            ["event a#reserve refused exceeds_credits referrer 1001, friend 1"]
        ),
        (
            "the second side fails: the first moves nothing",
            [request("a", .reserve, [1_000, 3]), request("b", .reserve, [1_000, 1])],
            [
                "event a#reserve refused exceeds_credits referrer 1000, friend 3",
                "event b#reserve pending referrer 1000, friend 1",
            ]
        ),
        (
            "the third claim of a cap of 2",
            [request("a", .reserve, [1, 0]), request("b", .reserve, [1, 0]), request("c", .reserve, [1, 0])],
            [
                "event a#reserve pending referrer 1, friend 0", "event b#reserve pending referrer 1, friend 0",
                "event c#reserve refused cap_reached referrer 1, friend 0",
            ]
        ),
        (
            "a void gives the claim and the budget back",
            [
                request("a", .reserve, [900, 0]), request("b", .reserve, [1, 0]), request("a", .void, [900, 0]),
                request("c", .reserve, [900, 0]),
            ],
            [
                "event a#reserve pending referrer 900, friend 0", "event b#reserve pending referrer 1, friend 0",
                "event a#void voided referrer 900, friend 0", "event c#reserve pending referrer 900, friend 0",
            ]
        ),
        (
            "post, and no void after it",
            [request("a", .reserve), request("a", .post), request("a", .void), request("a", .post)],
            ["event a#reserve pending \(both)", "event a#post posted \(both)"]
        ),
        (
            "a claw-back is cut to what was posted; nothing is left for a second",
            [
                request("a", .reserve), request("a", .post, [300, 1]), request("a", .clawBack, [400, 1]),
            ],
            [
                "event a#reserve pending \(both)", "event a#post posted referrer 300, friend 1",
                "event a#claw_back1 clawedBack referrer 300, friend 1",
            ]
        ),
        (
            "a claw-back of nothing", [request("a", .reserve), request("a", .clawBack)],
            ["event a#reserve pending \(both)"]
        ),
        ("release before a reservation", [request("a", .release)], []),
        (
            "held once", [request("a", .hold), request("a", .reserve), request("a", .hold), request("a", .hold)],
            ["event a#reserve pending \(both)", "event a#hold held \(both)"]
        ),
        ("refused once", [request("a", .refuse), request("a", .refuse)], ["event a#refuse refused"]),
    ]

    @Test(arguments: budgetRows) func budget(_ name: String, _ requests: [BudgetRequest], _ expected: [String]) {
        var script = Self.budgets(requests)
        #expect(script.lines("event") == expected, "\(name)")
    }

    @Test func aCampaignEndsAtItsTime() {
        var script = Self.budgets([Self.request("a", .reserve, at: 9), Self.request("b", .reserve, at: 10)]) {
            $0.endsMs = start + 10
        }
        #expect(
            script.lines("event") == [
                "event a#reserve pending \(Self.both)", "event b#reserve refused campaign_not_running \(Self.both)",
            ])
    }

    @Test func alertsAbove80AndAt100Percent() {
        let requests = [800, 1, 199].enumerated().map { Self.request("a\($0)", .reserve, [$1, 0]) }
        var script = Self.budgets(requests) { $0.referrerClaimCap = 0 }
        let alerts = script.messages(OpsAlert.self).filter { $0.cause == "budget:campaign:camp:cash:main" }
        #expect(
            alerts.map(\.figures) == [
                ["used": 801, "funded": 1_000, "percent": 80], ["used": 1_000, "funded": 1_000, "percent": 100],
            ])
    }

    @Test func unknownCampaignOrVersionIsRefused() {
        var unknown = Self.request("a", .reserve)
        unknown.campaignVersion = 2
        #expect(Self.budgets([unknown]).refusals == [.businessReject])
    }

    // MARK: Accounts

    static func transfer(
        _ id: String, _ phase: TransferPhase, _ amount: Int64, pending: String = "", code: TransferCode = .reward,
        at time: Int64 = 0, life: Int64 = 0
    ) -> AccountTransfer {
        let account = "customer:c:points"
        return .with {
            $0.accountID = account
            $0.transferID = id
            $0.pendingID = pending
            $0.phase = phase
            $0.code = code
            $0.debitAccountID = code == .reward ? "line" : account
            $0.creditAccountID = code == .reward ? account : "line"
            $0.unit = .points
            $0.amount = amount
            $0.effectiveMs = start + time
            $0.lotLifeMs = life
            $0.customerID = "c"
        }
    }

    static func posted(_ id: String, _ amount: Int64, life: Int64 = 0) -> [AccountTransfer] {
        [transfer("p\(id)", .pending, amount), transfer(id, .postPending, amount, pending: "p\(id)", life: life)]
    }

    static let accountRows: [(String, [AccountTransfer], Int64, [String])] = [
        ("pending, posted", posted("a", 5), 0, ["1 pa ok dp0 cn5 cp0", "2 a ok dp0 cn0 cp5"]),
        (
            "less is posted", [transfer("p", .pending, 5), transfer("a", .postPending, 3, pending: "p")], 0,
            ["1 p ok dp0 cn5 cp0", "2 a ok dp0 cn0 cp3"]
        ),
        (
            "void", [transfer("p", .pending, 5), transfer("v", .voidPending, 5, pending: "p")], 0,
            ["1 p ok dp0 cn5 cp0", "2 v ok dp0 cn0 cp0"]
        ),
        (
            "a known id, an unknown pending one",
            [
                transfer("p", .pending, 5), transfer("p", .pending, 5),
                transfer("v", .voidPending, 5, pending: "q"),
            ], 0, ["1 p ok dp0 cn5 cp0"]
        ),
        (
            "spent to the last point", posted("a", 5) + [transfer("s", .single, 5, code: .pointsSpent)], 0,
            ["1 pa ok dp0 cn5 cp0", "2 a ok dp0 cn0 cp5", "3 s ok dp5 cn0 cp5"]
        ),
        (
            "one point too many", posted("a", 5) + [transfer("s", .single, 6, code: .pointsSpent)], 0,
            ["1 pa ok dp0 cn5 cp0", "2 a ok dp0 cn0 cp5", "3 s exceedsCredits dp0 cn0 cp5"]
        ),
        (
            "a lot expires at its time", posted("a", 5, life: 10), 10,
            ["1 pa ok dp0 cn5 cp0", "2 a ok dp0 cn0 cp5", "3 expire:a ok dp5 cn0 cp5"]
        ),
        ("not before", posted("a", 5, life: 11), 10, ["1 pa ok dp0 cn5 cp0", "2 a ok dp0 cn0 cp5"]),
        (
            "the lot that expires first is spent first",
            posted("a", 5, life: 20) + posted("b", 5, life: 10) + [transfer("s", .single, 6, code: .pointsSpent)], 20,
            [
                "1 pa ok dp0 cn5 cp0", "2 a ok dp0 cn0 cp5", "3 pb ok dp0 cn5 cp5", "4 b ok dp0 cn0 cp10",
                "5 s ok dp6 cn0 cp10", "6 expire:a ok dp10 cn0 cp10",
            ]
        ),
        (
            "a claw-back takes the last lot first",
            posted("a", 5, life: 20) + posted("b", 5, life: 10) + [transfer("x", .single, 6, code: .clawBack)], 20,
            [
                "1 pa ok dp0 cn5 cp0", "2 a ok dp0 cn0 cp5", "3 pb ok dp0 cn5 cp5", "4 b ok dp0 cn0 cp10",
                "5 x ok dp6 cn0 cp10", "6 expire:b ok dp10 cn0 cp10",
            ]
        ),
        (
            "a post fills a balance below zero before it makes a lot",
            [transfer("x", .single, 3, code: .clawBack)] + posted("a", 5, life: 10), 10,
            ["1 x ok dp3 cn0 cp0", "2 pa ok dp3 cn5 cp0", "3 a ok dp3 cn0 cp5", "4 expire:a ok dp5 cn0 cp5"]
        ),
    ]

    @Test(arguments: accountRows) func account(
        _ name: String, _ transfers: [AccountTransfer], _ end: Int64, _ expected: [String]
    ) {
        var script = ModelScript(AccountsModel())
        for transfer in transfers {
            script.take(Topics.accountTransfers, at: transfer.effectiveMs - start, transfer)
        }
        script.pass(to: end)
        #expect(script.lines() == expected, "\(name)")
    }

    @Test func amountsInWords() {
        #expect(ModelMoney.text(1_250, "USD") == "12.50 USD")
        #expect(ModelMoney.text(5, "USD") == "0.05 USD")
        #expect(ModelMoney.text(1_250, "JPY") == "1250 JPY")
        #expect(ModelMoney.text(-7, "KWD") == "-0.007 KWD")
        #expect(ModelMoney.text(12_345, "UYW") == "1.2345 UYW")
        #expect(ModelMoney.text(-1_250, "KWD") == "-1.250 KWD")
    }
}
