import ProtobufCodec
import Schemas
import Testing

@testable import Tagging

/// T38.
struct TierTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let spend: Int64
        let tier: String
        let toNext: Int64?
        var testDescription: String { "\(spend): \(tier)" }
    }

    @Test(arguments: [
        Row(spend: 0, tier: "bronze", toNext: 20_000), Row(spend: 19_999, tier: "bronze", toNext: 1),
        Row(spend: 20_000, tier: "silver", toNext: 30_000), Row(spend: 49_999, tier: "silver", toNext: 1),
        Row(spend: 50_000, tier: "gold", toNext: 150_000), Row(spend: 199_999, tier: "gold", toNext: 1),
        Row(spend: 200_000, tier: "platinum", toNext: nil),
    ])
    func firstOrder(_ row: Row) throws {
        var story = Story()
        try story.at(0, .paid("o", row.spend), id: "order")
        let events = story.tags.filter { $0.ruleID == "T38" }
        #expect(events.count == 1)
        #expect(events.first?.tagChanged.value == row.tier)
        #expect(events.first?.tagChanged.previousValue == "")
        #expect(events.first?.tagChanged.figures["spend"] == row.spend)
        #expect(events.first?.tagChanged.figures["to_next"] == row.toNext)
        #expect(events.first?.evidenceEventIds == ["order"])
        #expect(story.profile?.tier.periodEndMs == (row.tier == "bronze" ? 0 : Story.start + 365 * day))
    }

    @Test func risesAtOnce() throws {
        var story = Story()
        try story.at(0, .paid("a", 15_000))
        try story.at(day, .paid("b", 5_000), id: "b")
        #expect(story.changes("tier") == ["0 bronze", "\(day) silver"])
        #expect(story.profile?.tier.periodEndMs == Story.start + 366 * day)
        // A refund does not lower it before the period's end.
        try story.at(2 * day, .refunded("a", 15_000))
        #expect(story.tag("tier") == "silver")
    }

    /// Silver, then nothing: grace at the period's end, bronze 30 days later.
    @Test func fallsAfterGrace() throws {
        var story = Story()
        try story.at(0, .paid("a", 20_000), id: "a")
        story.pass(to: 365 * day)
        #expect(story.tag("tier") == "silver" && story.profile?.tier.inGrace == true)
        #expect(story.profile?.tier.periodEndMs == Story.start + 395 * day)
        story.pass(to: 395 * day - 1)
        #expect(story.tag("tier") == "silver")
        story.pass(to: 395 * day)
        #expect(story.changes("tier") == ["0 silver", "\(395 * day) bronze"])
        let last = try #require(story.tags.last { $0.ruleID == "T38" })
        #expect(last.tagChanged.figures == ["spend": 0, "to_next": 20_000])
        #expect(last.evidenceEventIds == ["a"])
        #expect(story.profile?.tier == .with { $0.name = "bronze" })
        #expect(story.due == nil)
    }

    /// An order exactly a year old is gone at the look; one a millisecond younger still counts.
    @Test(arguments: [(Int64(0), true), (Int64(1), false)])
    func yearOfTheLook(_ delay: Int64, isGrace: Bool) throws {
        var story = Story()
        try story.at(0, .paid("a", 20_000))
        // Keeps 20,000 until `delay` after the look.
        try story.at(delay, .paid("b", 20_000))
        story.pass(to: 365 * day)
        #expect(story.profile?.tier.inGrace == isGrace)
        #expect(story.profile?.tier.periodEndMs == Story.start + (isGrace ? 395 : 730) * day)
    }

    @Test func graceEndsWithEnoughSpend() throws {
        var story = Story()
        try story.at(0, .paid("a", 20_000))
        try story.at(370 * day, .paid("b", 19_999))
        #expect(story.profile?.tier.inGrace == true)
        try story.at(371 * day, .paid("c", 1))
        #expect(story.profile?.tier.inGrace == false)
        #expect(story.profile?.tier.periodEndMs == Story.start + (371 + 365) * day)
        story.pass(to: 400 * day)
        #expect(story.changes("tier") == ["0 silver"])
    }

    /// From platinum down to what the year's spend still gives, with a new period.
    @Test func fallsToTheTierOfTheSpend() throws {
        var story = Story()
        try story.at(0, .paid("a", 200_000))
        try story.at(300 * day, .paid("b", 50_000))
        story.pass(to: 395 * day)
        #expect(story.changes("tier") == ["0 platinum", "\(395 * day) gold"])
        #expect(story.profile?.tier.periodEndMs == Story.start + (395 + 365) * day)
        story.pass(to: 2_000 * day)
        // b is gone at the next look, 760 d: grace, then bronze at 790 d.
        #expect(story.changes("tier").last == "\(790 * day) bronze")
    }

    @Test func aHigherTierInGraceEndsIt() throws {
        var story = Story()
        try story.at(0, .paid("a", 20_000))
        try story.at(370 * day, .paid("b", 60_000))
        #expect(
            story.profile?.tier
                == .with {
                    $0.name = "gold"; $0.periodEndMs = Story.start + 735 * day
                })
    }
}
