import Schemas
import Testing

@testable import Tagging

struct OrderTests {
    @Test func sums() throws {
        var story = Story()
        try story.at(5, .paid("b", 300), id: "e1")
        try story.at(9, .paid("c", 50), id: "e2")
        try story.at(2, .paid("a", 7), id: "e3", firesTimers: false)
        try story.at(9, .paid("d", 1), id: "e4")
        try story.at(10, .refunded("b", 100))
        let profile = try #require(story.profile)
        #expect(profile.orders.map(\.orderID) == ["a", "b", "c", "d"])
        #expect(profile.orderCount == 4)
        #expect(profile.netPaidMinor == 258)
        #expect(profile.firstPaidMs == Story.start + 2)
        #expect(profile.lastPaidMs == Story.start + 9)
        #expect(profile.lastPaidEventID == "e2")
        #expect(profile.currency == "CNY")
    }

    @Test func fullRefundTakesTheOrderFromTheCount() throws {
        var story = Story()
        try story.at(0, .paid("a", 300))
        try story.at(1, .paid("b", 0))
        try story.at(2, .refunded("a", 299))
        #expect(story.profile?.orderCount == 2)
        try story.at(3, .refunded("a", 1))
        #expect(story.profile?.orderCount == 1)
        #expect(story.profile?.lastPaidMs == Story.start + 1)
        #expect(story.profile?.netPaidMinor == 0)
        #expect(throws: Rejection.self) { try story.at(4, .refunded("a", 1)) }
        #expect(throws: Rejection.self) { try story.at(4, .refunded("b", 1)) }
    }

    /// One millisecond before its 365th day an order can be refunded, at it no more.
    @Test(arguments: [(365 * day - 1, true), (365 * day, false)])
    func leavesAtAYear(_ time: Int64, isKept: Bool) throws {
        var story = Story()
        try story.at(0, .paid("a", 300))
        story.pass(to: time)
        #expect(story.profile?.orders.isEmpty == !isKept)
        #expect(story.profile?.netPaidMinor == 300)
        #expect(story.profile?.orderCount == 1)
        if isKept {
            try story.at(time, .refunded("a", 1))
        } else {
            #expect(throws: Rejection.self) { try story.at(time, .refunded("a", 1)) }
        }
    }

    @Test func keepsTwoThousand() throws {
        var story = Story()
        for number in 0...2_000 { try story.at(Int64(number), .paid("o\(number)", 1)) }
        #expect(story.profile?.orders.count == 2_000)
        #expect(story.profile?.orders.first?.orderID == "o1")
        #expect(story.profile?.orderCount == 2_001)
        #expect(story.profile?.netPaidMinor == 2_001)
    }

    @Test func equalTimesGoByTheBytesOfTheId() throws {
        var story = Story()
        // U+FF61 comes before U+10000 by code point and by bytes, after it by UTF-16.
        for id in ["\u{10000}", "\u{FF61}", "b", "a"] { try story.at(0, .paid(id)) }
        #expect(story.profile?.orders.map(\.orderID) == ["a", "b", "\u{FF61}", "\u{10000}"])
    }
}
