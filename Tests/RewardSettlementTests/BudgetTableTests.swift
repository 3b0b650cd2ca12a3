import RewardSettlement
import Schemas
import Testing

/// A campaign with the lines `waking` (referrer) and `growth` (friend), one request a line, its answer at the end.
///
///     reserve|post|void <reward> <referrer> <friend>   <answer of the request>  [<answer of each side>]
///     clawback <reward> <step> <referrer> <friend>     <answer>
///     release|hold|refuse <reward> <referrer> <friend>      <answer>
///     line <name> <pending> <posted> <credits>
///     event <state> [reason]                           the last request's reward event
///     silent                                           it published none
///     at <milliseconds after the start>
struct BudgetTable {
    private var book = MemoryBudgetBook()
    private var last: BudgetOutcome?
    private var at = start
    private let budgets = Budgets()
    let referrer: String

    init(_ campaign: Campaign, referrer: String = "r") {
        book.campaigns[spring] = campaign
        self.referrer = referrer
    }

    mutating func run(_ table: String, _ location: SourceLocation = #_sourceLocation) throws {
        for (number, line) in table.split(separator: "\n").enumerated() {
            let words = line.split(separator: "#")[0].split(separator: " ").map(String.init)
            guard let verb = words.first else { continue }
            let comment: Comment = "line \(number + 1): \(line)"
            switch verb {
            case "line":
                let balance = book.accounts[.budget(spring, .cash, line: words[1])]?.balance ?? Balance()
                let figures = [balance.debitsPending, balance.debitsPosted, balance.creditsPosted].map(String.init)
                #expect(figures == Array(words[2...]), comment, sourceLocation: location)
            case "event":
                let event = try #require(last?.event, comment, sourceLocation: location)
                let told = [RewardStateName.name(event.state), event.reason].filter { !$0.isEmpty }
                #expect(told == Array(words[1...]), comment, sourceLocation: location)
            case "silent":
                #expect(last?.event == nil && last?.transfers == [], comment, sourceLocation: location)
            case "at":
                at = start + (Int64(words[1]) ?? .min)
            default:
                let hasStep = verb == "clawback"
                let amounts = words[(hasStep ? 3 : 2)...].prefix(2).map { Int64($0) ?? -1 }
                let answers = Array(words[((hasStep ? 3 : 2) + 2)...])
                let request = request(
                    try #require(Self.actions[verb]), words[1], step: hasStep ? UInt32(words[2]) ?? 0 : 0,
                    Array(amounts))
                let outcome = try budgets.decide(request, at: at, &book)
                last = outcome
                #expect(outcome.result.name == answers[0], comment, sourceLocation: location)
                if answers.count > 1 {
                    #expect(outcome.sides.map(\.name) == Array(answers[1...]), comment, sourceLocation: location)
                }
            }
        }
    }

    private static let actions: [String: BudgetAction] = [
        "reserve": .reserve, "post": .post, "void": .void, "clawback": .clawBack, "release": .release,
        "hold": .hold, "refuse": .refuse,
    ]

    func request(_ action: BudgetAction, _ reward: String, step: UInt32 = 0, _ amounts: [Int64]) -> BudgetRequest {
        var request = BudgetRequest()
        request.campaignID = spring.rawValue
        request.campaignVersion = 1
        request.rewardID = reward
        request.action = action
        request.friendID = "f-\(reward)"
        request.referrerID = referrer
        request.requestedMs = at
        request.step = step
        for (side, amount) in zip([RewardSide.referrer, .friend], amounts) where amount != 0 {
            var part = RewardAmount()
            part.side = side
            part.customerID = side == .referrer ? referrer : "f-\(reward)"
            part.unit = .cash
            part.amount = amount
            request.amounts.append(part)
        }
        return request
    }
}

/// Two-phase transfers, linked by reward (S01, S10, S12).
@Suite struct BudgetTableTests {
    /// 1,000: reserve 100, `waking` 360, `growth` 540.
    private func table(_ change: (inout CampaignVersion) -> Void = { _ in }) -> BudgetTable {
        BudgetTable(
            .referral(budget: 1_000) {
                $0.budgets = [.sample(.cash, 1_000, ["waking": 4_000, "growth": 6_000])]
                change(&$0)
            })
    }

    @Test func reservesPostsAndAnswersRepeats() throws {
        var table = table()
        try table.run(
            """
            reserve  c1 300 200   ok ok ok
            event    pending
            line     waking 300 0 360
            line     growth 200 0 540
            reserve  c1 300 200   exists
            silent
            reserve  c1 301 200   exists_with_different_amount
            silent
            line     waking 300 0 360
            post     c1 300 200   ok ok ok
            event    posted
            line     waking 0 300 360
            line     growth 0 200 540
            post     c1 300 200   pending_transfer_already_posted
            silent
            void     c1 300 200   pending_transfer_already_posted
            silent
            reserve  c1 300 200   exists
            silent
            line     waking 0 300 360
            """)
    }

    @Test func voidsOnce() throws {
        var table = table()
        try table.run(
            """
            reserve  c1 300 200   ok
            void     c1 300 200   ok
            event    voided
            line     waking 0 0 360
            line     growth 0 0 540
            void     c1 300 200   pending_transfer_already_voided
            silent
            post     c1 300 200   pending_transfer_already_voided
            silent
            reserve  c1 300 200   exists          # a voided reward is not made again
            silent
            line     waking 0 0 360
            """)
    }

    @Test func findsNothingToResolve() throws {
        var table = table()
        try table.run(
            """
            post     c1 300 200   pending_transfer_not_found
            silent
            void     c1 300 200   pending_transfer_not_found
            silent
            release  c1 300 200   pending_transfer_not_found
            silent
            clawback c1 1 300 200 pending_transfer_not_found
            silent
            """)
    }

    @Test func postsPartsAndRestoresTheRest() throws {
        var table = table()
        try table.run(
            """
            reserve  c1 300 200   ok
            post     c1 301 200   exceeds_pending_transfer_amount exceeds_pending_transfer_amount linked_event_failed
            silent
            line     waking 300 0 360
            post     c1 250 200   ok
            event    posted
            line     waking 0 250 360
            line     growth 0 200 540
            reserve  c2 110 0     ok              # 360 - 250
            line     waking 110 250 360
            """)
    }

    @Test func refusesAtTheCentAndBurnsTheIDs() throws {
        var table = table()
        try table.run(
            """
            reserve  c1 360 540   ok              # to the last unit
            line     waking 360 0 360
            reserve  c2 1 0       exceeds_credits
            event    refused exceeds_credits
            reserve  c3 0 1       exceeds_credits
            void     c1 360 540   ok
            reserve  c2 1 0       id_already_failed   # burned: money that came later changes nothing
            silent
            post     c2 1 0       pending_transfer_not_found
            silent
            void     c2 1 0       pending_transfer_not_found
            release  c2 1 0       pending_transfer_not_found
            silent
            line     waking 0 0 360
            """)
    }

    @Test func refusesOneSideWithTheOther() throws {
        var table = table()
        try table.run(
            """
            reserve  c1 361 200   exceeds_credits exceeds_credits linked_event_failed
            event    refused exceeds_credits
            line     growth 0 0 540
            reserve  c2 300 541   exceeds_credits linked_event_failed exceeds_credits
            event    refused exceeds_credits
            line     waking 0 0 360
            reserve  c1 300 200   id_already_failed
            reserve  c2 300 200   id_already_failed
            reserve  c3 300 200   ok
            reserve  c1 0 200     id_already_failed   # the linked side is burned too
            silent
            """)
    }

    @Test func seesTheFirstSideWhenBothSpendOneLine() throws {
        var table = table { $0.friendReward = .fixed(.cash, 200, "waking") }
        try table.run(
            """
            reserve  c1 200 161   exceeds_credits linked_event_failed exceeds_credits
            line     waking 0 0 360
            reserve  c2 200 160   ok
            line     waking 360 0 360
            post     c2 200 160   ok
            line     waking 0 360 360
            clawback c2 1 200 160 ok
            line     waking 0 0 360
            """)
    }

    @Test func takesBackAtMostWhatWasPaid() throws {
        var table = table()
        try table.run(
            """
            reserve  c1 300 200   ok
            clawback c1 1 10 10   pending_transfer_not_found    # nothing is paid yet
            silent
            post     c1 300 200   ok
            clawback c1 1 100 0   ok ok
            event    clawed_back
            line     waking 0 200 360
            clawback c1 1 100 0   exists                        # the same step
            silent
            line     waking 0 200 360
            clawback c1 2 300 50  ok                            # cut to 200
            line     waking 0 0 360
            line     growth 0 150 540
            clawback c1 3 1 0     pending_transfer_not_found    # nothing is left
            silent
            clawback c1 3 1 150   ok pending_transfer_not_found ok
            line     growth 0 0 540
            """)
    }

    @Test func tellsARefusalAndAReleaseOnce() throws {
        var table = table()
        try table.run(
            """
            refuse   c1 0 0       ok
            event    refused
            refuse   c1 0 0       exists
            silent
            reserve  c1 300 200   ok              # a person lifted the block: a refusal burns nothing
            release  c1 300 200   ok
            event    pending
            release  c1 300 200   exists
            silent
            line     waking 300 0 360
            post     c1 300 200   ok
            release  c2 300 200   pending_transfer_not_found
            """)
    }

    @Test func tellsAHoldOnce() throws {
        var table = table()
        try table.run(
            """
            hold     c1 300 200   pending_transfer_not_found
            silent
            reserve  c1 300 200   ok
            hold     c1 300 200   ok
            event    held
            hold     c1 300 200   exists
            silent
            line     waking 300 0 360
            release  c1 300 200   ok
            event    pending
            post     c1 300 200   ok
            hold     c1 300 200   pending_transfer_already_posted
            silent
            """)
    }

    @Test func capsTheClaimsOfAReferrer() throws {
        var table = table { $0.referrerClaimCap = 2 }
        try table.run(
            """
            reserve  c1 10 10     ok
            reserve  c2 10 10     ok
            reserve  c3 10 10     cap_reached cap_reached linked_event_failed
            event    refused cap_reached
            void     c1 10 10     ok              # given back
            void     c1 10 10     pending_transfer_already_voided
            reserve  c4 10 10     ok
            reserve  c5 10 10     cap_reached
            post     c2 10 10     ok
            clawback c2 1 10 10   ok              # not given back
            reserve  c6 10 10     cap_reached
            reserve  c3 10 10     id_already_failed
            """)
    }

    @Test func stopsAtTheEnd() throws {
        var table = table { $0.endsMs = start + 1_000 }
        try table.run(
            """
            at       999
            reserve  c1 10 10     ok
            at       1000
            reserve  c2 10 10     campaign_not_running campaign_not_running linked_event_failed
            event    refused campaign_not_running
            post     c1 10 10     ok              # what was promised is paid
            """)
    }

    /// Of several limits the first is told.
    @Test func answersByPrecedence() throws {
        var table = table {
            $0.endsMs = start + 1_000
            $0.referrerClaimCap = 1
        }
        try table.run(
            """
            reserve  c1 10 10     ok
            reserve  c2 999 10    cap_reached
            at       1000
            reserve  c3 999 10    campaign_not_running
            reserve  c2 999 10    id_already_failed
            reserve  c1 10 10     exists
            reserve  c1 11 10     exists_with_different_amount
            """)
        #expect(TransferOutcome.allCases == TransferOutcome.allCases.sorted())
        #expect(Set(TransferOutcome.allCases.map(\.result)).count == TransferOutcome.allCases.count)
    }

    @Test func tellsAnotherAccountFromAnotherAmount() throws {
        var book = MemoryBudgetBook()
        book.campaigns[spring] = .referral()
        let budgets = Budgets()
        let table = BudgetTable(.referral())
        let request = table.request(.reserve, "c1", [300, 200])
        #expect(try budgets.decide(request, at: start, &book).result == .ok)
        var other = request
        other.amounts[1].customerID = "someone else"
        #expect(try budgets.decide(other, at: start, &book).result == .existsWithDifferentAccount)
        other.amounts[1].amount += 1
        #expect(try budgets.decide(other, at: start, &book).result == .existsWithDifferentAmount)
        // One side alone is part of a chain that is known.
        other = request
        other.rewardID = "c2"
        other.amounts.removeLast()
        #expect(try budgets.decide(other, at: start, &book).result == .ok)
        other.amounts = table.request(.reserve, "c2", [300, 200]).amounts
        let before = book
        #expect(try budgets.decide(other, at: start, &book).result == .exists)
        #expect(book == before)
    }
}
