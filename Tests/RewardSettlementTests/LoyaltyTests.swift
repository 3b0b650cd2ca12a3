import RewardSettlement
import Schemas
import Testing

/// Points of orders: tiers, holds, refunds (S04).
@Suite struct LoyaltyTests {
    private let account = AccountID.customer(CustomerID(rawValue: "f"), .points)

    private func world(_ change: (inout CampaignVersion) -> Void = { _ in }) -> SettlementWorld {
        var world = SettlementWorld([.loyalty(change)])
        world.auditor = Auditor()
        return world
    }

    @Test(
        arguments: [
            (99, nil, nil), (100, nil, 1), (199, nil, 1), (10_050, nil, 100), (10_050, "gold", 150), (150, "gold", 1),
            (350, "gold", 4), (10_050, "platinum", 200), (10_050, "bronze", 100),
            (1_000_000_000_000, nil, 10_000_000_000),
        ] as [(Int64, String?, Int64?)])
    func earns(amount: Int64, tier: String?, points: Int64?) throws {
        var world = world { $0.budgets[0].amount = 1_000_000_000_000 }
        if let tier { try world.take(.tag(.tier(tier, at: start))) }
        try world.take(.event(.paid("o1", amount, at: start + 1)))
        #expect(world.requests.map { $0.value.amounts.map(\.amount) } == (points.map { [[$0]] } ?? []))
        #expect(world.events.map(\.rewardID) == (points == nil ? [] : ["order:o1"]))
    }

    @Test func cutsToTheMaximumAndKeepsZeroPercent() throws {
        var world = world {
            $0.friendReward.maximumAmount = 99
            $0.tierPercent["none"] = 0
        }
        try world.take(.event(.paid("o1", 10_000, at: start)))
        #expect(world.requests.last?.value.amounts.map(\.amount) == [99])
        try world.take(.tag(.tier("none", at: start)))
        try world.take(.event(.paid("o2", 10_000, at: start + 1)))
        #expect(world.requests.count == 1)
    }

    /// The tier of the order's time: the last change before it.
    @Test func earnsByTheTierBeforeTheOrder() throws {
        func percent(_ changes: [(String?, Int64)], orderAt: Int64) throws -> Int64? {
            var world = world()
            for (tier, at) in changes { try world.take(.tag(.tier(tier, at: start + at))) }
            try world.take(.event(.paid("o1", 10_000, at: start + orderAt)))
            return world.requests.first?.value.amounts.first?.amount
        }
        #expect(try percent([("gold", 100)], orderAt: 101) == 150)
        #expect(try percent([("gold", 100)], orderAt: 100) == 100)
        #expect(try percent([("gold", 100), ("platinum", 200)], orderAt: 200) == 150)
        #expect(try percent([("gold", 100), ("platinum", 200)], orderAt: 201) == 200)
        #expect(try percent([("platinum", 200), ("gold", 100)], orderAt: 201) == 200)
        #expect(try percent([("gold", 100), (nil, 150)], orderAt: 151) == 100)
        // Of two changes at one time the later told counts.
        #expect(try percent([("gold", 100), ("platinum", 100)], orderAt: 101) == 200)
        #expect(try percent([("platinum", 100), ("gold", 100)], orderAt: 101) == 150)
        // The eight newest are kept.
        let nine = (1...9).map { ($0 == 1 ? "platinum" : "gold", Int64($0)) as (String?, Int64) }
        #expect(try percent(nine, orderAt: 2) == 100)
        #expect(try percent(nine, orderAt: 3) == 150)
        #expect(try percent(Array(nine.prefix(8)), orderAt: 2) == 200)
    }

    @Test func forgetsTheTier() throws {
        var world = world()
        try world.take(.tag(.tier("gold", at: start)))
        var forgotten = TagEvent.tier(nil, at: start + 1)
        forgotten.kind = .customerForgotten(CustomerForgotten())
        try world.take(.tag(forgotten))
        #expect(world.rewardBook.tiers.isEmpty)
    }

    @Test func postsAfterTheHoldAndExpires() throws {
        var world = world()
        try world.take(.event(.paid("o1", 10_000)))
        try world.advance(through: start + 7 * day - 1)
        #expect(world.balance(account).creditsPending == 100)
        #expect(world.balance(account).creditsPosted == 0)
        try world.advance(through: start + 7 * day)
        #expect(world.balance(account).creditsPosted == 100)
        try world.advance(through: start + (7 + 365) * day - 1)
        #expect(world.balance(account).debitsPosted == 0)
        try world.advance(through: start + (7 + 365) * day)
        #expect(world.balance(account).debitsPosted == 100)
        #expect(world.history(of: "order:o1") == ["pending", "posted"])
        #expect(world.entries.last?.transfer.transferID == "expire:loyalty:order:o1:friend:post")
        #expect(world.entries.last?.transfer.customerID == "f")
    }

    @Test func startsTheHoldAnewAtReceipt() throws {
        var world = world()
        try world.take(.event(.paid("o1", 10_000)))
        try world.take(.event(.received("o1", at: start + 3 * day)))
        try world.advance(through: start + 10 * day - 1)
        #expect(world.history(of: "order:o1") == ["pending"])
        try world.advance(through: start + 10 * day)
        #expect(world.history(of: "order:o1") == ["pending", "posted"])
    }

    /// Points of 10,001: 100. Refunds in the hold lower what is posted, rounded down.
    @Test(
        arguments: [
            (0, 100), (1, 99), (100, 99), (101, 98), (5_000, 50), (9_900, 1), (9_901, 0), (10_001, 0), (20_000, 0),
        ] as [(Int64, Int64)])
    func postsWhatRefundsLeft(refunded: Int64, points: Int64) throws {
        var world = world()
        try world.take(.event(.paid("o1", 10_001)))
        if refunded > 0 { try world.take(.event(.refunded("o1", "a", refunded, at: start + 7 * day - 1))) }
        #expect(world.requests.count == 1)
        try world.advance(through: start + 7 * day)
        #expect(world.balance(account).creditsPosted == points)
        #expect(world.balance(account).creditsPending == 0)
        #expect(world.line("points", .points, of: loyalty).debitsPending == 0)
        #expect(world.history(of: "order:o1").last == (points == 0 ? "voided refund" : "posted"))
    }

    /// After posting, refunds take back the share refunded, less what was never posted or is taken already.
    @Test(
        arguments: [
            ([], [(1, 0)], 0), ([], [(101, 1)], 1), ([], [(5_000, 49)], 49), ([], [(5_000, 49), (5_001, 51)], 100),
            ([5_000], [(5_001, 50)], 50), ([5_000], [(1, 0), (1, 0), (4_999, 50)], 50),
            ([101], [(99, 0), (9_801, 98)], 98),
            ([], [(20_000, 100), (1, 0)], 100), ([9_900], [(100, 0), (1, 1)], 1),
        ] as [([Int64], [(Int64, Int64)], Int64)])
    func takesBackTheShareRefunded(inHold: [Int64], after: [(Int64, Int64)], total: Int64) throws {
        var world = world()
        try world.take(.event(.paid("o1", 10_001)))
        for (index, amount) in inHold.enumerated() {
            try world.take(.event(.refunded("o1", "h\(index)", amount, at: start + day)))
        }
        try world.advance(through: start + 7 * day)
        for (index, step) in after.enumerated() {
            let before = world.balance(account).debitsPosted
            try world.take(.event(.refunded("o1", "a\(index)", step.0, at: start + 8 * day + Int64(index))))
            #expect(world.balance(account).debitsPosted - before == step.1, "refund \(index)")
        }
        #expect(world.balance(account).debitsPosted == total)
        let refunded = inHold.reduce(0, +) + after.reduce(0) { $0 + $1.0 }
        if refunded >= 10_001 {
            #expect(world.balance(account).creditsPosted == world.balance(account).debitsPosted)
            #expect(world.line("points", .points, of: loyalty).debitsPosted == 0)
        }
    }

    @Test func refusesAnotherCurrency() throws {
        var world = world()
        try world.take(.event(.paid("o1", 10_000, currency: "USD")))
        #expect(world.history(of: "order:o1") == ["refused currency"])
        try world.advance(through: start + 99 * day)
        #expect(world.events.count == 1)
    }

    @Test func earnsNothingWithoutAValidVersion() throws {
        var world = world()
        try world.take(.event(.paid("o1", 10_000, at: start - 1)))
        #expect(world.requests.isEmpty)
        world.rewardBook.campaigns[loyalty]?.kind = .referral
        try world.take(.event(.paid("o2", 10_000)))
        world.rewardBook.campaigns[loyalty] = nil
        try world.take(.event(.paid("o3", 10_000)))
        #expect(world.requests.isEmpty)
    }

    @Test func countsAPaymentOnce() throws {
        var world = world()
        try world.take(.event(.paid("o1", 10_000, points: 0)))
        var again = CustomerEvent.paid("o1", 20_000, at: start + 1, points: 5)
        again.eventID = "another"
        try world.take(.event(again))
        #expect(world.requests.count == 1)
        #expect(world.transfers.allSatisfy { $0.value.code != .pointsSpent })
        #expect(world.rewardBook.orders.values.map(\.amountMinor) == [10_000])
    }

    @Test func spendsPointsAsPartPayment() throws {
        var world = world { $0.holdDays = 0 }
        try world.take(.event(.paid("o1", 10_000)))
        try world.take(.event(.paid("o2", 5_000, at: start + 1, points: 100)))
        #expect(world.balance(account).debitsPosted == 100)
        // o2 itself earned 50.
        try world.take(.event(.paid("o3", 99, at: start + 2, points: 51)))
        #expect(world.entries.last?.result == .exceedsCredits)
        #expect(world.balance(account).debitsPosted == 100)
        try world.take(.event(.paid("o4", 99, at: start + 3, points: 50)))
        #expect(world.balance(account).debitsPosted == 150)
        let spent = world.transfers.map(\.value).filter { $0.code == .pointsSpent }
        #expect(spent.map(\.transferID) == ["spend:o2", "spend:o3", "spend:o4"])
        #expect(spent.allSatisfy { $0.debitAccountID == account.rawValue && $0.creditAccountID == "redemption:points" })
    }

    /// The referrer's cap does not count what has no referrer.
    @Test func knowsNoCap() throws {
        var world = world { $0.referrerClaimCap = 1 }
        for order in 1...3 { try world.take(.event(.paid("o\(order)", 100, at: start + Int64(order)))) }
        #expect(world.events.map(\.state) == [.pending, .pending, .pending])
    }
}
