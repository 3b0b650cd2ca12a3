import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// What a customer does and what it changes: consent, complaints, causes, contact, forgetting.
@Suite struct CustomerTests {
    // MARK: Consent (N17)

    struct ConsentRow: CustomTestStringConvertible, Sendable {
        let name: String
        /// Events in the order they arrive, each at its own time.
        let events: [(Int64, CustomerEvent.OneOf_Kind)]
        let isAllowed: Bool
        var testDescription: String { name }
    }

    static let consents: [ConsentRow] = [
        ConsentRow(name: "nothing said", events: [], isAllowed: false),
        ConsentRow(name: "granted", events: [(-2, consent(.granted))], isAllowed: true),
        ConsentRow(name: "denied", events: [(-2, consent(.denied))], isAllowed: false),
        ConsentRow(
            name: "granted, revoked", events: [(-3, consent(.granted)), (-2, consent(.revoked))], isAllowed: false),
        ConsentRow(
            name: "revoked, granted", events: [(-3, consent(.revoked)), (-2, consent(.granted))], isAllowed: true),
        ConsentRow(
            name: "revoked, then a grant from before", events: [(-2, consent(.revoked)), (-3, consent(.granted))],
            isAllowed: false),
        ConsentRow(
            name: "revoked, then a grant of the same moment",
            events: [(-2, consent(.revoked)), (-2, consent(.granted))],
            isAllowed: true),
        ConsentRow(
            name: "two refusals late first, then a grant between them",
            events: [(-2, consent(.revoked)), (-9, consent(.denied)), (-5, consent(.granted))], isAllowed: false),
        ConsentRow(
            name: "granted, refused, then a grant from before the refusal",
            events: [(-9, consent(.granted)), (-2, consent(.revoked)), (-5, consent(.granted))], isAllowed: false),
        ConsentRow(name: "lapses now", events: [(-2, consent(.granted, until: noon))], isAllowed: false),
        ConsentRow(
            name: "lapses in a millisecond", events: [(-2, consent(.granted, until: noon + 1))], isAllowed: true),
        ConsentRow(
            name: "lapses, then without end",
            events: [(-3, consent(.granted, until: noon)), (-2, consent(.granted))], isAllowed: true),
        ConsentRow(
            name: "another purpose", events: [(-2, consent(.granted, purpose: "profiling"))], isAllowed: false),
        ConsentRow(
            name: "another purpose revoked",
            events: [(-3, consent(.granted)), (-2, consent(.revoked, purpose: "profiling"))], isAllowed: true),
        ConsentRow(
            name: "a status of the future", events: [(-3, consent(.granted)), (-2, consent(.UNRECOGNIZED(9)))],
            isAllowed: false),
        ConsentRow(name: "opt-out", events: [(-3, consent(.granted)), (-2, chat("TD"))], isAllowed: false),
        ConsentRow(
            name: "opt-out, then a grant from before", events: [(-2, chat("TD")), (-3, consent(.granted))],
            isAllowed: false),
        ConsentRow(
            name: "opt-out, then a grant", events: [(-3, chat("TD")), (-2, consent(.granted))], isAllowed: true),
    ]

    @Test(arguments: consents) func consented(_ row: ConsentRow) throws {
        var book = MemoryBook.ready { $0.marketingGranted = false }
        for (index, entry) in row.events.enumerated() {
            try book.take(event("e\(index)", at: noon + entry.0, entry.1))
        }
        book.published = []
        try book.take(promotion())
        #expect(book.reasons == [row.isAllowed ? "sending" : "no_consent"])
    }

    @Test(arguments: [
        ("td", true), ("TD", true), (" Td \n", true), ("stop", true), ("STOP", true), ("unsubscribe", true),
        ("UnSubscribe\t", true), ("退订", true), ("\u{3000}退订 ", true), ("", false), ("  ", false), ("stop it", false),
        ("td.", false), ("t d", false), ("退 订", false), ("please unsubscribe", false),
        (String(repeating: "x", count: 100_000), false),
    ])
    func optOutWords(_ text: String, _ isRefusal: Bool) throws {
        var book = MemoryBook.ready()
        try book.take(event(chat(text)))
        #expect(book.recipients["c1"]?.marketingGranted == !isRefusal)
    }

    // MARK: Causes (N06)

    struct CauseRow: CustomTestStringConvertible, Sendable {
        let name: String
        let events: [(Int64, CustomerEvent.OneOf_Kind)]
        var kind = "checkout"
        let isGone: Bool
        var testDescription: String { name }
    }

    /// The checkout `k1` started an hour before noon.
    static let causes: [CauseRow] = [
        CauseRow(name: "nothing happened", events: [], isGone: false),
        CauseRow(name: "paid with it", events: [(-1, paid(checkout: "k1"))], isGone: true),
        CauseRow(name: "another was paid", events: [(-1, paid(checkout: "k2"))], isGone: false),
        CauseRow(
            name: "cancelled",
            events: [(-1, .checkoutCancelled(CheckoutCancelled.with { $0.checkoutID = "k1" }))], isGone: true),
        CauseRow(name: "paid without a checkout as it started", events: [(-hour, paid(checkout: ""))], isGone: true),
        CauseRow(name: "a millisecond before", events: [(-hour - 1, paid(checkout: ""))], isGone: false),
        CauseRow(
            name: "paid after, then told of one before",
            events: [(-hour, paid(checkout: "")), (-2 * hour, paid(checkout: ""))], isGone: true),
        CauseRow(name: "a cause of another kind", events: [(-1, paid(checkout: "k1"))], kind: "reward", isGone: false),
        CauseRow(name: "no kind", events: [(-1, paid(checkout: ""))], kind: "", isGone: false),
    ]

    @Test(arguments: causes) func cause(_ row: CauseRow) throws {
        var book = MemoryBook.ready()
        for (index, entry) in row.events.enumerated() {
            try book.take(event("e\(index)", at: noon + entry.0, entry.1))
        }
        let cause = Cause.with {
            $0.kind = row.kind; $0.id = "k1"; $0.sinceMs = noon - hour
        }
        try book.take(transaction { $0.cause = cause })
        #expect(book.reasons == [row.isGone ? "cause_gone" : "sending"])
    }

    @Test func aCauseWithoutATimeIsNotGoneWhileNothingWasPaid() throws {
        var book = MemoryBook.ready()
        try book.take(
            transaction {
                $0.cause = Cause.with {
                    $0.kind = "checkout"; $0.id = "k1"
                }
            })
        #expect(book.reasons == ["sending"])
    }

    @Test func theLast32ClosedCheckoutsAreKnown() throws {
        var book = MemoryBook.ready()
        for number in 0..<33 { try book.take(event("e\(number)", paid(checkout: "k\(number)"))) }
        try book.take(event("again", paid(checkout: "k32")))
        let causes = [0, 1, 32].map { number in
            Cause.with {
                $0.kind = "checkout"; $0.id = "k\(number)"; $0.sinceMs = noon
            }
        }
        for (index, cause) in causes.enumerated() { try book.take(transaction("r\(index)") { $0.cause = cause }) }
        #expect(book.reasons == ["sending", "cause_gone", "cause_gone"])
    }

    // MARK: Complaints (N18)

    @Test func complaintsCountUntilTheLastIsClosed() throws {
        var book = MemoryBook.ready()
        func filed(_ id: String) -> CustomerEvent.OneOf_Kind {
            .complaintFiled(ComplaintFiled.with { $0.complaintID = id })
        }
        func closed(_ id: String) -> CustomerEvent.OneOf_Kind {
            .complaintClosed(ComplaintClosed.with { $0.complaintID = id })
        }
        for (index, kind) in [filed("a"), filed("b"), filed("a"), closed("a")].enumerated() {
            try book.take(event("e\(index)", kind))
        }
        try book.take(promotion("r1"))
        try book.take(event("e9", closed("b")))
        try book.take(promotion("r2"))
        #expect(book.reasons == ["complaint", "sending"])
        for number in 0..<40 { try book.take(event("f\(number)", filed("p\(number)"))) }
        try book.take(event("again", filed("p39")))
        #expect(book.recipients["c1"]?.openComplaints == (8..<40).map { "p\($0)" })
    }

    // MARK: Contact

    @Test func theFirstChannelsAndOffsetStay() throws {
        var book = MemoryBook()
        func registered(_ channels: [Channel], _ offset: Int32?) -> CustomerEvent.OneOf_Kind {
            .userRegistered(
                UserRegistered.with {
                    $0.contactChannels = channels
                    if let offset { $0.utcOffsetMinutes = offset }
                })
        }
        try book.take(event("e1", registered([.unspecified, .UNRECOGNIZED(77)], 841)))
        #expect(book.recipients["c1"]?.channels == [])
        #expect(book.recipients["c1"]?.hasUtcOffsetMinutes == false)
        try book.take(event("e2", registered([.sms, .unspecified, .email, .sms], -720)))
        try book.take(event("e3", registered([.wecom], 840)))
        #expect(book.recipients["c1"]?.channels == [.sms, .email])
        #expect(book.recipients["c1"]?.utcOffsetMinutes == -720)
    }

    @Test func tagsAreFollowed() throws {
        var book = MemoryBook()
        try book.take(tag("tier", "gold"))
        try book.take(tag("layer", "seed"))
        try book.take(tag("live_fan", "yes"))
        #expect(book.recipients["c1"]?.tier == "gold")
        #expect(book.recipients["c1"]?.layer == "seed")
        try book.take(tag("layer", "", present: false))
        #expect(book.recipients["c1"]?.layer == "")
        try book.take(tag("live_fan", "yes", customer: "c2"))
        #expect(book.recipients["c2"] == nil)
    }

    // MARK: Night replies (N08)

    @Test(
        arguments: [
            (0, 10 * hour), (8 * hour - 1, 10 * hour), (21 * hour, day + 10 * hour), (day - 1, day + 10 * hour),
        ] as [(Int64, Int64)])
    func aQuestionOfTheNightIsAnsweredByTen(_ time: Int64, _ due: Int64) throws {
        var book = MemoryBook.ready()
        try book.take(event("e0", at: midnight + time, paid(checkout: "k")))
        // Judged later than written: what counts is when the customer wrote.
        try book.take(event("e1", at: midnight + time, chat("where is my order?")), at: midnight + time + 12 * hour)
        let task = try #require(book.tasks.first)
        #expect(book.published.count == 1)
        #expect(task.taskID == "night/e1")
        #expect(task.kind == "night_reply")
        #expect(task.owner == "desk-\(FNV1a.hash("c1") % 4)")
        #expect(task.createdAt.milliseconds == midnight + time + 12 * hour)
        #expect(task.dueAt.milliseconds == midnight + due)
        #expect(task.contextEventIds == ["e0", "e1"])
        #expect(!task.hasRequest)
        #expect(book.shares == MemoryBook.ready().shares)
    }

    @Test func noNightTaskByDayAndForAnOptOut() throws {
        var book = MemoryBook.ready()
        try book.take(event("e1", at: midnight + 8 * hour, chat("hello")))
        try book.take(event("e2", at: midnight + 21 * hour - 1, chat("hello")))
        try book.take(event("e3", at: midnight, chat("stop")))
        #expect(book.published.isEmpty)
    }

    // MARK: Once only

    @Test func aRepeatedEventChangesNothing() throws {
        var book = MemoryBook.ready()
        try book.take(event("e1", at: noon - 2, consent(.granted)))
        try book.take(event("e2", at: noon - 1, chat("stop")))
        let before = book
        // Without the check the second delivery of a grant at the same moment would undo the refusal.
        try book.take(event("e1", at: noon, consent(.granted)))
        #expect(book.state == before.state)
    }

    @Test func theLastTenEventsAreTheContext() throws {
        var book = MemoryBook.ready { $0.tier = "platinum" }
        for number in 0..<12 { try book.take(event("e\(number)", paid(checkout: "k"))) }
        try book.take(transaction())
        #expect(book.tasks.first?.contextEventIds == (2..<12).map { "e\($0)" })
    }

    @Test func aRequestIsAnsweredOnce() throws {
        var book = MemoryBook.ready()
        try book.take(transaction("r0"))
        for number in 1..<256 { try book.take(transaction("r\(number)")) }
        let before = book
        try book.take(transaction("r0", at: noon + day))
        #expect(book.state == before.state)
        #expect(book.published == before.published)
        try book.take(transaction("r256"))
        try book.take(transaction("r0"))
        #expect(book.sends.count == 258)
        #expect(book.recipients["c1"]?.requestHashes.count == 256)
    }

    // MARK: Receipts and responses

    @Test(
        arguments: [
            (.sent, .sent, "", ""), (.permanent, .failed, "provider_permanent", "N30"),
            (.exhausted, .failed, "provider_exhausted", "N30"),
        ] as [(DeliveryResult, OutcomeState, String, String)])
    func aReceiptIsTakenOnce(_ result: DeliveryResult, _ state: OutcomeState, _ reason: String, _ ruleID: String) throws
    {
        var book = MemoryBook.ready()
        try book.take(promotion { $0.campaignID = "x" })
        book.published = []
        try book.take(receipt("r1/1", result, at: noon + 5))
        let outcome = try #require(book.outcomes.first)
        #expect(outcome.requestID == "r1")
        #expect(outcome.sendID == "r1/1")
        #expect(outcome.state == state)
        #expect(outcome.reason == reason)
        #expect(outcome.ruleID == ruleID)
        #expect(outcome.templateID == "hello")
        #expect(outcome.messageClass == .promotional)
        #expect(outcome.campaignID == "x")
        #expect(outcome.changedAt.milliseconds == noon + 5)
        let after = book
        try book.take(receipt("r1/1", .sent))
        try book.take(receipt("unknown/1", .sent))
        try book.take(receipt("r1/1", .sent, customer: "stranger"))
        #expect(book.state == after.state)
        #expect(book.published == after.published)
    }

    @Test func theLastHundredSendsWaitForReceipts() throws {
        var book = MemoryBook.ready()
        for number in 0..<101 { try book.take(transaction("r\(number)")) }
        book.published = []
        try book.take(receipt("r0/1", .sent))
        #expect(book.published.isEmpty)
        try book.take(receipt("r1/1", .sent))
        #expect(book.reasons == ["sent"])
    }

    @Test func openingsAndClicksAreOutcomes() throws {
        var book = MemoryBook()
        try book.take(event("e1", .messageOpened(MessageOpened.with { $0.sendID = "a/b/1" })))
        try book.take(event("e2", .messageClicked(MessageClicked.with { $0.sendID = "r1/1" })))
        try book.take(event("e3", .messageClicked(MessageClicked.with { $0.sendID = "r1/2" })))
        try book.take(event("e4", .messageClicked(MessageClicked.with { $0.sendID = "/1" })))
        #expect(book.outcomes.map(\.requestID) == ["a/b", "r1"])
        #expect(book.outcomes.map(\.state) == [.opened, .clicked])
        #expect(book.outcomes.map(\.sendID) == ["a/b/1", "r1/1"])
    }

    // MARK: Forgetting

    @Test func forgettingLeavesNothing() throws {
        let deletion = CustomerEvent.OneOf_Kind.deletionRequested(DeletionRequested.with { $0.requestID = "d" })
        let forgotten = TagEvent.with {
            $0.customerID = "c1"
            $0.changedAt = .init(milliseconds: noon)
            $0.customerForgotten = CustomerForgotten.with { $0.requestID = "d" }
        }
        for byTag in [false, true] {
            var book = MemoryBook.ready()
            try book.take(promotion(at: midnight))
            book.published = []
            if byTag { try book.take(forgotten) } else { try book.take(event(deletion)) }
            #expect(book.recipients.isEmpty)
            #expect(book.releases.isEmpty)
            #expect(book.published.isEmpty)
            try book.take(forgotten)
            try book.take(event("e2", deletion))
            #expect(book.recipients.isEmpty)
            try Dispatcher().release("c1", at: noon, &book)
            #expect(book.recipients.isEmpty)
        }
    }
}
