import RewardSettlement
import Schemas
import Testing

/// Claims through all three stages: a time and an event a line, at the end the reward's states that it led to.
///
/// A time is days after the order, with milliseconds: `7d`, `7d-1`, `7d+1`. Events: `approve`, `review`, `block`,
/// `decline` (with `person` for a person's), `paid <amount>`, `refund <id> <amount>`, `received`, `tick`.
@Suite struct RewardTableTests {
    private func run(
        _ table: String, _ change: (inout CampaignVersion) -> Void = { _ in },
        _ location: SourceLocation = #_sourceLocation
    ) throws -> SettlementWorld {
        var world = SettlementWorld([.referral(change)])
        world.auditor = Auditor()
        var revision: UInt32 = 0
        for line in table.split(separator: "\n") {
            let halves = line.split(separator: "#")[0].split(separator: "->", omittingEmptySubsequences: false)
            let words = halves[0].split(separator: " ").map(String.init)
            guard let at = words.first.map(Self.time) else { continue }
            let before = world.events.count
            switch words[1] {
            case "approve", "review", "block", "decline":
                revision += 1
                world = try taking(
                    .decision(
                        .sample(
                            Self.decisions[words[1]] ?? .unspecified, revision: revision, at: at,
                            reviewer: words.contains("person") ? "eve" : "")), world)
            case "paid": world = try taking(.event(.paid("o1", Self.number(words[2]), at: at)), world)
            case "refund":
                world = try taking(.event(.refunded("o1", words[2], Self.number(words[3]), at: at)), world)
            case "received": world = try taking(.event(.received("o1", at: at)), world)
            case "tick": try world.advance(through: at)
            default: Issue.record("unknown event in: \(line)", sourceLocation: location)
            }
            let told = world.events[before...].map { event in
                let state = RewardStateName.name(event.state)
                return event.reason.isEmpty ? state : "\(state) \(event.reason)"
            }
            let expected = halves.count > 1 ? halves[1].split(separator: ",").map(Self.trimmed) : []
            #expect(told == expected, "\(line)", sourceLocation: location)
        }
        return world
    }

    private func taking(_ input: SettlementWorld.Input, _ world: SettlementWorld) throws -> SettlementWorld {
        var world = world
        try world.take(input)
        return world
    }

    private static let decisions: [String: Decision] = [
        "approve": .approve, "review": .review, "block": .blockAndReview, "decline": .decline,
    ]

    private static func time(_ text: String) -> Int64 {
        let parts = text.split(separator: "d", omittingEmptySubsequences: false)
        return start + (Int64(parts[0]) ?? .min) * day + (parts[1].isEmpty ? 0 : Int64(parts[1]) ?? .min)
    }

    private static func number(_ text: String) -> Int64 { Int64(text) ?? -1 }

    private static func trimmed(_ text: some StringProtocol) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    private let referrer = AccountID.customer(CustomerID(rawValue: "r"), .cash)
    private let friend = AccountID.customer(CustomerID(rawValue: "f"), .cash)

    /// S09: seven days to the millisecond.
    @Test func postsAtTheEndOfTheHold() throws {
        let world = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            7d-1  tick
            7d    tick            -> posted
            9d    tick
            """)
        #expect(world.balance(referrer).creditsPosted == 300)
        #expect(world.balance(friend).creditsPosted == 200)
        #expect(world.line("waking").debitsPosted == 300)
        #expect(world.line("growth").debitsPosted == 200)
        #expect(world.requests.last?.at == start + 7 * day)
    }

    @Test func voidsByARefundInTheHold() throws {
        let world = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            7d-1  refund a 5000   -> voided refund
            7d    tick
            """)
        #expect(world.balance(referrer) == Balance())
        #expect(world.line("waking").debitsPending == 0)
    }

    /// The timer wins at the boundary.
    @Test func takesBackByARefundAtTheEndOfTheHold() throws {
        let world = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            7d    refund a 5000   -> posted, clawed_back refund
            8d    refund a 5000                # the same refund
            """)
        #expect(world.balance(referrer).creditsPosted == 300)
        #expect(world.balance(referrer).debitsPosted == 300)
        #expect(world.line("waking").debitsPosted == 0)
    }

    /// The minimum is 1,000: what is left below it voids, at it does not.
    @Test func measuresWhatRefundsLeave() throws {
        _ = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            1d    refund a 3000
            1d    refund a 3000                # counts once
            1d    refund b 1000                # 1,000 left
            2d    refund c 1      -> voided refund
            3d    refund d 999
            """)
        _ = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            7d    refund a 4000   -> posted
            8d    refund b 1      -> clawed_back refund
            9d    refund c 999
            """)
        // Without a minimum only the whole order counts.
        _ = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            1d    refund a 4999
            2d    refund b 1      -> voided refund
            """, { $0.clearMinimumOrder() })
    }

    @Test func startsTheHoldAnewAtReceipt() throws {
        _ = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            2d    received
            3d    received                     # counts once
            7d    tick
            9d-1  tick
            9d    tick            -> posted
            """)
        _ = try run(
            """
            0d    paid 5000
            1d    received
            2d    approve         -> pending
            8d-1  tick
            8d    tick            -> posted
            9d    received
            """)
        // A receipt before the order, by whatever clock, shortens nothing.
        _ = try run(
            """
            0d    approve         -> pending
            -1d   received
            7d-1  tick
            7d    tick            -> posted
            """)
    }

    /// A decision that comes late pays at once, where the hold is over.
    @Test func paysALateDecisionAtOnce() throws {
        _ = try run(
            """
            0d    paid 5000
            7d-1  approve         -> pending
            7d    tick            -> posted
            """)
        _ = try run(
            """
            0d    paid 5000
            7d    approve         -> pending, posted
            """)
        _ = try run(
            """
            0d    approve         -> pending, posted
            """, { $0.holdDays = 0 })
    }

    /// A held reward is never paid by itself.
    @Test func voidsAtTheReviewDeadline() throws {
        let world = try run(
            """
            0d    paid 5000
            1d    review          -> held
            8d    tick
            15d-1 tick
            15d   tick            -> voided review_deadline
            16d   approve person               # too late
            """)
        #expect(world.line("waking").debitsPending == 0)
    }

    @Test func releasesByAPerson() throws {
        _ = try run(
            """
            0d    paid 5000
            1d    review          -> held
            2d    approve person  -> pending
            7d-1  tick
            7d    tick            -> posted
            15d   tick                         # the review's timer is gone
            """)
        _ = try run(
            """
            0d    paid 5000
            1d    review          -> held
            7d    approve person  -> pending, posted
            """)
        _ = try run(
            """
            0d    paid 5000
            1d    review          -> held
            2d    approve                      # no person
            2d    received
            15d-1 approve person  -> pending, posted
            """)
        _ = try run(
            """
            1d    review          -> held
            15d   approve person  -> voided review_deadline    # the timer wins
            """)
    }

    /// Evidence that comes after the approval holds what is not paid yet.
    @Test func holdsWhatWasApproved() throws {
        let world = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            1d    review          -> held fraud_review
            2d    review
            7d    tick                         # the hold's timer is gone
            15d-1 tick
            15d   tick            -> voided review_deadline
            """)
        #expect(world.events.map(\.rewardEventID) == ["c1#reserve", "c1#hold", "c1#void"])
        #expect(world.balance(referrer) == Balance())
        #expect(world.line("waking").debitsPending == 0)
        _ = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            7d-1  review          -> held fraud_review
            7d    received
            8d    approve person  -> pending
            9d    review                       # a person has looked: not held again
            14d-1 tick
            14d   tick            -> posted
            """)
        _ = try run(
            """
            0d    approve         -> pending
            1d    review          -> held fraud_review
            9d    approve person  -> pending, posted
            """)
        _ = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            1d    review          -> held fraud_review
            2d    refund a 5000   -> voided refund
            3d    approve person
            """)
        _ = try run(
            """
            0d    approve         -> pending
            1d    review          -> held fraud_review
            2d    decline         -> voided fraud_decline
            """)
        // The timer wins at the boundary, and what is paid stays paid.
        _ = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            7d    review          -> posted
            8d    review
            """)
        _ = try run(
            """
            1d    review          -> held
            2d    approve person  -> pending
            3d    review
            7d    tick            -> posted
            """)
    }

    @Test func followsLaterDecisions() throws {
        _ = try run(
            """
            0d    approve         -> pending
            1d    decline         -> voided fraud_decline
            2d    approve person
            """)
        _ = try run(
            """
            0d    approve         -> pending
            1d    block           -> voided fraud_block
            """)
        _ = try run(
            """
            0d    review          -> held
            1d    decline person  -> voided fraud_decline
            """)
        _ = try run(
            """
            0d    review          -> held
            1d    block           -> voided fraud_block
            2d    approve person
            """)
        _ = try run(
            """
            0d    paid 5000
            0d    approve         -> pending
            8d    block           -> posted
            9d    decline         -> clawed_back fraud_decline
            10d   decline
            11d   refund a 5000
            """)
        _ = try run(
            """
            0d    decline         -> refused fraud_decline
            1d    approve person
            """)
    }

    @Test func reservesWhenAPersonLiftsTheBlock() throws {
        let world = try run(
            """
            0d    paid 5000
            0d    block           -> refused fraud_block
            1d    approve                      # no person
            2d    review
            3d    approve person  -> pending
            7d    tick            -> posted
            """)
        #expect(world.balance(friend).creditsPosted == 200)
        let refunded = try run(
            """
            0d    paid 5000
            0d    block           -> refused fraud_block
            1d    refund a 5000
            3d    approve person               # as new: the order is gone; told once
            4d    approve person
            """)
        #expect(refunded.requests.map(\.value.action) == [.refuse])
    }

    @Test func refusesAtFirstSight() throws {
        _ = try run("0d approve -> refused below_minimum", { $0.minimumOrder.minorUnits = 5_001 })
        _ = try run("0d approve -> pending", { $0.minimumOrder.minorUnits = 5_000 })
        _ = try run(
            """
            0d    paid 999
            1d    approve         -> refused below_minimum
            """)
        _ = try run(
            """
            0d    paid 5000
            1d    refund a 4001
            2d    approve         -> refused order_refunded
            """)
        _ = try run(
            """
            0d    paid 5000
            1d    refund a 4000
            2d    approve         -> pending
            """)
        _ = try run(
            """
            0d    refund a 5000                # before its payment
            0d    paid 5000
            2d    approve         -> refused order_refunded
            """)
        _ = try run(
            """
            0d    refund a 5000                # and before the order is known at all
            2d    approve         -> refused order_refunded
            """)
        _ = try run(
            "0d approve -> refused no_reward",
            {
                $0.friendReward.fixedAmount = 0
                $0.referrerReward.fixedAmount = 0
            })
        // The order's value comes before the verdict.
        _ = try run("0d decline -> refused below_minimum", { $0.minimumOrder.minorUnits = 5_001 })
        _ = try run(
            "0d approve -> refused currency",
            {
                $0.currency = "USD"; $0.clearMinimumOrder()
            })
    }

    /// A refund told before the payment counts once the payment is told, and the claim's amount stands in until then.
    @Test func measuresByTheClaimUntilThePaymentIsTold() throws {
        _ = try run(
            """
            0d    approve         -> pending
            1d    refund a 4000
            2d    refund b 1      -> voided refund
            """)
        _ = try run(
            """
            0d    approve         -> pending
            1d    refund a 4000
            1d    paid 6000
            2d    refund b 1
            3d    refund c 1000   -> voided refund
            """)
    }

    /// What the first claim says of an order stands until it is paid.
    @Test func measuresByTheFirstClaim() throws {
        var world = SettlementWorld([.referral()])
        try world.take(.decision(.sample(.approve)))
        try world.take(.decision(.sample(.approve, claim: "c2", amount: 9_000)))
        try world.take(.event(.refunded("o1", "a", 4_001, at: start)))
        #expect(world.history(of: "c1") == ["pending", "voided refund"])
        #expect(world.history(of: "c2") == ["pending", "voided refund"])
    }

    @Test func leavesASideWithoutAmountOut() throws {
        let world = try run(
            """
            0d    approve         -> pending
            7d    tick            -> posted
            """, { $0.referrerReward.fixedAmount = 0 })
        #expect(world.requests.allSatisfy { $0.value.amounts.map(\.side) == [.friend] })
        #expect(world.accountBook.accounts[referrer] == nil)
    }

    @Test func aRefusedReservationFindsNothingLater() throws {
        let world = try run(
            """
            0d    paid 5000
            0d    approve         -> refused exceeds_credits
            7d    tick
            8d    refund a 5000
            """, { $0.budgets[0].amount = 100 })
        #expect(world.requests.map(\.value.action) == [.reserve, .post, .clawBack])
        #expect(world.transfers.allSatisfy { $0.value.code != .reward })
    }

    /// S01: shares are rounded down, cut to the maximum.
    @Test(
        arguments: [
            (9_999, 0, 1_000, 999), (10_000, 0, 1_000, 1_000), (10_009, 0, 1_000, 1_000), (5_000, 450, 1_000, 450),
            (5_000, 500, 1_000, 500), (5_000, 501, 1_000, 500), (1_000_000_000_000, 0, 20_000, 1_000_000_000_000),
            (1_000_000_000_000, 0, .max, 1_000_000_000_000), (9, 0, 1_111, 0), (10, 0, 1_000, 1),
        ] as [(Int64, Int64, UInt32, Int64)])
    func roundsShares(order: Int64, maximum: Int64, basisPoints: UInt32, amount: Int64) {
        var rule = RewardRule.fixed(.cash, 0, "growth")
        rule.orderBasisPoints = basisPoints
        rule.maximumAmount = maximum
        #expect(rule.amount(ofOrder: order) == amount)
        rule.fixedAmount = 600
        #expect(rule.amount(ofOrder: order) == (maximum == 0 ? 600 : min(600, maximum)))
    }

    @Test func followsTheVersionOfTheClaim() throws {
        var campaign = Campaign.referral()
        campaign.addVersion {
            $0.friendReward.fixedAmount = 777
            $0.holdDays = 1
        }
        var world = SettlementWorld([campaign])
        // Claimed a millisecond before the second version, decided under it (S13).
        try world.take(.decision(.sample(.approve, orderedAt: start + day - 1, at: start + 2 * day)))
        try world.take(
            .decision(.sample(.approve, claim: "c2", order: "o2", orderedAt: start + day, at: start + 2 * day)))
        #expect(world.requests.first?.value.campaignVersion == 1)
        #expect(world.requests.first?.value.amounts.map(\.amount) == [300, 200])
        #expect(world.requests.dropFirst().map(\.value.campaignVersion) == [2, 2])
        #expect(world.requests.last?.value.amounts.map(\.amount) == [300, 777])
        #expect(world.history(of: "c1") == ["pending"])
        #expect(world.history(of: "c2") == ["pending", "posted"])
    }

    /// A timer that comes early, late or to nothing does no harm.
    @Test func survivesAnyTimer() throws {
        var book = MemoryRewardBook()
        book.campaigns[spring] = .referral()
        let rewards = Rewards()
        _ = try rewards.decide(try ClaimVerdict(.sample(.approve)), at: start, &book)
        let key = try #require(book.timers.keys.first)
        #expect(try rewards.punctuate(key: key, at: start + 7 * day - 1, &book).requests.isEmpty)
        #expect(book.timers == [key: start + 7 * day])
        let late = try rewards.punctuate(key: key, at: start + 9 * day, &book)
        #expect(late.requests.map(\.action) == [.post])
        #expect(late.requests.map(\.requestedMs) == [start + 9 * day])
        #expect(book.timers.isEmpty)
        #expect(try rewards.punctuate(key: key, at: start + 9 * day, &book) == RewardOutputs())
        #expect(try rewards.punctuate(key: "nobody", at: start, &book) == RewardOutputs())
    }

    /// With the wall clock a record may be judged later than it says: the hold still runs from the order.
    @Test func holdsFromTheOrderNotFromTheClock() throws {
        var book = MemoryRewardBook()
        book.campaigns[spring] = .referral()
        let verdict = try ClaimVerdict(.sample(.approve))
        let outputs = try Rewards().decide(verdict, at: start + 3 * day, &book)
        #expect(outputs.requests.map(\.requestedMs) == [start + 3 * day])
        #expect(book.timers.values.map { $0 } == [start + 7 * day])
        // A review runs from when it is asked for.
        let held = try ClaimVerdict(.sample(.review, claim: "c2"))
        _ = try Rewards().decide(held, at: start + 3 * day, &book)
        #expect(book.timers.values.sorted() == [start + 7 * day, start + 17 * day])
    }

    @Test func namesEventsAndTransfers() throws {
        let world = try run(
            """
            0d    paid 5000
            0d    review          -> held
            1d    approve person  -> pending
            7d    tick            -> posted
            8d    refund a 5000   -> clawed_back refund
            """)
        #expect(world.events.map(\.rewardEventID) == ["c1#reserve", "c1#release", "c1#post", "c1#claw_back1"])
        #expect(
            world.events.map { $0.amounts.map(\.transferID) } == [
                ["spring:c1:referrer:pending", "spring:c1:friend:pending"],
                ["spring:c1:referrer:pending", "spring:c1:friend:pending"],
                ["spring:c1:referrer:post", "spring:c1:friend:post"],
                ["spring:c1:referrer:clawback1", "spring:c1:friend:clawback1"],
            ])
        #expect(world.events.map(\.decisionID) == ["c1#1", "c1#2", "c1#2", "c1#2"])
        #expect(world.events.allSatisfy { $0.orderID == "o1" && $0.friendID == "f" && $0.referrerID == "r" })
        #expect(world.events.map { $0.changedAt.milliseconds } == [0, 1, 7, 8].map { start + $0 * day })
    }
}
