import ProtobufCodec
import Schemas
import Testing

@testable import Tagging

/// T24.
struct CheckoutTests {
    @Test func abandonedAfterAnHour() throws {
        var story = Story()
        try story.at(5, .checkout("k"), id: "start")
        #expect(story.dueTime == hour + 5)
        story.pass(to: hour + 4)
        #expect(story.requests.isEmpty)
        story.pass(to: hour + 5)
        #expect(story.tag("abandoned") == "k")
        let request = try #require(story.requests.first)
        #expect(request.requestID == "abandoned/k")
        #expect(request.customerID == "c-1")
        #expect(request.templateID == "abandoned_checkout")
        #expect(request.messageClass == .promotional)
        #expect(request.priority == 5)
        #expect(request.requestedAt.milliseconds == Story.start + hour + 5)
        #expect(request.expiresAt.milliseconds == Story.start + 25 * hour + 5)
        #expect(
            request.cause
                == .with {
                    $0.kind = "checkout"; $0.id = "k"; $0.sinceMs = Story.start + 5
                })
        #expect(request.variables == ["checkout": "k"])
        #expect(request.ruleID == "T24" && request.evidenceEventIds == ["start"])
        story.pass(to: 73 * hour + 4)
        #expect(story.tag("abandoned") == "k")
        story.pass(to: 100 * hour)
        #expect(story.changes("abandoned") == ["\(hour + 5) k", "\(73 * hour + 5) −"])
        #expect(story.tags.last { $0.ruleID == "T24" }?.evidenceEventIds == [])
        #expect(story.requests.count == 1)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let end: CustomerEvent.OneOf_Kind
        let at: Int64
        let isAbandoned: Bool
        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(name: "paid in time", end: .paid("o", checkout: "k"), at: hour - 1, isAbandoned: false),
        Row(name: "paid at the hour", end: .paid("o", checkout: "k"), at: hour, isAbandoned: true),
        Row(name: "paid without checkout id", end: .paid("o"), at: 1, isAbandoned: false),
        Row(name: "another one paid", end: .paid("o", checkout: "j"), at: 1, isAbandoned: true),
        Row(name: "cancelled", end: .cancelled("k"), at: hour - 1, isAbandoned: false),
        Row(name: "another one cancelled", end: .cancelled("j"), at: 1, isAbandoned: true),
    ])
    func ended(_ row: Row) throws {
        var story = Story()
        try story.at(0, .checkout("k"))
        try story.at(row.at, row.end)
        story.pass(to: 2 * hour)
        #expect(story.requests.count == (row.isAbandoned ? 1 : 0))
    }

    @Test func anOrderTakesTheTagAway() throws {
        var story = Story()
        try story.at(0, .checkout("k"))
        try story.at(hour, .paid("o"), id: "order")
        #expect(story.changes("abandoned") == ["\(hour) k", "\(hour) −"])
        #expect(story.tags.last { $0.ruleID == "T24" }?.evidenceEventIds == ["order"])
        var cancelled = Story()
        try cancelled.at(0, .checkout("k"))
        try cancelled.at(2 * hour, .cancelled("k"))
        #expect(cancelled.tag("abandoned") == "k")
    }

    @Test func onceForEachId() throws {
        var story = Story()
        try story.at(0, .checkout("k"))
        try story.at(1, .checkout("k"))
        try story.at(2 * hour, .checkout("k"))
        story.pass(to: 9 * hour)
        #expect(story.requests.map(\.requestID) == ["abandoned/k"])
    }

    /// The end may come before the start: a paid checkout is never abandoned.
    @Test func endBeforeStart() throws {
        for end in [CustomerEvent.OneOf_Kind.paid("o", checkout: "k"), .cancelled("k")] {
            var story = Story()
            try story.at(10, end)
            try story.at(5, .checkout("k"), firesTimers: false)
            story.pass(to: 9 * hour)
            #expect(story.requests.isEmpty)
        }
    }

    /// The ring of closed ids holds 32.
    @Test func ringOfClosed() throws {
        var story = Story()
        for number in 0...32 { try story.at(0, .cancelled("k\(number)")) }
        try story.at(1, .checkout("k1"))
        #expect(story.profile?.openCheckouts.isEmpty == true)
        try story.at(1, .checkout("k0"))
        #expect(story.profile?.openCheckouts.map(\.checkoutID) == ["k0"])
        for _ in 0..<3 { try story.at(1, .cancelled("k32")) }
        #expect(story.profile?.closedCheckoutHashes.count == 32)
        #expect(story.profile?.closedCheckoutHashes.first == FNV1a.hash("k1"))
    }

    /// Twenty are open at most; the oldest closes silently and stays closed.
    @Test func boundOfOpen() throws {
        var story = Story()
        for number in 0...20 { try story.at(Int64(number), .checkout("k\(number)")) }
        #expect(story.profile?.openCheckouts.count == 20)
        try story.at(30, .checkout("k0"))
        story.pass(to: 2 * hour)
        #expect(story.requests.map(\.requestID) == (1...20).map { "abandoned/k\($0)" })
    }

    @Test func aLaterOneReplacesTheTag() throws {
        var story = Story()
        try story.at(0, .checkout("b"))
        try story.at(0, .checkout("a"))
        // Due exactly when the first tag would leave: it is replaced, not removed.
        try story.at(72 * hour, .checkout("c"))
        story.pass(to: 200 * hour)
        #expect(
            story.changes("abandoned") == [
                "\(hour) a", "\(hour) b", "\(73 * hour) c", "\(145 * hour) −",
            ])
    }

    /// A start that comes more than an hour late is abandoned at once, with its own due time.
    @Test func lateStart() throws {
        var story = Story()
        try story.at(3 * hour, .page)
        try story.at(0, .checkout("k"), firesTimers: false)
        #expect(story.requests.map { $0.requestedAt.milliseconds } == [Story.start + hour])
        #expect(story.changes("abandoned") == ["\(3 * hour) k"])
        #expect(story.dueTime == 73 * hour)
    }
}
