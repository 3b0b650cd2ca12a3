import ProtobufCodec
import RewardSettlement
import Schemas
import Testing

/// A customer's account, one transfer a line, its answer at the end; times are milliseconds after the start.
///
///     <time> pending <id> <amount>                          <answer>
///     <time> post <id> <amount> [life]                      <answer>     resolves <id>
///     <time> void <id> <amount>                             <answer>
///     <time> spend|clawback <id> <amount>                   <answer>
///     <time> give <id> <amount> [life]                      ok           pending and post at once
///     <time> tick                                                        lets timers fire
///     balance <debits pending> <debits posted> <credits pending> <credits posted>
///     lots <id>:<amount> …                                               in the order they are spent
struct AccountTable {
    var book = MemoryAccountBook()
    var entries: [LedgerEntry] = []
    private(set) var auditor = Auditor()
    let unit: RewardUnit
    let account: AccountID

    init(_ unit: RewardUnit = .points) {
        self.unit = unit
        account = .customer(CustomerID(rawValue: "f"), unit)
    }

    mutating func run(_ table: String, _ location: SourceLocation = #_sourceLocation) throws {
        for (number, line) in table.split(separator: "\n").enumerated() {
            let words = line.split(separator: "#")[0].split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            let comment: Comment = "line \(number + 1): \(line)"
            switch first {
            case "balance":
                let balance = book.accounts[account]?.balance ?? Balance()
                let figures = [
                    balance.debitsPending, balance.debitsPosted, balance.creditsPending, balance.creditsPosted,
                ]
                #expect(figures.map(String.init) == Array(words[1...]), comment, sourceLocation: location)
            case "lots":
                let lots = book.accounts[account]?.lots.map { "\($0.transferID):\($0.remaining)" }
                #expect(lots ?? [] == Array(words[1...]), comment, sourceLocation: location)
            default:
                let at = start + (Int64(first) ?? .min)
                try fire(through: at)
                guard words[1] != "tick" else { continue }
                let life = words.count > 5 ? Int64(words[4]) ?? -1 : 0
                var answer = ""
                for step in words[1] == "give" ? ["pending", "post"] : [words[1]] {
                    answer = try take(transfer(step, words[2], Int64(words[3]) ?? -1, life: life, at: at), at: at)
                }
                #expect(answer == words.last, comment, sourceLocation: location)
            }
        }
    }

    mutating func take(_ transfer: AccountTransfer, at: Int64) throws -> String {
        var after = book
        let outcome = try Accounts().decide(transfer, at: at, &after)
        try auditor.check(outcome, book, after)
        book = after
        entries += outcome.entries
        return outcome.result.name
    }

    private mutating func fire(through time: Int64) throws {
        var fired = 0
        while let timer = book.timers.nextTimer(through: time) {
            fired += 1
            guard fired <= SettlementWorld.timersLimit else {
                throw Auditor.Failure(description: "a timer fires for ever")
            }
            var after = book
            let outcome = try Accounts().punctuate(key: timer.key, at: timer.due, &after)
            try auditor.check(outcome, book, after)
            book = after
            entries += outcome.entries
        }
    }

    func transfer(_ verb: String, _ id: String, _ amount: Int64, life: Int64 = 0, at: Int64) -> AccountTransfer {
        let line = "campaign:spring:\(unit.ledgerName):growth"
        var transfer = AccountTransfer()
        transfer.accountID = account.rawValue
        transfer.transferID = id
        transfer.phase = .single
        transfer.code = .reward
        transfer.debitAccountID = line
        transfer.creditAccountID = account.rawValue
        transfer.unit = unit
        transfer.currency = unit == .cash ? "CNY" : ""
        transfer.amount = amount
        transfer.effectiveMs = at
        transfer.customerID = "f"
        transfer.rewardID = "c1"
        transfer.campaignID = "spring"
        switch verb {
        case "pending":
            transfer.transferID = "\(id)-pending"
            transfer.phase = .pending
        case "post":
            transfer.pendingID = "\(id)-pending"
            transfer.phase = .postPending
            transfer.lotLifeMs = life
        case "void":
            transfer.transferID = "\(id)-void"
            transfer.pendingID = "\(id)-pending"
            transfer.phase = .voidPending
        case "spend":
            transfer.code = .pointsSpent
            (transfer.debitAccountID, transfer.creditAccountID) = (account.rawValue, "redemption:points")
        case "clawback":
            transfer.code = .clawBack
            (transfer.debitAccountID, transfer.creditAccountID) = (account.rawValue, line)
        default:
            break
        }
        return transfer
    }
}

/// Balances and points lots (S02, S04, S10).
@Suite struct AccountTableTests {
    @Test func followsTwoPhases() throws {
        var table = AccountTable(.cash)
        try table.run(
            """
            0 pending  a 300    ok
            balance    0 0 300 0
            0 pending  a 300    exists
            0 pending  a 301    exists_with_different_amount
            0 post     a 301    exceeds_pending_transfer_amount
            0 post     a 300    ok
            balance    0 0 0 300
            0 post     a 300    exists
            0 void     a 300    pending_transfer_already_posted
            0 pending  b 50     ok
            0 void     b 50     ok
            balance    0 0 0 300
            0 void     b 50     exists
            0 post     b 50     pending_transfer_already_voided
            0 post     x 1      pending_transfer_not_found
            0 void     x 1      pending_transfer_not_found
            0 pending  c 70     ok
            0 post     c 40     ok                 # a part; the rest is nobody's
            balance    0 0 0 340
            0 clawback d 400    ok                 # below zero
            balance    0 400 0 340
            0 clawback d 400    exists
            balance    0 400 0 340
            """)
        #expect(table.entries.map(\.sequence) == Array(1...7))
        #expect(table.entries.allSatisfy { $0.result == .ok && $0.accountID == "customer:f:cash" })
    }

    /// An answer that changes nothing is no entry, but for points that were refused.
    @Test func refusesToSpendMoreThanThereIs() throws {
        var table = AccountTable()
        try table.run(
            """
            0 give     a 100    ok
            0 pending  b 100    ok                 # pending is not there yet
            0 spend    s1 101   exceeds_credits
            balance    0 0 100 100
            lots       a:100
            0 spend    s2 100   ok
            balance    0 100 100 100
            lots
            0 spend    s3 1     exceeds_credits
            0 post     b 100    ok
            0 spend    s1 101   id_already_failed
            0 spend    s3 1     id_already_failed  # burned, though there is enough now
            0 spend    s2 100   exists
            balance    0 100 0 200
            """)
        #expect(table.entries.filter { $0.result == .exceedsCredits }.map(\.transfer.transferID) == ["s1", "s3"])
        #expect(table.entries.map(\.sequence) == Array(1...7))
    }

    @Test func spendsTheOldestFirst() throws {
        var table = AccountTable()
        try table.run(
            """
            0 give     ever 10      ok
            0 give     late 10 900  ok
            0 give     b 10 500     ok
            0 give     a 10 500     ok
            1 give     soon 10 100  ok
            lots       soon:10 a:10 b:10 late:10 ever:10
            2 spend    s1 5         ok
            lots       soon:5 a:10 b:10 late:10 ever:10
            2 spend    s2 5         ok
            lots       a:10 b:10 late:10 ever:10
            2 spend    s3 25        ok
            lots       late:5 ever:10
            2 spend    s4 15        ok
            lots
            """)
    }

    @Test func expiresAtExactlyItsTime() throws {
        var table = AccountTable()
        try table.run(
            """
            0 give     a 10 100     ok
            0 give     b 20 100     ok
            0 give     c 30 101     ok
            99 spend   s1 4         ok
            lots       a:6 b:20 c:30
            100 spend  s2 31        exceeds_credits    # a and b have just expired
            balance    0 30 0 60
            lots       c:30
            100 spend  s3 30        ok
            500 tick
            balance    0 60 0 60
            """)
        let expired = table.entries.filter { $0.transfer.code == .pointsExpired }
        #expect(expired.map(\.transfer.transferID) == ["expire:a", "expire:b"])
        #expect(expired.map(\.transfer.amount) == [6, 20])
        #expect(
            expired.allSatisfy { $0.effectiveAt.milliseconds == start + 100 && $0.transfer.effectiveMs == start + 100 })
        #expect(expired.allSatisfy { $0.transfer.creditAccountID == "expired:points" && $0.transfer.customerID == "f" })
    }

    /// With the wall clock a timer may be looked at late: all that is due by then goes, at that time.
    @Test func expiresAllThatIsDueWhenLate() throws {
        var table = AccountTable()
        try table.run(
            """
            0 give     a 10 100     ok
            0 give     b 20 200     ok
            0 give     c 30 201     ok
            """)
        let early = try Accounts().punctuate(key: table.account.rawValue, at: start + 99, &table.book)
        #expect(early.entries.isEmpty)
        #expect(table.book.timers == [table.account.rawValue: start + 100])
        let late = try Accounts().punctuate(key: table.account.rawValue, at: start + 200, &table.book)
        #expect(late.entries.map(\.transfer.transferID) == ["expire:a", "expire:b"])
        #expect(late.entries.allSatisfy { $0.effectiveAt.milliseconds == start + 200 })
        #expect(table.book.timers == [table.account.rawValue: start + 201])
    }

    @Test func pointsWithoutLifeNeverExpire() throws {
        var table = AccountTable()
        try table.run(
            """
            0 give     a 10         ok
            9999999999 tick
            balance    0 0 0 10
            lots       a:10
            """)
        #expect(table.book.timers.isEmpty)
    }

    @Test func takesBackTheNewestFirstAndBelowZero() throws {
        var table = AccountTable()
        try table.run(
            """
            0 give     a 10 100     ok
            0 give     b 10 200     ok
            0 give     c 10         ok
            0 clawback x 15         ok
            lots       a:10 b:5
            0 spend    s1 12        ok
            lots       b:3
            0 clawback y 10         ok
            lots
            balance    0 37 0 30
            0 spend    s2 1         exceeds_credits
            0 give     d 5 100      ok
            lots                                        # fills what is owed
            0 give     e 5 100      ok
            lots       e:3
            balance    0 37 0 40
            100 tick
            balance    0 40 0 40
            """)
    }

    /// Beyond a thousand lots the two next to be spent become one that lives as long as the later.
    @Test func boundsTheLots() throws {
        var book = MemoryAccountBook()
        let table = AccountTable()
        for index in 0..<1_002 {
            let id = "t\(10_000 + index)"
            for verb in ["pending", "post"] {
                let transfer = table.transfer(verb, id, 1, life: Int64(1 + index) * 1_000, at: start)
                _ = try Accounts().decide(transfer, at: start, &book)
            }
        }
        let lots = try #require(book.accounts[table.account]?.lots)
        #expect(lots.count == 1_000)
        #expect(lots[0].remaining == 3)
        #expect(lots[0].transferID == "t10002")
        #expect(lots[0].expiresMs == start + 3_000)
        #expect(book.timers == [table.account.rawValue: start + 3_000])
    }

    @Test func followsEitherSide() throws {
        var book = MemoryAccountBook()
        let reserve = AccountID.reserve(spring, .cash)
        let line = AccountID.budget(spring, .cash, line: "growth")
        var drawing = AccountTransfer()
        drawing.transferID = "spring:draw:d"
        drawing.phase = .single
        drawing.code = .drawReserve
        drawing.debitAccountID = reserve.rawValue
        drawing.creditAccountID = line.rawValue
        drawing.unit = .cash
        drawing.amount = 7
        drawing.effectiveMs = start
        // One id at two accounts of one store.
        for account in [reserve, line, reserve] {
            drawing.accountID = account.rawValue
            _ = try Accounts().decide(drawing, at: start, &book)
        }
        #expect(book.accounts[reserve]?.balance == Balance.with { $0.debitsPosted = 7 })
        #expect(book.accounts[line]?.balance == Balance.with { $0.creditsPosted = 7 })
    }

    /// Balances are checked, never wrapped: what leaves 64 bits goes to a person.
    @Test func refusesOverflow() throws {
        var book = MemoryAccountBook()
        let table = AccountTable(.cash)
        var account = Account()
        account.accountID = table.account.rawValue
        account.balance.creditsPosted = .max
        book.accounts[table.account] = account
        let transfer = table.transfer("give", "a", 1, at: start)
        #expect { try Accounts().decide(transfer, at: start, &book) } throws: {
            ($0 as? Rejection)?.reason == .conflict
        }
    }
}
