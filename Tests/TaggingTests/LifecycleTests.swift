import ProtobufCodec
import Schemas
import Testing

@testable import Tagging

/// T07, with the activity that it rests on.
struct LifecycleTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let base: Int64
        let registered: Int64
        let at: Int64
        let expected: Lifecycle
        var testDescription: String { "base \(base), registered \(registered), at \(at): \(expected)" }
    }

    @Test(arguments: [
        Row(base: 0, registered: 0, at: 0, expected: .new),
        Row(base: 29 * day, registered: 0, at: 30 * day - 1, expected: .new),
        Row(base: 29 * day, registered: 0, at: 30 * day, expected: .active),
        Row(base: 10, registered: -90 * day, at: 10 + 30 * day - 1, expected: .active),
        Row(base: 10, registered: -90 * day, at: 10 + 30 * day, expected: .silent),
        Row(base: 0, registered: 0, at: 30 * day, expected: .silent),
        Row(base: 0, registered: 0, at: 90 * day - 1, expected: .silent),
        Row(base: 0, registered: 0, at: 90 * day, expected: .lost),
        Row(base: 0, registered: 0, at: 900 * day, expected: .lost),
    ])
    func stateAt(_ row: Row) {
        #expect(
            Lifecycle(at: row.at, base: row.base, registered: row.registered, TaggingRules()) == row.expected)
    }

    @Test func timersMoveItWithoutAnEvent() throws {
        var story = Story()
        try story.at(0, .registered(), id: "reg")
        try story.at(20 * day, .page, id: "page")
        #expect(story.dueTime == 30 * day)
        story.pass(to: 200 * day)
        #expect(
            story.changes("lifecycle4") == [
                "0 new", "\(30 * day) active", "\(50 * day) silent", "\(110 * day) lost",
            ])
        let events = story.tags.filter { $0.ruleID == "T07" }
        #expect(events.map(\.evidenceEventIds) == [["reg"], ["page"], ["page"], ["page"]])
        // The second is T23's, at 7 d.
        #expect(events.map(\.tagEventID) == [1, 3, 4, 5].map { "c-1/89e9c11960f4c735/\($0)" })
        #expect(events.allSatisfy { $0.ruleVersion == 1 && $0.calibrationVersion == 0 })
        #expect(events.map { $0.stageChanged.from } == ["", "new", "active", "silent"])
        #expect(story.due == nil)
        try story.at(300 * day, .page, id: "back")
        #expect(story.lifecycle == "active")
        #expect(story.dueTime == 330 * day)
    }

    /// Without any activity everything rests on the first event, and names it.
    @Test func firstEventStandsIn() throws {
        var story = Story()
        try story.at(0, .ticketEnded, id: "first")
        try story.at(5 * day, .ticketEnded, id: "second")
        story.pass(to: 30 * day)
        #expect(story.changes("lifecycle4") == ["0 new", "\(30 * day) silent"])
        #expect(story.tags.map(\.evidenceEventIds) == [["first"], ["first"]])
        try story.at(31 * day, .page, id: "third")
        #expect(story.tags.last?.evidenceEventIds == ["third"])
    }

    /// A late event that is no activity is judged at the last activity, not before it.
    @Test func lateEventDoesNotTakeTheProfileBack() throws {
        var story = Story(.make())
        try story.at(0, .paid("o1"))
        try story.at(20 * day, .paid("o2"))
        let score = story.rfm
        let decision = try story.at(10 * day, .ticketEnded, firesTimers: false)
        #expect(decision.tags.isEmpty)
        #expect(story.rfm == score)
        #expect(story.profile?.lastActivityMs == Story.start + 20 * day)
    }

    @Test func atEqualTimesTheFirstActivityStays() throws {
        var story = Story()
        try story.at(0, .page, id: "a")
        try story.at(0, .page, id: "b")
        #expect(story.profile?.lastActivityEventID == "a")
    }

    static let kinds: [(CustomerEvent.OneOf_Kind, Bool)] = [
        (.paid("o"), true), (.orderStocked(.with { $0.orderID = "o" }), false),
        (.orderShipped(.with { $0.orderID = "o" }), false), (.orderReceived(.with { $0.orderID = "o" }), true),
        (.checkout("k"), true), (.cancelled("k"), true), (.registered(), true),
        (.userIdentified(UserIdentified()), false), (.profileChanged(ProfileChanged()), false),
        (.consent("marketing", .granted), false), (.sessionStarted(SessionStarted()), true), (.page, true),
        (.searchPerformed(SearchPerformed()), true), (.cartChanged(CartChanged()), true),
        (.favoriteChanged(FavoriteChanged()), true), (.featureUsed(FeatureUsed()), true),
        (.checkinDone(CheckinDone()), true), (.contentEngaged(ContentEngaged()), true), (.joined, true),
        (.ticketOpened(TicketOpened()), true), (.ticketEnded, false), (.chatMessage(ChatMessage()), true),
        (.complaintFiled(.with { $0.complaintID = "x" }), true),
        (.complaintClosed(.with { $0.complaintID = "x" }), false), (.npsAnswered(NpsAnswered()), true),
        (.locationReported(LocationReported()), true), (.contractDated(ContractDated()), false),
        (.referralShared(.with { $0.campaignID = "k" }), true), (.clicked(""), true),
        (
            .referralQualified(
                .with {
                    $0.campaignID = "k"; $0.claimID = "q"
                }), false
        ),
        (.messageOpened(.with { $0.sendID = "s" }), false), (.messageClicked(.with { $0.sendID = "s" }), true),
    ]

    /// Every kind but refunds (which need an order) and deletions (which leave nothing).
    @Test func activities() throws {
        #expect(Self.kinds.count == 32)
        for (kind, isActivity) in Self.kinds {
            var story = Story()
            try story.at(0, kind)
            #expect((story.profile?.lastActivityMs != 0) == isActivity, "\(kind)")
        }
        #expect(!ActivityRule.isActivity(.refunded("o", 1)))
        #expect(!ActivityRule.isActivity(.deletion("d")))
    }
}
