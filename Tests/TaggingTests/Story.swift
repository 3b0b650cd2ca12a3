import ProtobufCodec
import Schemas

@testable import Tagging

/// One customer's life, event by event and timer by timer, with all that was published.
struct Story {
    static let customer = "c-1"
    /// 2024-01-01 00:00 UTC, milliseconds since the epoch.
    static let start: Int64 = 1_704_067_200_000

    var profile: CustomerProfile?
    var calibration: Calibration?
    var rules = TaggingRules()
    private(set) var due: Int64?
    private(set) var tags: [TagEvent] = []
    private(set) var requests: [NotificationRequest] = []
    private(set) var audits: [AuditEntry] = []
    private(set) var wasDeleted = false
    private var events = 0

    init(_ calibration: Calibration? = nil) { self.calibration = calibration }

    /// Fires the timers up to the time, then decides the event at it; times are from `start` on.
    @discardableResult
    mutating func at(
        _ time: Int64, _ kind: CustomerEvent.OneOf_Kind, id: String? = nil, firesTimers: Bool = true
    ) throws(Rejection) -> TaggingDecision {
        events += 1
        return try decide(.make(kind, id: id ?? "e\(events)", at: Self.start + time), firesTimers: firesTimers)
    }

    @discardableResult
    mutating func decide(_ event: CustomerEvent, firesTimers: Bool = true) throws(Rejection) -> TaggingDecision {
        let time = event.occurredAt.milliseconds ?? 0
        if firesTimers { pass(to: time - Self.start) }
        let decision = try Tagging.decide(
            event, at: time, profile: &profile, calibration: calibration, rules: rules)
        take(decision)
        return decision
    }

    /// Fires every timer up to the time, from `start` on, each by itself.
    mutating func pass(to time: Int64) {
        while let due, due <= Self.start + time { fire(due, to: due) }
    }

    /// Fires the timer, and what follows of it up to the time (since the epoch), in one call.
    mutating func fire(_ due: Int64, to time: Int64) {
        take(Tagging.advance(due: due, to: time, profile: &profile, calibration: calibration, rules: rules))
    }

    private mutating func take(_ decision: TaggingDecision) {
        tags += decision.tags
        requests += decision.requests
        audits += decision.audits
        if !decision.isUnchanged { due = decision.nextDue }
        if decision.isDeleted { wasDeleted = true }
    }

    /// The timer, from `start` on.
    var dueTime: Int64? { due.map { $0 - Self.start } }

    func tag(_ name: String) -> String? { profile?.tags[name]?.value }
    var lifecycle: String? { profile?.stages["lifecycle4"] }
    var rfm: Int64? { profile?.scores["rfm"] }

    /// The changes of one tag, stage or score: time from `start` on and value, "−" for a removal.
    func changes(_ name: String) -> [String] { tags.compactMap { $0.summary(name) } }
}

extension TagEvent {
    var time: Int64 { (changedAt.milliseconds ?? 0) - Story.start }

    /// `time value` where the event is about that name; nil otherwise.
    func summary(_ name: String) -> String? {
        switch kind {
        case .tagChanged(let change): change.name == name ? "\(time) \(change.present ? change.value : "−")" : nil
        case .scoreChanged(let change): change.name == name ? "\(time) \(change.value)" : nil
        case .stageChanged(let change): change.machine == name ? "\(time) \(change.to)" : nil
        case .customerForgotten, .identityMerged, .identityReview, nil: nil
        }
    }
}

extension CustomerEvent {
    static func make(
        _ kind: OneOf_Kind?, id: String, at: Int64, customer: String = Story.customer
    ) -> CustomerEvent {
        .with {
            $0.eventID = id
            $0.customerID = customer
            $0.occurredAt = Google_Protobuf_Timestamp(milliseconds: at)
            $0.kind = kind
        }
    }
}

extension CustomerEvent.OneOf_Kind {
    static func paid(_ order: String, _ amount: Int64 = 100, checkout: String = "", currency: String = "CNY") -> Self {
        .orderPaid(
            .with {
                $0.orderID = order
                $0.amount = Money(minorUnits: amount, currency: currency)
                $0.checkoutID = checkout
            })
    }

    static func refunded(
        _ order: String, _ amount: Int64, refund: String = "r", currency: String = "CNY"
    ) -> Self {
        .orderRefunded(
            .with {
                $0.orderID = order
                $0.refundID = refund
                $0.amount = Money(minorUnits: amount, currency: currency)
            })
    }

    static func registered(_ channel: String = "") -> Self { .userRegistered(.with { $0.channel = channel }) }
    static func clicked(_ channel: String) -> Self {
        .referralClicked(
            .with {
                $0.campaignID = "k"
                $0.referrerID = "r"
                $0.channel = channel
            })
    }
    static func checkout(_ id: String) -> Self { .checkoutStarted(.with { $0.checkoutID = id }) }
    static func cancelled(_ id: String) -> Self { .checkoutCancelled(.with { $0.checkoutID = id }) }
    static let page = Self.pageViewed(PageViewed())
    static let joined = Self.liveJoined(LiveJoined())
    /// An event that is no activity and touches nothing.
    static let ticketEnded = Self.ticketClosed(TicketClosed())

    static func consent(
        _ purpose: String, _ status: ConsentStatus, proof: String = "p", revokeAt: Int64? = nil
    ) -> Self {
        .consentChanged(
            .with {
                $0.purpose = purpose
                $0.status = status
                $0.proof = proof
                if let revokeAt { $0.revokeAt = Google_Protobuf_Timestamp(milliseconds: Story.start + revokeAt) }
            })
    }

    static func deletion(_ request: String) -> Self { .deletionRequested(.with { $0.requestID = request }) }
}

extension Calibration {
    /// One version, valid from the beginning, with edges given as whole values.
    static func make(
        recency: [Int64] = [10, 20, 30, 40], frequency: [Int64] = [2, 3, 4, 5],
        monetary: [Int64] = [1_000, 2_000, 3_000, 4_000], window: UInt32 = 30,
        interval: (sum: Int64, count: Int64) = (0, 0)
    ) -> Calibration {
        .with {
            $0.name = "rfm"
            $0.versions = [
                .version(
                    7, from: 0, recency: recency, frequency: frequency, monetary: monetary, window: window,
                    interval: interval)
            ]
        }
    }
}

extension CalibrationVersion {
    static func version(
        _ version: UInt32, from: Int64, recency: [Int64] = [10, 20, 30, 40], frequency: [Int64] = [2, 3, 4, 5],
        monetary: [Int64] = [1_000, 2_000, 3_000, 4_000], window: UInt32 = 30,
        interval: (sum: Int64, count: Int64) = (0, 0)
    ) -> CalibrationVersion {
        .with {
            $0.version = version
            $0.validFromMs = from
            $0.frequencyWindowDays = window
            $0.recencyEdgesFifths = recency.map { $0 * 5 }
            $0.frequencyEdgesFifths = frequency.map { $0 * 5 }
            $0.monetaryEdgesFifths = monetary.map { $0 * 5 }
            $0.intervalSpanSumMs = interval.sum
            $0.intervalCount = interval.count
        }
    }
}

let day = Milliseconds.day
let hour = Milliseconds.hour
