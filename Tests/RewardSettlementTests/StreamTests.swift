import ProtobufCodec
import RewardSettlement
import Schemas
import Testing

/// Seeded random streams through all three stages; the auditor holds the six invariants after every step (S10, S12).
@Suite struct StreamTests {
    static let seeds: [UInt64] = Array(1...16)

    /// A shop of few customers, small budgets and much trouble.
    static func stream(seed: UInt64, count: Int = 200) -> [SettlementWorld.Input] {
        var random = SeededGenerator(seed: seed)
        var inputs: [SettlementWorld.Input] = []
        var at = start
        var revisions: [String: UInt32] = [:]
        var paidAt: [String: Int64] = [:]
        for index in 0..<count {
            at +=
                random.isOne(in: 3)
                ? Int64.random(in: 0...3 * day, using: &random) : Int64.random(in: 0...2, using: &random)
            let customer = "f\(Int.random(in: 0..<5, using: &random))"
            let order = "o\(Int.random(in: 0..<12, using: &random))-\(customer)"
            let amount = Int64.random(in: 0...9_000, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                paidAt[order] = paidAt[order] ?? at
                let points = random.isOne(in: 3) ? Int64.random(in: 1...60, using: &random) : 0
                let currency = random.isOne(in: 20) ? "USD" : "CNY"
                inputs.append(.event(.paid(order, amount, by: customer, at: at, points: points, currency: currency)))
            case 3, 4:
                let refund = "r\(Int.random(in: 0..<3, using: &random))"
                let part = random.isOne(in: 2) ? amount : amount / 7
                inputs.append(.event(.refunded(order, refund, part, by: customer, at: at)))
            case 5:
                inputs.append(.event(.received(order, by: customer, at: at)))
            case 6:
                let tier = ["gold", "platinum", "bronze", nil].randomElement(using: &random) ?? nil
                inputs.append(.tag(.tier(tier, of: customer, at: at)))
            default:
                let claim = "c\(Int.random(in: 0..<3, using: &random))-\(order)"
                revisions[claim, default: 0] += random.isOne(in: 8) ? 0 : 1
                let decision =
                    [Decision.approve, .approve, .review, .blockAndReview, .decline]
                    .randomElement(using: &random) ?? .approve
                inputs.append(
                    .decision(
                        .sample(
                            decision, revision: max(1, revisions[claim, default: 1]), claim: claim, order: order,
                            amount: amount, friend: customer, referrer: "r\(index % 3)",
                            orderedAt: paidAt[order] ?? at, at: at, reviewer: random.isOne(in: 2) ? "eve" : "")))
            }
        }
        return inputs
    }

    static func campaigns(seed: UInt64) -> [Campaign] {
        var random = SeededGenerator(seed: seed &* 977)
        var referral = Campaign.referral(budget: Int64.random(in: 0...9_000, using: &random)) {
            $0.referrerClaimCap = UInt32.random(in: 0...6, using: &random)
            $0.friendReward.orderBasisPoints = random.isOne(in: 2) ? 700 : 0
            $0.friendReward.fixedAmount = $0.friendReward.orderBasisPoints > 0 ? 0 : 200
            $0.reserveDrawings = [.sample("d1", Int64.random(in: 1...600, using: &random), into: "growth")]
        }
        referral.addVersion {
            $0.validFromMs = start + 40 * day
            $0.budgets[0].amount = Int64.random(in: 0...30_000, using: &random)
            $0.referrerReward = .fixed(.coupon, 1, "coupons")
            $0.budgets.append(.sample(.coupon, 30, ["coupons": 9_000]))
            $0.endsMs = random.isOne(in: 2) ? start + 90 * day : 0
            $0.holdDays = 3
        }
        let points = Campaign.loyalty(budget: Int64.random(in: 0...3_000, using: &random)) {
            $0.pointsLifeDays = UInt32.random(in: 0...40, using: &random)
            $0.notify = true
        }
        return [referral, points]
    }

    static func world(seed: UInt64) throws -> SettlementWorld {
        let campaigns = campaigns(seed: seed)
        for campaign in campaigns { try campaign.validate() }
        var world = SettlementWorld(campaigns)
        world.auditor = Auditor()
        return world
    }

    /// Takes a record as the runtime does: what is refused becomes a dead letter and nothing else.
    static func take(_ input: SettlementWorld.Input, _ world: inout SettlementWorld) throws {
        do {
            try world.take(input)
        } catch is Rejection {
        }
    }

    @Test(arguments: seeds) func holdsTheInvariants(seed: UInt64) throws {
        var world = try Self.world(seed: seed)
        for input in Self.stream(seed: seed) { try Self.take(input, &world) }
        try world.advance(through: start + 3_000 * day)
        try world.auditor?.checkConservation(world.budgetBook, world.accountBook)
        // Nothing is left in the air: every hold and every review has ended.
        #expect(world.rewardBook.timers.isEmpty)
        #expect(world.budgetBook.accounts.values.allSatisfy { $0.balance.debitsPending == 0 })
        #expect(world.accountBook.accounts.values.allSatisfy { $0.balance.creditsPending == 0 })
        #expect(Set(world.events.map(\.rewardEventID)).count == world.events.count)
        #expect(Set(world.notifications.map(\.requestID)).count == world.notifications.count)
    }

    /// The streams reach what they are to test.
    @Test func reachesEveryState() throws {
        var states: Set<String> = []
        var reasons: Set<String> = []
        var codes: Set<TransferCode> = []
        var results: Set<TransferResult> = []
        for seed in Self.seeds {
            var world = try Self.world(seed: seed)
            world.auditor = nil
            for input in Self.stream(seed: seed) { try Self.take(input, &world) }
            states.formUnion(world.events.map { RewardStateName.name($0.state) })
            reasons.formUnion(world.events.map(\.reason))
            codes.formUnion(world.entries.map(\.transfer.code))
            results.formUnion(world.entries.map(\.result))
        }
        #expect(states == ["pending", "held", "posted", "voided", "clawed_back", "refused"])
        #expect(reasons.isSuperset(of: RewardReason.allCases.map(\.rawValue).filter { $0 != "no_reward" }))
        #expect(reasons.isSuperset(of: ["exceeds_credits", "cap_reached", "campaign_not_running"]))
        #expect(codes == [.fundReserve, .fundBudget, .drawReserve, .reward, .clawBack, .pointsSpent, .pointsExpired])
        #expect(results == [.ok, .exceedsCredits])
    }

    /// S10: the whole log again, at each stage, changes nothing and publishes nothing.
    @Test(arguments: seeds) func replayOfTheWholeLogChangesNothing(seed: UInt64) throws {
        var world = try Self.world(seed: seed)
        let inputs = Self.stream(seed: seed)
        for input in inputs { try Self.take(input, &world) }
        let (rewards, budgets, accounts) = (world.rewardBook, world.budgetBook, world.accountBook)
        let (requests, transfers, entries) = (world.requests, world.transfers, world.entries)

        for input in inputs { try Self.take(input, &world) }
        #expect(world.rewardBook == rewards)
        #expect(world.requests.count == requests.count)

        for request in requests { try world.answer(request.value, at: request.at) }
        #expect(world.budgetBook == budgets)
        #expect(world.transfers.count == transfers.count)

        for transfer in transfers { try world.follow(transfer.value, at: transfer.at) }
        #expect(world.accountBook == accounts)
        #expect(world.entries == entries)
    }

    /// Each record delivered again right after itself, or later once more, gives the ledger of one delivery.
    @Test(arguments: seeds) func redeliveryChangesNothing(seed: UInt64) throws {
        var once = try Self.world(seed: seed)
        var often = try Self.world(seed: seed)
        var random = SeededGenerator(seed: seed &+ 7)
        let inputs = Self.stream(seed: seed)
        for (index, input) in inputs.enumerated() {
            try Self.take(input, &once)
            try Self.take(input, &often)
            if random.isOne(in: 2) { try Self.take(input, &often) }
            if random.isOne(in: 3) { try Self.take(inputs[Int.random(in: 0...index, using: &random)], &often) }
            if random.isOne(in: 3), let request = often.requests.randomElement(using: &random) {
                try often.answer(request.value, at: request.at)
            }
            if random.isOne(in: 3), let transfer = often.transfers.randomElement(using: &random) {
                try often.follow(transfer.value, at: transfer.at)
            }
        }
        #expect(often.rewardBook == once.rewardBook)
        #expect(often.budgetBook == once.budgetBook)
        #expect(often.accountBook == once.accountBook)
        #expect(often.events == once.events)
        #expect(often.entries == once.entries)
    }

    /// Timers looked at often, or only when the next record comes, give the same.
    @Test(arguments: seeds) func lateTimersGiveTheSame(seed: UInt64) throws {
        var seldom = try Self.world(seed: seed)
        var often = try Self.world(seed: seed)
        var random = SeededGenerator(seed: seed &+ 99)
        var last = start
        for input in Self.stream(seed: seed) {
            for _ in 0..<3 {
                try often.advance(through: Int64.random(in: last...max(last, input.time), using: &random))
            }
            last = max(last, input.time)
            try Self.take(input, &often)
            try Self.take(input, &seldom)
        }
        #expect(often.events == seldom.events)
        #expect(often.entries == seldom.entries)
        #expect(often.budgetBook == seldom.budgetBook)
    }

    /// S10: the same log on new state gives the same bytes, entry by entry.
    @Test(arguments: seeds.prefix(4)) func aSecondRunGivesTheSameBytes(seed: UInt64) throws {
        var runs: [[[UInt8]]] = []
        for _ in 0..<2 {
            var world = try Self.world(seed: seed)
            for input in Self.stream(seed: seed) { try Self.take(input, &world) }
            runs.append(
                try world.entries.map { try $0.serializedBytes() } + world.events.map { try $0.serializedBytes() })
        }
        #expect(runs[0] == runs[1])
        #expect(runs[0].count > 100)
    }
}
