import Schemas
import Testing

@testable import Tagging

struct OrderOfOutputsTests {
    /// One decision that touches nearly every rule.
    @Test func rulesInOrder() throws {
        var story = Story(.make(interval: (2, 1)))
        try story.at(0, .consent("profiling", .denied))
        try story.at(1, .registered())
        try story.at(2, .paid("o", 50_000))
        try story.at(3, .consent("profiling", .granted), id: "yes")
        #expect(story.tags.map(\.ruleID) == ["T38", "T07", "T01", "T08"])
        try story.at(4, .clicked("ad"))
        try story.at(5, .joined)
        story.pass(to: 6)
        #expect(story.tags.map(\.ruleID) == ["T38", "T07", "T01", "T08", "T30", "T22", "T16"])
        #expect(story.tags.map(\.tagEventID) == (1...7).map { "c-1/088e7b07b539b883/\($0)" })
    }

    @Test func unsetTimer() throws {
        var story = Story()
        try story.at(0, .ticketEnded)
        story.pass(to: 5_000 * day)
        #expect(story.due == nil && story.lifecycle == "lost")
    }

    @Test func advanceWithoutProfile() {
        var profile: CustomerProfile?
        let decision = Tagging.advance(
            due: 1, to: 2, profile: &profile, calibration: nil, rules: TaggingRules())
        #expect(decision == .unchanged && profile == nil)
    }

    @Test func advanceBeforeItsTime() throws {
        var story = Story()
        try story.at(0, .page)
        let due = try #require(story.due)
        let before = story.profile
        let decision = Tagging.advance(
            due: due, to: due - 1, profile: &story.profile, calibration: nil, rules: TaggingRules())
        #expect(decision.isUnchanged && decision.tags.isEmpty && decision.nextDue == due)
        #expect(story.profile == before)
    }
}
