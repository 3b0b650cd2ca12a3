import Schemas
import Testing

@testable import Tagging

/// T22.
struct LiveFanTests {
    @Test func leavesAtTheExactMillisecond() throws {
        var story = Story()
        try story.at(0, .joined, id: "a")
        try story.at(10 * day, .joined, id: "b")
        story.pass(to: 40 * day - 1)
        #expect(story.tag("live_fan") == "yes")
        story.pass(to: 40 * day)
        #expect(story.changes("live_fan") == ["0 yes", "\(40 * day) −"])
        let events = story.tags.filter { $0.ruleID == "T22" }
        #expect(events.map(\.evidenceEventIds) == [["a"], ["b"]])
        #expect(events.map { $0.tagChanged.previousValue } == ["", "yes"])
        #expect(story.profile?.liveJoins.isEmpty == true)
    }

    @Test func anEarlierJoinThatComesLateDoesNotCount() throws {
        var story = Story()
        try story.at(10 * day, .joined, id: "b")
        try story.at(0, .joined, id: "a", firesTimers: false)
        #expect(story.profile?.liveJoins.map(\.eventID) == ["b"])
    }

    @Test func atEqualTimesTheFirstToComeCounts() throws {
        var story = Story()
        try story.at(0, .joined, id: "b")
        try story.at(0, .joined, id: "a")
        #expect(story.profile?.liveJoins.map(\.eventID) == ["b"])
    }

    /// Over before it comes: never set.
    @Test func lateAndOver() throws {
        var story = Story()
        try story.at(30 * day, .page)
        try story.at(0, .joined, firesTimers: false)
        #expect(story.tag("live_fan") == nil && story.profile?.liveJoins.isEmpty == true)
    }

    /// With a count of two the tag needs two joins within 30 days.
    @Test func count() throws {
        var story = Story()
        story.rules.liveFanCount = 2
        try story.at(0, .joined, id: "a")
        #expect(story.tag("live_fan") == nil)
        try story.at(20 * day, .joined, id: "b")
        #expect(story.tag("live_fan") == "yes")
        try story.at(25 * day, .joined, id: "c")
        story.pass(to: 60 * day)
        #expect(story.changes("live_fan") == ["\(20 * day) yes", "\(50 * day) −"])
        #expect(story.tags.filter { $0.ruleID == "T22" }.map(\.evidenceEventIds) == [["a", "b"], ["b", "c"]])
    }
}

/// T23.
struct PriceCheckTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let paidAt: Int64
        let isSet: Bool
        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(name: "paid at 6 d 23:59:59.999", paidAt: 7 * day - 1, isSet: false),
        Row(name: "paid at 7 d 00:00:00", paidAt: 7 * day, isSet: true),
    ])
    func boundary(_ row: Row) throws {
        var story = Story()
        try story.at(0, .registered(), id: "reg")
        try story.at(row.paidAt, .paid("o"))
        story.pass(to: 30 * day)
        #expect(story.changes("price_sensitive") == (row.isSet ? ["\(7 * day) yes"] : []))
        if row.isSet { #expect(story.tags.first { $0.ruleID == "T23" }?.evidenceEventIds == ["reg"]) }
    }

    @Test func paidBeforeRegistration() throws {
        var story = Story()
        try story.at(0, .paid("o"))
        try story.at(1, .registered())
        story.pass(to: 30 * day)
        #expect(story.tag("price_sensitive") == nil)
    }

    @Test func onlyTheFirstRegistrationCounts() throws {
        var story = Story()
        try story.at(0, .registered())
        try story.at(5 * day, .registered())
        story.pass(to: 7 * day)
        #expect(story.changes("price_sensitive") == ["\(7 * day) yes"])
        try story.at(8 * day, .registered())
        story.pass(to: 30 * day)
        #expect(story.changes("price_sensitive") == ["\(7 * day) yes"])
        #expect(story.profile?.registeredMs == Story.start)
    }
}

/// T30.
struct FirstContactTests {
    @Test func theLeastTimeWins() throws {
        var story = Story()
        try story.at(100, .registered("store"), id: "b")
        try story.at(200, .clicked("ad"), id: "c")
        #expect(story.tag("first_channel") == "store")
        try story.at(50, .clicked("search"), id: "a", firesTimers: false)
        #expect(story.tag("first_channel") == "search")
        #expect(story.changes("first_channel") == ["100 store", "200 search"])
        #expect(story.tags.last?.evidenceEventIds == ["a"])
        #expect(story.tags.last?.tagChanged.previousValue == "store")
    }

    @Test func equalTimesGoByEventId() throws {
        var story = Story()
        try story.at(100, .clicked("b"), id: "m")
        try story.at(100, .clicked("c"), id: "n")
        #expect(story.tag("first_channel") == "b")
        try story.at(100, .clicked("a"), id: "l")
        #expect(story.tag("first_channel") == "a")
    }

    @Test func emptyChannelsDoNotCount() throws {
        var story = Story()
        try story.at(0, .registered(""))
        try story.at(1, .clicked("ad"))
        #expect(story.tag("first_channel") == "ad")
    }

    /// The outcome does not depend on the order of arrival.
    @Test func anyOrderOfArrival() throws {
        let contacts: [(Int64, String, String)] = [(3, "e3", "x"), (1, "e2", "y"), (1, "e1", "z"), (2, "e0", "w")]
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
            var story = Story()
            for index in order {
                try story.at(contacts[index].0, .clicked(contacts[index].2), id: contacts[index].1, firesTimers: false)
            }
            #expect(story.tag("first_channel") == "z")
            #expect(story.profile?.firstChannelEventID == "e1")
        }
    }
}
