import ProtobufCodec
import RewardSettlement
import Schemas
import Testing

/// Budgets, their reserve of 10 %, drawings and alerts (S11, S12).
@Suite struct FundingTests {
    private func request(_ amount: Int64, _ reward: String = "c1", version: UInt32 = 1, at: Int64) -> BudgetRequest {
        var request = BudgetTable(.referral()).request(.reserve, reward, [0, amount])
        request.campaignVersion = version
        request.requestedMs = at
        return request
    }

    private func funded(_ campaign: Campaign, at: Int64 = start) throws -> (MemoryBudgetBook, BudgetOutcome) {
        var book = MemoryBudgetBook()
        book.campaigns[spring] = campaign
        let outcome = try Budgets().decide(request(1, at: at), at: at, &book)
        return (book, outcome)
    }

    private func credits(_ book: MemoryBudgetBook, _ line: String) -> Int64 {
        let balance = book.accounts[.budget(spring, .cash, line: line)]?.balance
        return (balance?.creditsPosted ?? 0) - (line == "reserve" ? balance?.debitsPosted ?? 0 : 0)
    }

    /// The reserve is rounded down, so the lines never get less than nine tenths.
    @Test(
        arguments: [
            (0, 0, [0, 0]), (1, 0, [1, 0]), (9, 0, [4, 5]), (10, 1, [4, 5]), (11, 1, [4, 6]), (19, 1, [8, 10]),
            (20, 2, [8, 10]), (100, 10, [36, 54]), (101, 10, [37, 54]),
        ] as [(Int64, Int64, [Int64])])
    func splitsToTheLastUnit(budget: Int64, reserve: Int64, lines: [Int64]) throws {
        let campaign = Campaign.referral {
            var sample = Budget.sample(.cash, budget, [:])
            sample.lines = ([("first", 4_000), ("second", 6_000)] as [(String, UInt32)]).map { name, points in
                BudgetLine.with {
                    $0.name = name
                    $0.basisPoints = points
                }
            }
            $0.budgets = [sample]
            $0.friendReward.budgetLine = "second"
            $0.clearReferrerReward()
        }
        let (book, _) = try funded(campaign)
        #expect(credits(book, "reserve") == reserve)
        #expect([credits(book, "first"), credits(book, "second")] == lines)
        #expect(reserve + lines.reduce(0, +) == budget)
    }

    /// What the shares leave out stays out.
    @Test func roundsLessThanTheWholeDown() throws {
        let (book, _) = try funded(.referral { $0.budgets = [.sample(.cash, 111, ["growth": 3_333])] })
        #expect(credits(book, "growth") == 33)  // 100 · 33.33 %
    }

    @Test func tellsEachFundingOnce() throws {
        var book = MemoryBudgetBook()
        book.campaigns[spring] = .referral(budget: 1_000)
        let first = try Budgets().decide(request(1, at: start), at: start, &book)
        #expect(
            first.funding.map(\.transferID) == [
                "spring:v1:cash:reserve:fund", "spring:v1:cash:growth:fund", "spring:v1:cash:waking:fund",
            ])
        #expect(first.funding.map(\.code) == [.fundReserve, .fundBudget, .fundBudget])
        #expect(first.funding.map(\.amount) == [100, 540, 360])
        #expect(first.funding.allSatisfy { $0.debitAccountID == "equity:spring:cash" && $0.phase == .single })
        #expect(first.funding.map(\.accountID) == first.funding.map(\.creditAccountID))
        #expect(try Budgets().decide(request(1, "c2", at: start), at: start, &book).funding.isEmpty)
    }

    /// S11: a version in force from a time funds from that very millisecond on.
    @Test func fundsTheIncreaseOfAVersionAtItsTime() throws {
        var campaign = Campaign.referral(budget: 1_000)
        campaign.addVersion { $0.budgets[0].amount = 2_000 }
        var book = MemoryBudgetBook()
        book.campaigns[spring] = campaign
        let before = try Budgets().decide(request(541, at: start + day - 1), at: start + day - 1, &book)
        #expect(before.result == .exceedsCredits)
        let after = try Budgets().decide(request(541, "c2", at: start + day), at: start + day, &book)
        #expect(after.result == .ok)
        #expect(
            after.funding.map(\.transferID) == [
                "spring:v2:cash:reserve:fund", "spring:v2:cash:growth:fund", "spring:v2:cash:waking:fund",
            ])
        #expect(after.funding.map(\.amount) == [100, 540, 360])
        // An older request that comes late funds nothing again.
        #expect(try Budgets().decide(request(1, "c3", at: start), at: start + day, &book).funding.isEmpty)
    }

    /// A decrease takes nothing back, and the figures follow from the versions, not from when requests come.
    @Test(arguments: [[0], [0, 1], [0, 1, 2, 3], [3], [1, 3]] as [[Int64]])
    func fundsByVersionsInOrder(requestsAtDay: [Int64]) throws {
        var campaign = Campaign.referral(budget: 1_000)
        campaign.addVersion { $0.budgets[0].amount = 3_000 }
        campaign.addVersion { $0.budgets[0].amount = 2_000 }
        campaign.addVersion { $0.budgets[0].amount = 2_500 }
        var book = MemoryBudgetBook()
        book.campaigns[spring] = campaign
        for days in requestsAtDay {
            _ = try Budgets().decide(request(1, "c\(days)", at: start + days * day), at: start + days * day, &book)
        }
        let last = requestsAtDay.last ?? 0
        #expect(credits(book, "growth") == (last == 0 ? 540 : 1_620))
    }

    @Test func drawsOnceAndNotBeyondTheReserve() throws {
        var campaign = Campaign.referral(budget: 1_000) {
            $0.reserveDrawings = [
                .sample("large", 101, into: "growth"), .sample("fits", 100, into: "growth"),
                .sample("late", 1, into: "growth"),
            ]
        }
        var (book, outcome) = try funded(campaign)
        #expect(outcome.funding.suffix(2).map(\.transferID) == ["spring:draw:fits", "spring:draw:fits"])
        #expect(
            outcome.funding.suffix(2).map(\.accountID) == [
                "campaign:spring:cash:reserve", "campaign:spring:cash:growth",
            ])
        #expect(credits(book, "reserve") == 0)
        #expect(credits(book, "growth") == 640)

        // More reserve later does not wake what was skipped; the same drawing in a later version is done.
        campaign.addVersion { $0.budgets[0].amount = 10_000 }
        book.campaigns[spring] = campaign
        let later = try Budgets().decide(request(1, "c2", at: start + day), at: start + day, &book)
        #expect(later.funding.allSatisfy { $0.code != .drawReserve })
        #expect(credits(book, "reserve") == 900)
        // A drawing is not part of what a version funded: the increase comes on top of it.
        #expect(credits(book, "growth") == 5_400 + 100)
    }

    @Test func paysFromADrawing() throws {
        let campaign = Campaign.referral(budget: 1_000) { $0.reserveDrawings = [.sample("d", 60, into: "growth")] }
        var book = MemoryBudgetBook()
        book.campaigns[spring] = campaign
        #expect(try Budgets().decide(request(601, at: start), at: start, &book).result == .exceedsCredits)
        #expect(try Budgets().decide(request(600, "c2", at: start), at: start, &book).result == .ok)
    }

    /// S12: past 80 %, and at 100 %, once each.
    @Test func alertsOnceAtEachLevel() throws {
        var book = MemoryBudgetBook()
        book.campaigns[spring] = .referral { $0.budgets = [.sample(.cash, 1_000, ["growth": 1_111, "waking": 1_000])] }
        func alerts(_ amount: Int64, _ reward: String) throws -> [String] {
            try Budgets().decide(request(amount, reward, at: start), at: start, &book).alerts.map(\.alertID)
        }
        let (eighty, whole) = ("budget:campaign:spring:cash:growth/80", "budget:campaign:spring:cash:growth/100")
        // The line has 99: 80 % of it is 79.2.
        #expect(try alerts(79, "c1") == [])
        #expect(try alerts(1, "c2") == [eighty])
        #expect(try alerts(18, "c3") == [])
        #expect(try alerts(1, "c4") == [whole])
        var void = BudgetTable(.referral()).request(.void, "c1", [0, 79])
        void.requestedMs = start
        #expect(try Budgets().decide(void, at: start, &book).result == .ok)
        #expect(try alerts(79, "c5") == [])
    }

    @Test func alertsAtEqualityOnlyWhenUsedUp() throws {
        var book = MemoryBudgetBook()
        book.campaigns[spring] = .referral(budget: 1_000) { $0.budgets[0].lines[0].basisPoints = 1_112 }
        // 1,112 basis points of 900 are 100.
        let at80 = try Budgets().decide(request(80, at: start), at: start, &book)
        #expect(at80.alerts.isEmpty)
        let all = try Budgets().decide(request(20, "c2", at: start), at: start, &book)
        #expect(
            all.alerts.map(\.figures) == [
                ["used": 100, "funded": 100, "percent": 80], ["used": 100, "funded": 100, "percent": 100],
            ])
        #expect(all.alerts.allSatisfy { $0.cause == "budget:campaign:spring:cash:growth" && $0.ruleID == "S12" })
    }

    @Test func refusesWhatItCannotKnow() throws {
        var book = MemoryBudgetBook()
        #expect { try Budgets().decide(request(1, at: start), at: start, &book) } throws: {
            ($0 as? Rejection)?.reason == .businessReject
        }
        book.campaigns[spring] = .referral()
        #expect { try Budgets().decide(request(1, version: 2, at: start), at: start, &book) } throws: {
            ($0 as? Rejection)?.reason == .businessReject
        }
    }
}
