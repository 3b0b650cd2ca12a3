import Schemas
import Testing

@testable import Tagging

struct DuplicateTests {
    @Test func secondDeliveryChangesNothing() throws {
        var story = Story(.make())
        try story.at(0, .paid("o1", 500), id: "a")
        let before = story
        let decision = try story.at(40 * day, .paid("o1", 500), id: "a", firesTimers: false)
        #expect(decision == .unchanged)
        #expect(story.profile == before.profile)
        #expect(story.due == before.due)
    }

    /// The ring holds 32 ids: the 32nd before is known, the 33rd is not.
    @Test func remembersThirtyTwo() throws {
        var story = Story()
        for number in 0...32 { try story.at(0, .page, id: "e\(number)") }
        #expect(try story.at(0, .page, id: "e1") == .unchanged)
        #expect(try story.at(0, .page, id: "e0") != .unchanged)
        #expect(story.profile?.recentEventHashes.count == 32)
        #expect(story.profile?.recentEventHashes.last == FNV1a.hash("e0"))
    }

    /// An order told again under another event id counts once and leaves no trace.
    @Test func knownOrderIsADuplicate() throws {
        var story = Story()
        try story.at(0, .paid("o1", 500), id: "a")
        try story.at(10, .checkout("k"), id: "b")
        let before = story.profile
        #expect(try story.at(20, .paid("o1", 500, currency: "EUR"), id: "c") == .unchanged)
        #expect(story.profile == before)
    }

    /// A redelivered refund is a duplicate, not a refund of more than is left.
    @Test func redeliveredRefund() throws {
        var story = Story()
        try story.at(0, .paid("o1", 500))
        try story.at(1, .refunded("o1", 500), id: "r")
        #expect(try story.at(1, .refunded("o1", 500), id: "r") == .unchanged)
    }
}
