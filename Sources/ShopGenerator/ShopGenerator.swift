import ProtobufCodec
import Schemas

/// Makes a shop's history around real purchases: everything else in it is drawn from the seed, and the same in every run.
///
/// Each purchase becomes a session, a checkout and a paid order; around them registrations, consents, abandoned checkouts,
/// refunds, live streams, complaints and chats; some first purchases become referral claims, honest ones and abuse.
public struct ShopGenerator: Sendable {
    public var seed: UInt64
    /// The shop's zone, minutes from UTC.
    public var utcOffsetMinutes: Int32 = 480
    public var currency = "USD"
    public var campaignID = "bring-a-friend"

    public init(seed: UInt64 = 1) {
        self.seed = seed
    }

    /// Returns the history of these purchases.
    public func history(of purchases: [Purchase]) -> ShopHistory {
        var draft = HistoryDraft(random: SplitMix64(seed: seed), generator: self)
        var byCustomer: [String: [Purchase]] = [:]
        for purchase in purchases { byCustomer[purchase.customer, default: []].append(purchase) }
        for customer in byCustomer.keys.sorted() {
            draft.customer("c" + customer, byCustomer[customer] ?? [])
        }
        draft.prospects(count: byCustomer.count / 20)
        let planted = ClaimPlanner(generator: self, firstOrders: draft.firstOrders).plan(into: &draft)
        draft.broken()
        return draft.finished(planted: planted, purchases: purchases.count)
    }
}

/// A customer's first order: what a referral claim can hang on.
struct FirstOrder {
    var customer: String
    var orderID: String
    var paid: Int64
    var registered: Int64
    var cents: Int64
}

/// Collects records, drawing what the data does not say.
struct HistoryDraft {
    var random: SplitMix64
    let generator: ShopGenerator
    var records: [ShopRecord] = []
    var firstOrders: [FirstOrder] = []
    private var brokenCount = 0
    private var lastTime: Int64 = 0
    private var firstTime: Int64 = .max

    init(random: SplitMix64, generator: ShopGenerator) {
        self.random = random
        self.generator = generator
    }

    // MARK: Customers

    mutating func customer(_ id: String, _ purchases: [Purchase]) {
        let sorted = purchases.enumerated().sorted { ($0.element.day, $0.offset) < ($1.element.day, $1.offset) }
        var previous: Int64 = 0
        var registered: Int64 = 0
        for (number, (_, purchase)) in sorted.enumerated() {
            // Between 9:00 and 22:30 local; a second order of the day comes later than the first.
            let local = random.within(9 * 3_600_000...22 * 3_600_000 + 1_800_000)
            var paid = purchase.day * Milliseconds.day + local - Int64(generator.utcOffsetMinutes) * Milliseconds.minute
            if paid <= previous { paid = previous + random.within(600_000...3_600_000) }
            previous = paid
            if number == 0 { registered = register(id, before: paid) }
            order(id, number, purchase, paid)
            if number == 0 {
                firstOrders.append(
                    FirstOrder(
                        customer: id, orderID: "\(id)-o1", paid: paid, registered: registered, cents: purchase.cents))
            }
        }
        extras(id, registered: registered, last: previous)
    }

    private mutating func register(_ id: String, before paid: Int64) -> Int64 {
        let isEarly = random.chance(perMille: 60)
        let lead = isEarly ? random.within(2 * 86_400_000...20 * 86_400_000) : random.within(1_800_000...7_200_000)
        let registered = paid - lead
        let channels = ["store", "search", "ad", "partner"]
        let channel = channels[Int(random.within(0...3))]
        var contacts: [Channel] = []
        if random.chance(perMille: 850) { contacts.append(.sms) }
        if random.chance(perMille: 700) { contacts.append(.email) }
        if random.chance(perMille: 400) { contacts.append(.wecom) }
        let offset = generator.utcOffsetMinutes
        add(id, "reg", registered) {
            $0.userRegistered = .with {
                $0.channel = channel
                $0.utcOffsetMinutes = offset
                $0.contactChannels = contacts
            }
        }
        let draw = random.within(0...99)
        if draw < 90 { consent(id, "marketing", draw < 80 ? .granted : .denied, registered + 1_000) }
        return registered
    }

    private mutating func consent(_ id: String, _ purpose: String, _ status: ConsentStatus, _ time: Int64) {
        add(id, "consent-\(purpose)-\(time)", time) {
            $0.consentChanged = .with {
                $0.purpose = purpose
                $0.status = status
                $0.proof = "form:\(id)"
            }
        }
    }

    private mutating func order(_ id: String, _ number: Int, _ purchase: Purchase, _ paid: Int64) {
        let orderID = "\(id)-o\(number + 1)"
        let checkoutID = "\(id)-k\(number + 1)"
        let started = paid - random.within(120_000...1_500_000)
        let amount = Money(minorUnits: purchase.cents, currency: generator.currency)
        add(id, "s\(number + 1)", started - random.within(60_000...1_200_000)) {
            $0.sessionStarted = .with {
                $0.sessionID = "\(id)-s\(number + 1)"
                $0.channel = "web"
            }
        }
        add(id, "k\(number + 1)", started) {
            $0.checkoutStarted = .with {
                $0.checkoutID = checkoutID
                $0.amount = amount
            }
        }
        let spends = number >= 2 && random.chance(perMille: 30)
        add(id, "o\(number + 1)", paid) {
            $0.orderPaid = .with {
                $0.orderID = orderID
                $0.amount = amount
                $0.itemCount = purchase.items
                $0.checkoutID = checkoutID
                $0.pointsSpent = spends ? 10 : 0
                $0.businessLine = "music"
            }
        }
        if random.chance(perMille: 500) {
            add(id, "r\(number + 1)", paid + random.within(2 * 86_400_000...5 * 86_400_000)) {
                $0.orderReceived = .with { $0.orderID = orderID }
            }
        }
        if purchase.cents > 0, random.chance(perMille: 30) { refund(id, number, purchase.cents, paid) }
        if random.chance(perMille: 70) { abandon(id, number, paid) }
    }

    private mutating func refund(_ id: String, _ number: Int, _ cents: Int64, _ paid: Int64) {
        let isWhole = random.chance(perMille: 600)
        let part = isWhole ? cents : max(1, cents * random.within(10...70) / 100)
        let currency = generator.currency
        add(id, "f\(number + 1)", paid + random.within(86_400_000...20 * 86_400_000)) {
            $0.orderRefunded = .with {
                $0.orderID = "\(id)-o\(number + 1)"
                $0.refundID = "\(id)-f\(number + 1)"
                $0.amount = Money(minorUnits: part, currency: currency)
            }
        }
    }

    private mutating func abandon(_ id: String, _ number: Int, _ paid: Int64) {
        let checkoutID = "\(id)-a\(number + 1)"
        let started = paid + random.within(86_400_000...30 * 86_400_000)
        let currency = generator.currency
        let value = random.within(500...8_000)
        add(id, "a\(number + 1)", started) {
            $0.checkoutStarted = .with {
                $0.checkoutID = checkoutID
                $0.amount = Money(minorUnits: value, currency: currency)
            }
        }
        if random.chance(perMille: 150) {
            add(id, "ac\(number + 1)", started + random.within(60_000...3_000_000)) {
                $0.checkoutCancelled = .with { $0.checkoutID = checkoutID }
            }
        }
    }

    private mutating func extras(_ id: String, registered: Int64, last: Int64) {
        let day = Milliseconds.day
        if random.chance(perMille: 60) {
            for join in 0..<random.within(1...4) {
                add(id, "l\(join)", registered + random.within(day...200 * day)) {
                    $0.liveJoined = .with { $0.streamID = "live-\(join)" }
                }
            }
        }
        if random.chance(perMille: 12) {
            let filed = last + random.within(day...15 * day)
            add(id, "cf", filed) {
                $0.complaintFiled = .with {
                    $0.complaintID = "\(id)-c"
                    $0.topic = "delivery"
                }
            }
            add(id, "cc", filed + random.within(3 * day...10 * day)) {
                $0.complaintClosed = .with { $0.complaintID = "\(id)-c" }
            }
        }
        if random.chance(perMille: 10) {
            let text = random.chance(perMille: 400) ? "TD" : "When does my order arrive?"
            add(id, "chat", registered + random.within(day...120 * day)) {
                $0.chatMessage = .with {
                    $0.conversationID = "\(id)-v"
                    $0.text = text
                }
            }
        }
        if random.chance(perMille: 30) {
            consent(id, "marketing", .revoked, registered + random.within(5 * day...200 * day))
        }
        if random.chance(perMille: 6) {
            consent(id, "profiling", .revoked, registered + random.within(5 * day...200 * day))
        }
        if random.chance(perMille: 2) {
            add(id, "forget", last + random.within(day...60 * day)) {
                $0.deletionRequested = .with { $0.requestID = "\(id)-forget" }
            }
        }
    }

    /// People who register and never buy.
    mutating func prospects(count: Int) {
        guard let first = firstOrders.map(\.paid).min() else { return }
        for number in 0..<count {
            _ = register("p\(number)", before: first + random.within(0...90 * Milliseconds.day))
        }
    }

    /// Records that must end as dead letters, one of each kind of damage, a few times.
    mutating func broken() {
        guard let start = firstOrders.map(\.paid).min() else { return }
        let stamp = Google_Protobuf_Timestamp(milliseconds: start)
        func event(_ id: String, _ customer: String, _ time: Google_Protobuf_Timestamp?, _ amount: Int64?) -> [UInt8] {
            let event = CustomerEvent.with {
                $0.eventID = id
                $0.customerID = customer
                if let time { $0.occurredAt = time }
                if let amount {
                    $0.orderPaid = .with {
                        $0.orderID = id
                        $0.amount = Money(minorUnits: amount, currency: "USD")
                    }
                }
            }
            return (try? event.serializedBytes()) ?? []
        }
        let values: [(String, [UInt8]?)] = [
            ("tombstone", nil),
            ("garbage", [0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
            ("no kind", event("x1", "x", stamp, nil)),
            ("no time", event("x2", "x", nil, 100)),
            ("impossible date", event("x3", "x", .with { $0.seconds = 99_999_999_999_999 }, 100)),
            ("negative amount", event("x4", "x", stamp, -1)),
            ("overflowing amount", event("x5", "x", stamp, .max)),
            ("empty id", event("", "x", stamp, 100)),
            ("huge id", event(String(repeating: "i", count: 900_000), "x", stamp, 100)),
        ]
        for (number, (key, value)) in values.enumerated() {
            records.append(
                ShopRecord(
                    time: start + Int64(number) * Milliseconds.day,
                    content: .broken(key: "broken \(key)", value: value)))
            brokenCount += 1
        }
    }

    // MARK: Collecting

    mutating func add(_ customer: String, _ suffix: String, _ time: Int64, _ fill: (inout CustomerEvent) -> Void) {
        var event = CustomerEvent()
        event.eventID = "\(customer)-\(suffix)"
        event.customerID = customer
        event.occurredAt = Google_Protobuf_Timestamp(milliseconds: time)
        fill(&event)
        records.append(ShopRecord(time: time, content: .customer(event)))
    }

    mutating func add(_ claim: ReferralClaim, at time: Int64) {
        records.append(ShopRecord(time: time, content: .claim(claim)))
    }

    /// By time; what was drawn later stays later where two share an instant.
    func finished(planted: [String: PlantedKind], purchases: Int) -> ShopHistory {
        let order = records.indices.sorted { (records[$0].time, $0) < (records[$1].time, $1) }
        return ShopHistory(
            records: order.map { records[$0] }, planted: planted, purchases: purchases, brokenRecords: brokenCount)
    }
}
