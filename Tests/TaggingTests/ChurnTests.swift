import Schemas
import Testing

@testable import Tagging

/// T16.
struct ChurnTests {
    /// Three orders over 1,000 ms: mean 500, so the tag is there from 751 ms after the last on.
    @Test func ownInterval() throws {
        var story = Story()
        try story.at(0, .paid("a"))
        try story.at(400, .paid("b"))
        try story.at(1_000, .paid("c"), id: "last")
        #expect(story.dueTime == 1_751)
        story.pass(to: 1_750)
        #expect(story.tag("churn_gap15") == nil)
        story.pass(to: 1_751)
        #expect(story.tag("churn_gap15") == "own")
        try story.at(2_000, .paid("d"), id: "next")
        #expect(story.changes("churn_gap15").suffix(2) == ["1751 own", "2000 −"])
        let events = story.tags.filter { $0.ruleID == "T16" }.suffix(2)
        #expect(events.map(\.evidenceEventIds) == [["last"], ["next"]])
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let span: Int64
        let repeats: Int
        var testDescription: String { "span \(span), \(repeats) repeats" }
    }

    /// The first millisecond with 2·gap·x > 3·span, found by counting.
    @Test(arguments: [
        Row(span: 1, repeats: 1), Row(span: 2, repeats: 1), Row(span: 3, repeats: 2), Row(span: 7, repeats: 3),
        Row(span: 99, repeats: 4), Row(span: 100, repeats: 3),
    ])
    func firstMillisecond(_ row: Row) throws {
        var profile = CustomerProfile()
        profile.orderCount = UInt32(row.repeats + 1)
        profile.firstPaidMs = 5_000
        profile.lastPaidMs = 5_000 + row.span
        var gap: Int64 = 0
        while !(2 * gap * Int64(row.repeats) > 3 * row.span) { gap += 1 }
        let moment = try #require(ChurnRule.moment(profile, nil))
        #expect(moment.start == profile.lastPaidMs + gap)
        #expect(moment.interval == .own)
    }

    /// One order only: the population's mean of 1,000 ms counts, and names its version.
    @Test func segmentInterval() throws {
        var story = Story(.make(interval: (2_000, 2)))
        try story.at(0, .paid("a"))
        #expect(story.dueTime == 1_501)
        story.pass(to: 1_501)
        #expect(story.changes("churn_gap15") == ["1501 segment"])
        #expect(story.tags.last?.calibrationVersion == 7)
        // Two orders at one time give no interval of their own.
        var twice = Story(.make(interval: (2_000, 2)))
        try twice.at(0, .paid("a"))
        try twice.at(0, .paid("b"))
        twice.pass(to: 1_501)
        #expect(twice.tag("churn_gap15") == "segment")
    }

    @Test func absentWithoutAnyInterval() throws {
        var story = Story(.make())
        try story.at(0, .paid("a"))
        story.pass(to: 400 * day)
        #expect(story.tag("churn_gap15") == nil)
    }

    /// Full refunds take orders from the count; with none left the tag goes.
    @Test func goesWithTheLastOrder() throws {
        var story = Story()
        try story.at(0, .paid("a", 10))
        try story.at(1_000, .paid("b", 10))
        story.pass(to: 2_501)
        #expect(story.tag("churn_gap15") == "own")
        try story.at(3_000, .refunded("b", 10))
        #expect(story.tag("churn_gap15") == nil)
        try story.at(3_001, .refunded("a", 10))
        #expect(story.changes("churn_gap15") == ["2501 own", "3000 −"])
    }

    /// A population whose span sum times three does not fit 64 bits.
    @Test func fullWidth() throws {
        var profile = CustomerProfile()
        profile.orderCount = 1
        profile.lastPaidMs = Story.start
        let huge = RFMScale(.version(1, from: 0, interval: (.max, 3_000_000)))
        // ⌊3·(2⁶³ − 1) ÷ 6,000,000⌋ = 4611686018427
        #expect(ChurnRule.moment(profile, huge)?.start == Story.start + 4_611_686_018_427 + 1)
        let endless = RFMScale(.version(1, from: 0, interval: (.max, 1)))
        #expect(ChurnRule.moment(profile, endless) == nil)
    }
}
