import ProtobufCodec
import Schemas
import Testing

/// Boundaries worked out by hand from Rules.md, "tagging.profiles".
struct TaggingModelTests {
    typealias Script = ModelScript<TaggingModel>

    static func event(
        _ id: String, _ time: Int64, _ fill: (inout CustomerEvent) -> Void = { $0.sessionStarted = SessionStarted() }
    ) -> CustomerEvent {
        .with {
            $0.eventID = id
            $0.customerID = "c"
            $0.occurredAt = stamp(start + time)
            fill(&$0)
        }
    }

    static func order(_ id: String, _ time: Int64, _ cents: Int64, checkout: String = "") -> CustomerEvent {
        event("e-\(id)", time) {
            $0.orderPaid = .with {
                $0.orderID = id
                $0.amount = Money(minorUnits: cents, currency: "USD")
                $0.checkoutID = checkout
            }
        }
    }

    static func refund(_ order: String, _ id: String, _ time: Int64, _ cents: Int64) -> CustomerEvent {
        event("e-\(id)", time) {
            $0.orderRefunded = .with {
                $0.orderID = order
                $0.refundID = id
                $0.amount = Money(minorUnits: cents, currency: "USD")
            }
        }
    }

    static func consent(
        _ id: String, _ time: Int64, _ status: ConsentStatus, purpose: String = "profiling", until: Int64? = nil
    ) -> CustomerEvent {
        event(id, time) {
            $0.consentChanged = .with {
                $0.purpose = purpose
                $0.status = status
                if let until { $0.revokeAt = stamp(start + until) }
            }
        }
    }

    static func checkout(_ id: String, _ time: Int64) -> CustomerEvent {
        event("k-\(id)", time) { $0.checkoutStarted = .with { $0.checkoutID = id } }
    }

    /// Edges times five: R days 10, 20, 30, 40; F 1, 2, 3, 4; M 100, 200, 300, 400. Mean interval 10 days.
    static let calibration = Calibration.with {
        $0.name = "rfm"
        $0.versions = [
            .with {
                $0.version = 7
                $0.validFromMs = start
                $0.frequencyWindowDays = 30
                $0.recencyEdgesFifths = [50, 100, 150, 200]
                $0.frequencyEdgesFifths = [5, 10, 15, 20]
                $0.monetaryEdgesFifths = [500, 1_000, 1_500, 2_000]
                $0.intervalSpanSumMs = 50 * day
                $0.intervalCount = 5
            }
        ]
    }

    static func run(_ events: [CustomerEvent], to end: Int64, calibrated: Bool = false) -> Script {
        var script = Script(TaggingModel(calibration: calibrated ? calibration : nil))
        for event in events {
            script.take(Topics.customerEvents, at: (event.occurredAt.milliseconds ?? 0) - start, event)
        }
        script.pass(to: end)
        return script
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var rule: String
        var events: [CustomerEvent]
        var end: Int64
        var words: String
        var expected: [String]
        var isCalibrated = false
        var testDescription: String { rule }
    }

    static let d365 = 365 * day

    static let rows: [Row] = [
        Row(
            rule: "T07 new, active at 30 d from the registration, silent 30 d after the last activity",
            events: [event("a", 0), event("b", 20 * day)], end: 49 * day, words: "lifecycle4",
            expected: ["lifecycle4 >new @0", "lifecycle4 new>active @\(30 * day)"]),
        Row(
            rule: "T07 silent at exactly 30 d, lost at exactly 90 d", events: [event("a", 0)], end: 90 * day,
            words: "lifecycle4",
            expected: [
                "lifecycle4 >new @0", "lifecycle4 new>silent @\(30 * day)", "lifecycle4 silent>lost @\(90 * day)",
            ]),
        Row(
            rule: "T07 not lost one millisecond earlier", events: [event("a", 0)], end: 90 * day - 1,
            words: "lifecycle4", expected: ["lifecycle4 >new @0", "lifecycle4 new>silent @\(30 * day)"]),
        Row(
            rule: "the timer wins at the boundary: silent, then back",
            events: [event("a", 0), event("b", 30 * day)], end: 30 * day, words: "lifecycle4",
            expected: [
                "lifecycle4 >new @0", "lifecycle4 new>silent @\(30 * day)", "lifecycle4 silent>active @\(30 * day)",
            ]),
        Row(
            rule: "a refund is no activity",
            events: [order("o", 0, 500), refund("o", "f", 29 * day, 100)], end: 30 * day, words: "lifecycle4",
            expected: ["lifecycle4 >new @0", "lifecycle4 new>silent @\(30 * day)"]),
        Row(
            rule: "T23 at 7 d", events: [event("r", 0) { $0.userRegistered = UserRegistered() }], end: 7 * day,
            words: "price_sensitive", expected: ["price_sensitive=yes @\(7 * day)"]),
        Row(
            rule: "T23 an order before 7 d closes it",
            events: [event("r", 0) { $0.userRegistered = UserRegistered() }, order("o", 7 * day - 1, 500)],
            end: 8 * day, words: "price_sensitive", expected: []),
        Row(
            rule: "T23 at 7 d the timer comes before the order",
            events: [event("r", 0) { $0.userRegistered = UserRegistered() }, order("o", 7 * day, 500)],
            end: 8 * day, words: "price_sensitive", expected: ["price_sensitive=yes @\(7 * day)"]),
        Row(
            rule: "T22 off at exactly 30 d", events: [event("l", 5) { $0.liveJoined = LiveJoined() }],
            end: 30 * day + 5, words: "live_fan", expected: ["live_fan=yes @5", "live_fan gone @\(30 * day + 5)"]),
        Row(
            rule: "T22 a later join carries on",
            events: [
                event("l", 0) { $0.liveJoined = LiveJoined() }, event("m", day) { $0.liveJoined = LiveJoined() },
            ],
            end: 31 * day, words: "live_fan", expected: ["live_fan=yes @0", "live_fan gone @\(31 * day)"]),
        Row(
            rule: "T24 abandoned at 1 h, gone at 73 h", events: [checkout("k", 0)], end: 73 * hour,
            words: "abandoned", expected: ["abandoned=k @\(hour)", "abandoned gone @\(73 * hour)"]),
        Row(
            rule: "T24 paid a millisecond before 1 h",
            events: [checkout("k", 0), order("o", hour - 1, 1, checkout: "k")],
            end: day, words: "abandoned", expected: []),
        Row(
            rule: "T24 an order of another checkout leaves it open and removes the tag",
            events: [checkout("k", 0), checkout("l", 2 * hour), order("o", 2 * hour + 1, 1, checkout: "x")],
            end: 3 * hour, words: "abandoned",
            expected: ["abandoned=k @\(hour)", "abandoned gone @\(2 * hour + 1)", "abandoned=l @\(3 * hour)"]),
        Row(
            rule: "T24 an order without a checkout closes all",
            events: [checkout("k", 0), checkout("l", 1), order("o", 2, 1)], end: day, words: "abandoned", expected: []),
        Row(
            rule: "T24 the order came before the start",
            events: [order("o", 0, 1, checkout: "k"), checkout("k", 1)], end: day, words: "abandoned", expected: []),
        Row(
            rule: "T24 one due at the end of the other's tag replaces it",
            events: [checkout("k", 0), checkout("l", 72 * hour)], end: 73 * hour, words: "abandoned",
            expected: ["abandoned=k @\(hour)", "abandoned=l @\(73 * hour)"]),
        Row(
            rule: "T30 an earlier one that arrives late corrects it",
            events: [
                event("b", day) { $0.userRegistered = .with { $0.channel = "ad" } },
                event("a", 0) { $0.userRegistered = .with { $0.channel = "store" } },
                event("z", 2 * day) { $0.userRegistered = .with { $0.channel = "search" } },
            ],
            end: 3 * day, words: "first_channel",
            expected: ["first_channel=ad @\(day)", "first_channel=store @\(day)"]),
        Row(
            rule: "T38 bronze below 20,000, silver at it", events: [order("o", 0, 19_999), order("p", 1, 1)],
            end: day, words: "tier", expected: ["tier=bronze @0", "tier=silver @1"]),
        Row(
            rule: "T38 the first order reaches its tier at once", events: [order("o", 0, 50_000)], end: day,
            words: "tier", expected: ["tier=gold @0"]),
        Row(
            rule: "T38 grace at 365 d, the fall 30 d later", events: [order("o", 0, 20_000)], end: d365 + 30 * day,
            words: "tier", expected: ["tier=silver @0", "tier=bronze @\(d365 + 30 * day)"]),
        Row(
            rule: "T38 an order in the grace saves the tier for a year",
            events: [order("o", 0, 20_000), order("p", d365 + 1, 20_000)], end: 2 * d365,
            words: "tier", expected: ["tier=silver @0"]),
        Row(
            rule: "T38 an order one millisecond younger than the year holds it at the period's end",
            events: [order("o", 0, 20_000), order("p", 1, 20_000)], end: d365 + 31 * day, words: "tier",
            expected: ["tier=silver @0"]),
        Row(
            rule: "T16 own: not at equality, one millisecond later",
            events: [order("o", 0, 1), order("p", 10 * day, 1)], end: 25 * day + 1, words: "churn_gap15",
            expected: ["churn_gap15=own @\(25 * day + 1)"]),
        Row(
            rule: "T16 own: nothing at equality, though an event asks",
            events: [order("o", 0, 1), order("p", 10 * day, 1), event("s", 25 * day)], end: 25 * day,
            words: "churn_gap15", expected: []),
        Row(
            rule: "T16 segment: 15 days of a mean of 10", events: [order("o", 0, 1)], end: 15 * day + 1,
            words: "churn_gap15", expected: ["churn_gap15=segment @\(15 * day + 1)"], isCalibrated: true),
        Row(
            rule: "T01 R falls at the edge of 10 days, F when the order leaves the window",
            events: [order("o", 0, 100)], end: 30 * day, words: "rfm",
            expected: [
                "rfm 522 @0", "rfm 422 @\(10 * day)", "rfm 322 @\(20 * day)", "rfm 212 @\(30 * day)",
            ], isCalibrated: true),
        Row(
            rule: "T01 M just below the edge", events: [order("o", 0, 99)], end: 0, words: "rfm",
            expected: ["rfm 521 @0"], isCalibrated: true),
        Row(
            rule: "T08 seed needs F and M of 4",
            events: [order("o", 0, 100), order("p", 1, 100), order("q", 2, 100)], end: 2, words: "layer",
            expected: ["layer=active @0", "layer=seed @2"], isCalibrated: true),
        Row(
            rule: "T08 silent sleeps, lost is lost", events: [order("o", 0, 100)], end: 90 * day, words: "layer",
            expected: ["layer=active @0", "layer=sleeping @\(30 * day)", "layer=lost @\(90 * day)"],
            isCalibrated: true),
        Row(
            rule: "T01 a refund in full: the score stays",
            events: [order("o", 0, 100), refund("o", "f", 1, 100)], end: 40 * day, words: "rfm",
            expected: ["rfm 522 @0"], isCalibrated: true),
        Row(
            rule: "I06 a grant lapses at exactly its time",
            events: [consent("a", 0, .granted, purpose: "marketing", until: 5 * day)], end: 5 * day,
            words: "consent_", expected: ["consent_granted by c @0", "consent_lapsed by clock @\(5 * day)"]),
        Row(
            rule: "I06 the same status makes no entry; the earlier one does not count",
            events: [
                consent("b", 2, .granted, purpose: "x"), consent("c", 3, .granted, purpose: "x"),
                consent("a", 1, .denied, purpose: "x"),
            ],
            end: 4, words: "consent_", expected: ["consent_granted by c @2"]),
        Row(
            rule: "I06 withdrawn: the tags go; granted again: the tier starts anew",
            events: [
                order("o", 0, 20_000), consent("n", 1, .revoked), order("p", 2, 30_000), consent("y", 3, .granted),
            ],
            end: 3, words: "tier", expected: ["tier=silver @0", "tier gone @1", "tier=gold @3"]),
        Row(
            rule: "a duplicate within 32 events changes nothing",
            events: [event("r", 0) { $0.userRegistered = .with { $0.channel = "ad" } }]
                + (1...31).map { event("s\($0)", Int64($0)) }
                + [event("r", -1) { $0.userRegistered = .with { $0.channel = "store" } }],
            end: 40, words: "first_channel", expected: ["first_channel=ad @0"]),
        Row(
            rule: "the 33rd event forgets the first",
            events: [event("r", 0) { $0.userRegistered = .with { $0.channel = "ad" } }]
                + (1...32).map { event("s\($0)", Int64($0)) }
                + [event("r", -1) { $0.userRegistered = .with { $0.channel = "store" } }],
            end: 40, words: "first_channel", expected: ["first_channel=ad @0", "first_channel=store @32"]),
    ]

    @Test(arguments: rows) func boundary(_ row: Row) {
        var script = Self.run(row.events, to: row.end, calibrated: row.isCalibrated)
        #expect(script.lines(row.words) == row.expected)
        #expect(script.refusals == [])
    }

    static let refused: [(String, [CustomerEvent], Rejection.Reason)] = [
        ("no kind", [event("a", 0) { _ in }], .schema),
        ("an empty id", [event("", 0)], .validation),
        ("129 bytes", [event(String(repeating: "i", count: 129), 0)], .validation),
        ("a control character", [event("a\u{7F}", 0)], .validation),
        ("1989", [event("a", 631_151_999_999 - start)], .validation),
        ("2100", [event("a", 4_102_444_800_000 - start)], .validation),
        ("a negative amount", [order("o", 0, -1)], .validation),
        ("above the limit", [order("o", 0, 1_000_000_000_001)], .validation),
        ("a refund of an unknown order", [refund("o", "f", 0, 1)], .validation),
        ("more than was paid", [order("o", 0, 5), refund("o", "f", 1, 6)], .validation),
        ("a refund at 365 d", [order("o", 0, 5), refund("o", "f", 365 * day, 5)], .validation),
        ("a refund of 0", [order("o", 0, 5), refund("o", "f", 1, 0)], .validation),
    ]

    @Test(arguments: refused) func refusal(_ name: String, _ events: [CustomerEvent], _ reason: Rejection.Reason) {
        let script = Self.run(events, to: 0)
        #expect(script.refusals == [reason], "\(name)")
    }

    @Test func aRefundOneMillisecondBeforeTheYearIsTaken() {
        #expect(Self.run([Self.order("o", 0, 5), Self.refund("o", "f", 365 * day - 1, 5)], to: 0).refusals == [])
    }

    @Test func theRequestOfAnAbandonedCheckout() {
        var script = Self.run([Self.checkout("k", 5)], to: day)
        let requests = script.messages(NotificationRequest.self)
        #expect(requests.map(\.requestID) == ["abandoned/k"])
        #expect(requests.first?.requestedAt == stamp(start + 5 + hour))
        #expect(requests.first?.expiresAt == stamp(start + 5 + 25 * hour))
        #expect(requests.first?.cause.sinceMs == start + 5)
    }

    @Test func deletionStartsAnew() {
        let deletion = Self.event("d", 1) { $0.deletionRequested = .with { $0.requestID = "q" } }
        var script = Self.run(
            [Self.event("a", 0), deletion, deletion, Self.event("e0", 2), Self.event("a", 31 * day)], to: 31 * day)
        let events = script.messages(TagEvent.self)
        #expect(
            events.map(\.tagEventID) == [
                "c/af63dc4c8601ec8c/1", "c/forgotten/q", "c/forgotten/q", "c/088e7a07b539b6d0/1",
                "c/088e7a07b539b6d0/2", "c/088e7a07b539b6d0/3",
            ])
    }
}
