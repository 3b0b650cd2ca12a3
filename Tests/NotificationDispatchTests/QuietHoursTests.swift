import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// The send window, deferral and release (N08).
@Suite struct QuietHoursTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        /// Milliseconds of the local day.
        let time: Int64
        /// Nil where the message goes; else the local time of release, from the same midnight.
        let release: Int64?
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "midnight", time: 0, release: 8 * hour),
        Row(name: "a millisecond before eight", time: 8 * hour - 1, release: 8 * hour),
        Row(name: "eight", time: 8 * hour, release: nil),
        Row(name: "noon", time: 12 * hour, release: nil),
        Row(name: "a millisecond before nine at night", time: 21 * hour - 1, release: nil),
        Row(name: "nine at night", time: 21 * hour, release: day + 8 * hour),
        Row(name: "the day's last millisecond", time: day - 1, release: day + 8 * hour),
    ]

    @Test(arguments: rows, [-720, -210, 0, 480, 840] as [Int32]) func window(_ row: Row, _ offset: Int32) throws {
        let start = midnight + (480 - Int64(offset)) * 60_000
        var book = MemoryBook.ready { $0.utcOffsetMinutes = offset }
        try book.take(promotion(at: start + row.time))
        let outcome = try #require(book.outcomes.first)
        if let release = row.release {
            #expect(outcome.state == .deferred)
            #expect(outcome.reason == "quiet_hours")
            #expect(outcome.dueAt.milliseconds == start + release)
            #expect(book.releases["c1"] == start + release)
        } else {
            #expect(outcome.state == .sending)
            #expect(book.releases["c1"] == nil)
        }
    }

    @Test func anUnknownZoneIsUTCPlus8() throws {
        var book = MemoryBook.ready()
        try book.take(promotion(at: midnight + 8 * hour - 1))
        try book.take(promotion("r2", at: midnight + 8 * hour))
        #expect(book.reasons == ["quiet_hours", "sending"])
    }

    @Test func aWindowMayCrossMidnight() throws {
        var policy = DispatchPolicy()
        policy.window = SendWindow(startMinute: 20 * 60, endMinute: 2 * 60)
        for (time, isOpen) in [
            (20 * hour - 1, false), (20 * hour, true), (0, true), (2 * hour - 1, true), (2 * hour, false),
        ] {
            var book = MemoryBook.ready()
            try book.take(promotion(at: midnight + time), Dispatcher(policy: policy))
            #expect(book.reasons == [isOpen ? "sending" : "quiet_hours"], "\(time)")
        }
    }

    @Test func whatExpiresBeforeTheReleaseIsSkippedAtOnce() throws {
        let night = midnight + 22 * hour
        let release = midnight + day + 8 * hour
        for (expiry, reason) in [(release - 1, "expired"), (release, "expired"), (release + 1, "quiet_hours")] {
            var book = MemoryBook.ready()
            try book.take(promotion(at: night) { $0.expiresAt = .init(milliseconds: expiry) })
            #expect(book.reasons == [reason])
        }
    }

    @Test func theFiftyFirstIsSkipped() throws {
        let night = midnight + 22 * hour
        var book = MemoryBook.ready()
        for number in 1...51 { try book.take(promotion("r\(number)", at: night)) }
        #expect(book.reasons == Array(repeating: "quiet_hours", count: 50) + ["frequency_capped"])
        #expect(book.outcomes.last?.figures == ["deferred": 50, "limit": 50])
        #expect(book.outcomes.last?.ruleID == "N07")
    }

    /// By priority, then the time asked, then id; the caps leave room for two.
    @Test func releaseTakesTheMostImportantFirst() throws {
        let night = midnight + 22 * hour
        var book = MemoryBook.ready()
        try book.take(promotion("b", at: night + 1) { $0.priority = 5 })
        try book.take(promotion("low", at: night) { $0.priority = 4 })
        try book.take(promotion("z", at: night) { $0.priority = 5 })
        try book.take(promotion("a", at: night + 1) { $0.priority = 5 })
        try book.take(promotion("top", at: night + 2) { $0.priority = 6 })
        book.published = []
        let release = try #require(book.releases["c1"])
        try Dispatcher().release("c1", at: release, &book)
        #expect(book.outcomes.map(\.requestID) == ["top", "z", "a", "b", "low"])
        #expect(book.reasons == ["sending", "sending"] + Array(repeating: "frequency_capped", count: 3))
        #expect(book.releases["c1"] == nil)
        #expect(book.recipients["c1"]?.deferred.isEmpty == true)
        #expect(book.published.allSatisfy { $0.at == release })
    }

    /// All gates again: what happened at night counts in the morning.
    @Test func releasePassesAllGatesAgain() throws {
        let night = midnight + 22 * hour
        let cause = Cause.with {
            $0.kind = "checkout"; $0.id = "k1"; $0.sinceMs = night
        }
        let changes: [(String, CustomerEvent.OneOf_Kind)] = [
            ("no_consent", chat(" STOP ")),
            ("cause_gone", paid(checkout: "k1")),
            ("complaint", .complaintFiled(ComplaintFiled.with { $0.complaintID = "p1" })),
        ]
        for (reason, change) in changes {
            var book = MemoryBook.ready()
            try book.take(promotion(at: night) { $0.cause = cause })
            try book.take(event(at: night + 1, change))
            try Dispatcher().release("c1", at: midnight + day + 8 * hour, &book)
            #expect(book.reasons == ["quiet_hours", reason])
            #expect(book.sends.isEmpty)
        }
    }

    @Test func aVIPIsNeverServedByTheMachineEvenAtRelease() throws {
        var book = MemoryBook.ready()
        try book.take(promotion(at: midnight))
        try book.take(tag("tier", "platinum", at: midnight + 1))
        try Dispatcher().release("c1", at: midnight + 8 * hour, &book)
        #expect(book.reasons == ["quiet_hours", "vip_handoff"])
    }

    /// A clock that is late finds the window closed again.
    @Test func aReleaseAtNightDefersAgain() throws {
        var book = MemoryBook.ready()
        try book.take(promotion(at: midnight))
        try Dispatcher().release("c1", at: midnight + 23 * hour, &book)
        #expect(book.reasons == ["quiet_hours", "quiet_hours"])
        #expect(book.releases["c1"] == midnight + day + 8 * hour)
    }

    @Test func onlyWhatIsDueIsReleased() throws {
        var book = MemoryBook.ready()
        try book.take(promotion("r1", at: midnight))
        // The zone becomes known: one hour further east.
        try book.take(event(at: midnight + 1, .userRegistered(UserRegistered.with { $0.utcOffsetMinutes = 540 })))
        try book.take(promotion("r2", at: midnight + 2))
        #expect(book.releases["c1"] == midnight + 7 * hour)
        try Dispatcher().release("c1", at: midnight + 7 * hour, &book)
        #expect(book.sends.map(\.requestID) == ["r2"])
        #expect(book.releases["c1"] == midnight + 8 * hour)
        try Dispatcher().release("c1", at: midnight + 8 * hour, &book)
        #expect(book.sends.map(\.requestID) == ["r2", "r1"])
        #expect(book.releases["c1"] == nil)
    }

    /// No retry falls into the night: the send itself ends with the window.
    @Test func aPromotionalSendExpiresWithTheWindow() throws {
        let nine = midnight + 21 * hour
        for (expiry, sendExpiry) in [(nine - 1, nine - 1), (nine, nine), (nine + 1, nine)] {
            var book = MemoryBook.ready()
            try book.take(promotion { $0.expiresAt = .init(milliseconds: expiry) })
            #expect(book.sends.first?.expiresAt.milliseconds == sendExpiry)
        }
        var book = MemoryBook.ready()
        try book.take(transaction { $0.expiresAt = .init(milliseconds: nine + day) })
        try book.take(transaction("r2") { $0.clearExpiresAt() })
        #expect(book.sends.first?.expiresAt.milliseconds == nine + day)
        #expect(book.sends.last?.hasExpiresAt == false)
    }

    @Test func aRequestIsNeverJudgedBeforeTheLastDecision() throws {
        var book = MemoryBook.ready()
        try book.take(promotion("r1", at: noon))
        try book.take(promotion("r2", at: midnight))
        #expect(book.published.map(\.at) == [noon, noon, noon, noon])
        #expect(book.outcomes.last?.changedAt.milliseconds == noon)
    }
}
