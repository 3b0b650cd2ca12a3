import ProtobufCodec
import Schemas
import ShopGenerator

/// A small shop that lives on the borders: few customers, few ids, round times give or take a millisecond, late
/// records, records told twice, versions that change, refunds, reviews, deletions.
///
/// The demonstration's shop is realistic and so seldom meets a border; this one meets little else.
struct StressHistory {
    /// One record to publish: a topic's message at a Kafka timestamp.
    enum Content {
        case event(CustomerEvent)
        case claim(ReferralClaim)
        case review(ReviewOutcome)
        case request(NotificationRequest)
        case tick(Int64)
    }

    struct Record {
        var timestamp: Int64
        var content: Content
    }

    private(set) var records: [Record] = []
    private var random: SeededRandom
    private var now: Int64 = StressDefinitions.begin
    private var number = 0
    private var claims: [ReferralClaim] = []
    private var events: [CustomerEvent] = []

    init(seed: UInt64, count: Int) {
        random = SeededRandom(state: seed)
        for _ in 0..<count { step() }
        for later in 1...420 {
            records.append(Record(timestamp: now + Int64(later) * day, content: .tick(now + Int64(later) * day)))
        }
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }
    private mutating func oneIn(_ count: UInt64) -> Bool { random.next() % count == 0 }
    private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    private mutating func customer() -> String { "c\(below(40))" }

    /// A time near `now`, most often on a border of some rule after an earlier one.
    private mutating func time() -> Int64 {
        let back = pick([0, 0, 0, 0, hour, day, 7 * day, 30 * day, -1, 1])
        return now - back + pick([0, 0, 0, -1, 1])
    }

    private mutating func step() {
        now += pick([0, 0, 0, 0, 1, second, minute, 10 * minute, hour, hour, 3 * hour, 12 * hour, day])
        switch below(20) {
        case 0: records.append(Record(timestamp: now, content: .tick(now)))
        case 1, 2, 3: claim()
        case 4: review()
        case 5, 6, 7: request()
        default: event()
        }
    }

    // MARK: Customer events

    private mutating func event() {
        number += 1
        if oneIn(25), !events.isEmpty {
            add(events[max(0, events.count - 1 - below(60))])
            return
        }
        let occurred = time()
        var event = CustomerEvent.with {
            $0.eventID = "e\(number)"
            $0.customerID = customer()
            $0.occurredAt = stamp(occurred)
        }
        event.kind = kind(event.customerID, occurred)
        if oneIn(150) { event.eventID = "" }
        if oneIn(150) { event.kind = nil }
        add(event)
    }

    private mutating func add(_ event: CustomerEvent) {
        events.append(event)
        let occurred = event.occurredAt.milliseconds ?? now
        records.append(Record(timestamp: oneIn(3) ? now : occurred, content: .event(event)))
    }

    private mutating func amount() -> Money {
        Money(
            minorUnits: pick([0, 1, 99, 100, 150, 499, 500, 501, 999, 1_000, 5_000, 19_999, 20_000, 30_000, 150_000]),
            currency: oneIn(40) ? "EUR" : "USD")
    }

    private mutating func orderID(_ customer: String) -> String { "\(customer)-o\(below(60))" }
    private mutating func checkoutID(_ customer: String) -> String { "\(customer)-k\(below(40))" }

    private mutating func kind(_ customer: String, _ occurred: Int64) -> CustomerEvent.OneOf_Kind {
        switch below(24) {
        case 0, 1, 2, 3:
            return .orderPaid(
                .with {
                    $0.orderID = orderID(customer)
                    $0.amount = amount()
                    $0.checkoutID = oneIn(2) ? checkoutID(customer) : ""
                    $0.pointsSpent = oneIn(4) ? Int64(below(12)) : 0
                })
        case 4, 5:
            return .orderRefunded(
                .with {
                    $0.orderID = orderID(customer)
                    $0.refundID = "\(customer)-f\(below(90))"
                    $0.amount = amount()
                })
        case 6: return .orderReceived(.with { $0.orderID = orderID(customer) })
        case 7, 8, 9:
            return .checkoutStarted(.with { $0.checkoutID = checkoutID(customer) })
        case 10: return .checkoutCancelled(.with { $0.checkoutID = checkoutID(customer) })
        case 11, 12:
            return .userRegistered(
                .with {
                    $0.channel = pick(["", "store", "ad"])
                    if oneIn(3) { $0.utcOffsetMinutes = pick([0, -300, 840, 841]) }
                    $0.contactChannels = pick([[], [.sms], [.email, .sms], [.wecom], [.unspecified, .wecom, .wecom]])
                })
        case 13, 14, 15:
            return .consentChanged(
                .with {
                    $0.purpose = pick(["marketing", "marketing", "marketing", "marketing", "profiling", "other"])
                    $0.status = pick([.granted, .granted, .granted, .granted, .denied, .revoked])
                    $0.proof = "form"
                    if oneIn(4) { $0.revokeAt = stamp(occurred + pick([-day, 0, hour, day, 20 * day])) }
                })
        case 16: return .liveJoined(.with { $0.streamID = "s" })
        case 17:
            let words = ["td", " STOP ", "退订", "Hello?", "Hello?", "Hello?", "stopp"]
            return .chatMessage(.with { $0.text = pick(words) })
        case 18: return .complaintFiled(.with { $0.complaintID = "\(customer)-x\(below(3))" })
        case 19: return .complaintClosed(.with { $0.complaintID = "\(customer)-x\(below(3))" })
        case 20:
            return .referralClicked(
                .with {
                    $0.campaignID = "camp"
                    $0.referrerID = "c1"
                    $0.channel = pick(["", "referral"])
                })
        case 21:
            let send = pick(["q1/1", "abandoned/\(checkoutID(customer))/1", "odd"])
            return oneIn(2) ? .messageOpened(.with { $0.sendID = send }) : .messageClicked(.with { $0.sendID = send })
        case 22 where oneIn(4): return .deletionRequested(.with { $0.requestID = "d\(number)" })
        default: return .sessionStarted(.with { $0.sessionID = "s" })
        }
    }

    // MARK: Claims and reviews

    private mutating func claim() {
        number += 1
        // Some come after their entities have forgotten that time.
        let claimed = time() - (oneIn(6) ? pick([31 * day - 1, 31 * day, 31 * day + 1, 40 * day]) : 0)
        // Often a referrer himself: circles.
        let friend = oneIn(3) ? "c\(below(6))" : customer()
        let ordered = claimed - pick([0, minute, hour, 7 * day, 7 * day])
        let registered = ordered - pick([0, minute, hour, -1])
        let clicked = registered - pick([0, minute - 1, minute, hour, -1])
        let claim = ReferralClaim.with {
            $0.claimID = oneIn(15) ? "order:\(number)" : "claim\(oneIn(15) ? number / 2 : number)"
            $0.campaignID = pick(["camp", "camp", "camp", "share", "share", "loyalty", "none"])
            $0.referrerID = oneIn(12) ? friend : "c\(below(6))"
            $0.friendID = friend
            $0.claimedAt = stamp(claimed)
            $0.clickedAt = stamp(clicked)
            $0.registeredAt = stamp(registered)
            $0.qualifyingOrderID = orderID(friend)
            $0.qualifyingOrderAt = stamp(ordered)
            $0.qualifyingOrderAmount = amount()
            $0.deviceID = oneIn(10) ? "" : "device\(below(60))"
            $0.ipAddress = pick([
                "10.0.0.1", "10.0.0.2", "10.0.\(below(3)).\(below(200))", "100.64.0.1", "100.127.255.255",
                "100.128.0.0",
                "2001:DB8::\(below(20))", "::ffff:10.0.0.1", "1.2.3.04", "",
            ])
            $0.paymentFingerprint = oneIn(10) ? "" : "card\(below(60))"
            $0.addressHash = oneIn(2) ? "" : "home\(below(60))"
            $0.emulator = oneIn(12)
            $0.friendPriorOrders = oneIn(20) ? 1 : 0
            $0.referrerDeviceID = "device\(below(60))"
            $0.referrerPaymentFingerprint = "card\(below(60))"
        }
        claims.append(claim)
        records.append(Record(timestamp: oneIn(3) ? now : claimed, content: .claim(claim)))
    }

    private mutating func review() {
        guard !claims.isEmpty else { return }
        let claim = claims[max(0, claims.count - 1 - below(80))]
        let reviewed = time()
        records.append(
            Record(
                timestamp: reviewed,
                content: .review(
                    .with {
                        $0.claimID = claim.claimID
                        $0.friendID = claim.friendID
                        $0.outcome = pick([.approve, .approve, .decline, .review])
                        $0.reviewer = pick(["eve", "mal"])
                        $0.reviewedAt = stamp(reviewed)
                    })))
    }

    // MARK: Requests

    private mutating func request() {
        number += 1
        let requested = time()
        let customer = customer()
        let id = "q\(oneIn(20) ? number / 2 : number)"
        records.append(
            Record(
                timestamp: requested,
                content: .request(
                    .with {
                        $0.requestID = id
                        $0.customerID = customer
                        $0.templateID = pick(["promo", "promo", "promo", "sum", "none"])
                        $0.messageClass = oneIn(4) ? .transactional : .promotional
                        $0.campaignID = pick(["", "spring"])
                        $0.variables = pick([
                            ["name": "Li", "count": "3", "price": "1250 USD"],
                            ["name": "Li", "count": "-3", "price": "5 JPY"],
                            ["name": "Li", "count": "0", "price": "-1250 KWD"],
                            ["name": "Li", "count": "x", "price": "1250 USD"], ["name": " ", "count": "3"],
                        ])
                        $0.priority = UInt32(below(10))
                        $0.requestedAt = stamp(requested)
                        if !oneIn(30) { $0.expiresAt = stamp(requested + pick([0, 1, hour, 12 * hour, day, 3 * day])) }
                        if oneIn(4) {
                            $0.cause = .with {
                                $0.kind = "checkout"
                                $0.id = checkoutID(customer)
                                $0.sinceMs = requested - hour
                            }
                        }
                    })))
    }
}

/// A small seeded generator (xorshift64*): the same history in every run. Source: Vigna, "An experimental exploration
/// of Marsaglia's xorshift generators", 2016.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        if state == 0 { state = 1 }
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        // The low bits of the product are the weak ones, and `%` looks at them.
        return (state &* 2_685_821_657_736_338_717) >> 11
    }
}
