import ProtobufCodec
import Schemas
import Testing

@testable import Tagging

/// Rules.md, "Refused at the door": what never reaches a profile.
struct DoorTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let event: CustomerEvent
        /// Nil where the event passes.
        let reason: Rejection.Reason?

        init(_ name: String, _ event: CustomerEvent, _ reason: Rejection.Reason?) {
            self.name = name
            self.event = event
            self.reason = reason
        }

        init(_ name: String, _ kind: CustomerEvent.OneOf_Kind, _ reason: Rejection.Reason?) {
            self.init(name, .make(kind, id: "e", at: Story.start), reason)
        }

        var testDescription: String { name }
    }

    static func text(_ bytes: Int) -> String { String(repeating: "x", count: bytes) }
    static func at(_ time: Int64) -> CustomerEvent { .make(.page, id: "e", at: time) }
    static func points(_ points: Int64) -> CustomerEvent.OneOf_Kind {
        .orderPaid(
            .with {
                $0.orderID = "o"
                $0.amount = Money(minorUnits: 0, currency: "CNY")
                $0.pointsSpent = points
            })
    }

    static let common = [
        Row("no kind", .make(nil, id: "e", at: Story.start), .schema),
        Row("empty event id", .make(.page, id: "", at: Story.start), .validation),
        Row("event id of 128 bytes", .make(.page, id: text(128), at: Story.start), nil),
        Row("event id of 129 bytes", .make(.page, id: text(129), at: Story.start), .validation),
        Row("control character", .make(.page, id: "e\u{7}", at: Story.start), .validation),
        Row("empty customer id", .make(.page, id: "e", at: Story.start, customer: ""), .validation),
        Row(
            "no time",
            CustomerEvent.with {
                $0.eventID = "e"; $0.customerID = "c"; $0.kind = .page
            }, .validation),
        Row("1990", at(631_152_000_000), nil),
        Row("before 1990", at(631_152_000_000 - 1), .validation),
        Row("end of 2099", at(4_102_444_800_000 - 1), nil),
        Row("2100", at(4_102_444_800_000), .validation),
    ]

    static let money = [
        Row("amount 10¹²", .paid("o", 1_000_000_000_000), nil),
        Row("amount 10¹² + 1", .paid("o", 1_000_000_000_001), .validation),
        Row("amount 0", .paid("o", 0), nil),
        Row("negative amount", .paid("o", -1), .validation),
        Row("no amount", .orderPaid(.with { $0.orderID = "o" }), .validation),
        Row("small letters", .paid("o", 1, currency: "cny"), .validation),
        Row("two letters", .paid("o", 1, currency: "CN"), .validation),
        Row("points 0", points(0), nil),
        Row("points −1", points(-1), .validation),
        Row("points 10¹²", points(1_000_000_000_000), nil),
        Row("points 10¹² + 1", points(1_000_000_000_001), .validation),
        Row("checkout without amount", .checkout("k"), nil),
        Row(
            "checkout of a negative amount",
            .checkoutStarted(
                .with {
                    $0.checkoutID = "k"
                    $0.amount = Money(minorUnits: -1, currency: "CNY")
                }), .validation),
        Row("refund of nothing known", .refunded("o", 1), .validation),
    ]

    static let ids = [
        Row("order", .paid(""), .validation),
        Row("order's checkout", .paid("o", checkout: text(129)), .validation),
        Row("refund", .refunded("o", 1, refund: ""), .validation),
        Row("stocked", .orderStocked(OrderStocked()), .validation),
        Row("shipped", .orderShipped(OrderShipped()), .validation),
        Row("received", .orderReceived(OrderReceived()), .validation),
        Row("checkout", .checkout(""), .validation),
        Row("cancelled", .cancelled(""), .validation),
        Row("complaint", .complaintFiled(ComplaintFiled()), .validation),
        Row("complaint closed", .complaintClosed(ComplaintClosed()), .validation),
        Row("shared", .referralShared(ReferralShared()), .validation),
        Row("clicked without referrer", .referralClicked(.with { $0.campaignID = "k" }), .validation),
        Row("clicked without campaign", .referralClicked(.with { $0.referrerID = "k" }), .validation),
        Row("clicked with a long channel", .clicked(text(129)), .validation),
        Row("registered with a long channel", .registered(text(129)), .validation),
        Row("registered without channel", .registered(), nil),
        Row("qualified without claim", .referralQualified(.with { $0.campaignID = "k" }), .validation),
        Row("opened", .messageOpened(MessageOpened()), .validation),
        Row("clicked on", .messageClicked(MessageClicked()), .validation),
        Row("deletion", .deletion(""), .validation),
        Row("session without id", .sessionStarted(SessionStarted()), nil),
    ]

    static let consents = [
        Row("no purpose", .consent("", .granted), .validation),
        Row("no status", .consent("marketing", .unspecified), .validation),
        Row("unknown status", .consent("marketing", .UNRECOGNIZED(9)), .validation),
        Row("proof of 1,024 bytes", .consent("marketing", .granted, proof: text(1_024)), nil),
        Row("proof of 1,025 bytes", .consent("marketing", .granted, proof: text(1_025)), .validation),
        Row("lapse before 1990", .consent("marketing", .granted, revokeAt: -Story.start), .validation),
    ]

    @Test(arguments: common + money + ids + consents)
    func refusesAtTheDoor(_ row: Row) {
        var profile: CustomerProfile?
        do throws(Rejection) {
            _ = try Tagging.decide(
                row.event, at: Story.start, profile: &profile, calibration: nil, rules: TaggingRules())
            #expect(row.reason == nil)
            #expect((profile == nil) == (row.reason != nil))
        } catch {
            #expect(error.reason == row.reason, "\(error)")
            #expect(profile == nil)
        }
    }

    /// A refusal leaves a known customer as it was.
    @Test func refusalChangesNothing() throws {
        var story = Story(.make())
        try story.at(0, .paid("o1", 100))
        let before = story
        let refused: [CustomerEvent.OneOf_Kind] = [
            .paid("o2", 1, currency: "EUR"), .refunded("o1", 101), .refunded("o1", 0), .refunded("o2", 1),
            .refunded("o1", 1, currency: "EUR"), .consent("", .granted),
        ]
        for kind in refused {
            #expect(throws: Rejection.self) { try story.at(1, kind) }
            #expect(story.profile == before.profile && story.tags == before.tags)
        }
    }

    /// I06: the 17th purpose is refused, one of the 16 is not.
    @Test func boundsPurposes() throws {
        var story = Story()
        for number in 0..<16 { try story.at(0, .consent("purpose-\(number)", .granted)) }
        #expect(throws: Rejection.self) { try story.at(1, .consent("purpose-16", .granted)) }
        try story.at(2, .consent("purpose-3", .revoked))
        #expect(story.profile?.consents.count == 16)
    }
}
