import ProtobufCodec
import Schemas

/// `tagging.profiles` as Rules.md tells it.
struct TaggingModel: ModelStage {
    struct Moment {
        var time: Int64
        var event: String
    }

    struct Order {
        var id: String
        var paid: Int64
        var amount: Int64
        var refunded: Int64 = 0
        var isRefundedInFull: Bool { amount > 0 && refunded == amount }
    }

    struct Checkout {
        var id: String
        var started: Int64
        var event: String
        var due: Int64 { started + Milliseconds.hour }
    }

    struct Consent {
        var status: ConsentStatus
        var proof: String
        var time: Int64
        var event: String
        var revokeAt: Int64?
    }

    struct Tier {
        var index = 0
        var periodEnd: Int64 = 0
        var isInGrace = false
    }

    struct Profile {
        var id: String
        var sequence: UInt64 = 0
        /// The event that began it names this life of the customer in ids.
        var life: String
        var firstSeen: Moment
        var registered: Moment?
        var lastActivity: Moment?
        var orders: [Order] = []
        var orderCount = 0
        var firstPaid: Int64 = 0
        var lastPaid: Moment?
        var net: Int64 = 0
        var currency = ""
        var checkouts: [Checkout] = []
        var closedHashes: [UInt64] = []
        var join: Moment?
        var channel: (name: String, first: Moment)?
        var tier: Tier?
        var consents: [String: Consent] = [:]
        var tags: [String: String] = [:]
        var abandonedUntil: Int64 = 0
        var score: Int64?
        var scoreVersion: UInt32 = 0
        var stage = ""
        var priceCheckIsOpen = false
        var seen: [UInt64] = []

        /// b of T07.
        var behaviour: Moment { lastActivity ?? firstSeen }
        var isWithdrawn: Bool {
            guard let consent = consents["profiling"] else { return false }
            return consent.status == .denied || consent.status == .revoked
        }
    }

    static let tierNames = ["bronze", "silver", "gold", "platinum"]
    static let tierThresholds: [Int64] = [0, 20_000, 50_000, 200_000]
    static let day = Milliseconds.day

    /// The record `rfm` of calibrations.v1.
    var calibration: Calibration?
    var profiles: [String: Profile] = [:]

    // MARK: A record

    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection) {
        let event = try record.decode(Topics.customerEvents)
        let occurred = try ModelDoor.shared(event)
        try ModelDoor.kind(event)
        try refuse(event)
        let known = profiles[event.customerID]
        let hash = FNV1a.hash(event.eventID)
        if let known, known.seen.contains(hash) { return }
        let at = max(occurred, known?.behaviour.time ?? occurred)
        effects.at = at
        if case .deletionRequested(let deletion)? = event.kind {
            forget(event, deletion.requestID, &effects)
            return
        }
        let moment = Moment(time: occurred, event: event.eventID)
        var profile = known ?? Profile(id: event.customerID, life: hexadecimal(hash), firstSeen: moment)
        if try isKnownOrder(event, profile) { return }
        profile.seen.append(hash, keeping: 32)

        if case .consentChanged(let change)? = event.kind { consent(change, moment, &profile, &effects) }
        firstContact(event, moment, &profile)
        if Self.isActivity(event), profile.lastActivity.map({ occurred > $0.time }) ?? true {
            profile.lastActivity = moment
        }
        orders(event, moment, &profile)
        if !profile.isWithdrawn { checkoutsAndLive(event, moment, at, &profile) }
        var paidEvent: String?
        if case .orderPaid? = event.kind { paidEvent = event.eventID }
        bringUp(&profile, to: at, paidEvent: paidEvent, &effects)
        profiles[profile.id] = profile
        effects.setTimer(1, profile.id, nextTimer(profile, after: at))
    }

    mutating func fire(_ table: UInt8, _ key: String, at due: Int64, _ effects: inout ModelEffects) {
        guard var profile = profiles[key] else { return }
        bringUp(&profile, to: due, paidEvent: nil, &effects)
        profiles[key] = profile
        effects.setTimer(1, key, nextTimer(profile, after: due))
    }

    /// "Refused besides", what the event alone shows.
    private func refuse(_ event: CustomerEvent) throws(Rejection) {
        switch event.kind {
        case .orderPaid(let order)?:
            if order.pointsSpent < 0 || order.pointsSpent > 1_000_000_000_000 { throw Rejection(.validation, "points") }
            try ModelDoor.idOrEmpty(order.checkoutID)
        case .orderRefunded(let refund)?:
            if refund.amount.minorUnits == 0 { throw Rejection(.validation, "a refund of 0") }
        case .checkoutStarted(let checkout)?:
            if checkout.hasAmount { try ModelDoor.money(checkout.amount, true) }
        case .userRegistered(let registered)?: try ModelDoor.idOrEmpty(registered.channel)
        case .referralClicked(let click)?: try ModelDoor.idOrEmpty(click.channel)
        case .consentChanged(let change)?:
            try ModelDoor.id(change.purpose)
            let isStatus = [.granted, .denied, .revoked].contains(change.status)
            if !isStatus || change.proof.utf8.count > 1_024 { throw Rejection(.validation, "a consent") }
            if change.hasRevokeAt { _ = try ModelDoor.time(change.revokeAt, true) }
            let consents = profiles[event.customerID]?.consents ?? [:]
            if consents[change.purpose] == nil, consents.count == 16 { throw Rejection(.validation, "17th purpose") }
        default: break
        }
    }

    /// Whether the order is paid already; refuses what the profile speaks against.
    private func isKnownOrder(_ event: CustomerEvent, _ profile: Profile) throws(Rejection) -> Bool {
        switch event.kind {
        case .orderPaid(let order)?:
            if profile.orders.contains(where: { $0.id == order.orderID }) { return true }
            if !profile.currency.isEmpty, profile.currency != order.amount.currency {
                throw Rejection(.validation, "another currency")
            }
        case .orderRefunded(let refund)?:
            if !profile.currency.isEmpty, profile.currency != refund.amount.currency {
                throw Rejection(.validation, "another currency")
            }
            guard let order = profile.orders.first(where: { $0.id == refund.orderID }) else {
                throw Rejection(.validation, "an unknown order")
            }
            if refund.amount.minorUnits > order.amount - order.refunded { throw Rejection(.validation, "too much") }
        default: break
        }
        return false
    }

    private static func isActivity(_ event: CustomerEvent) -> Bool {
        switch event.kind {
        case .orderRefunded?, .orderStocked?, .orderShipped?, .consentChanged?, .deletionRequested?, .complaintClosed?,
            .ticketClosed?, .profileChanged?, .userIdentified?, .contractDated?, .referralQualified?, .messageOpened?,
            nil:
            return false
        default: return true
        }
    }

    // MARK: Steps of an event

    private mutating func forget(_ event: CustomerEvent, _ request: String, _ effects: inout ModelEffects) {
        let customer = event.customerID
        let at = effects.at
        effects.publish(
            .with {
                $0.tagEventID = "\(customer)/forgotten/\(request)"
                $0.customerID = customer
                $0.changedAt = stamp(at)
                $0.ruleID = "I06"
                $0.ruleVersion = 1
                $0.evidenceEventIds = [event.eventID]
                $0.customerForgotten = .with { $0.requestID = request }
            }, to: Topics.tags)
        effects.publish(
            .with {
                $0.auditID = "\(customer)/forgotten/\(request)"
                $0.at = stamp(at)
                $0.actor = customer
                $0.action = "customer_forgotten"
                $0.subject = customer
                $0.evidenceEventIds = [event.eventID]
            }, to: Topics.audit)
        profiles[customer] = nil
        effects.setTimer(1, customer, nil)
    }

    private func consent(
        _ change: ConsentChanged, _ moment: Moment, _ profile: inout Profile, _ effects: inout ModelEffects
    ) {
        let old = profile.consents[change.purpose]
        if let old {
            let isLater =
                moment.time != old.time ? moment.time > old.time : precedes(old.event, moment.event)
            if !isLater { return }
        }
        let wasWithdrawn = profile.isWithdrawn
        profile.consents[change.purpose] = Consent(
            status: change.status, proof: change.proof, time: moment.time, event: moment.event,
            revokeAt: change.hasRevokeAt ? change.revokeAt.milliseconds : nil)
        if old?.status != change.status {
            let action =
                switch change.status {
                case .granted: "consent_granted"
                case .denied: "consent_denied"
                default: "consent_revoked"
                }
            audit(action, actor: profile.id, change.purpose, profile, &effects)
        }
        if !wasWithdrawn, profile.isWithdrawn { withdraw(&profile, evidence: moment.event, &effects) }
    }

    private func audit(
        _ action: String, actor: String, _ purpose: String, _ profile: Profile, _ effects: inout ModelEffects
    ) {
        guard let consent = profile.consents[purpose] else { return }
        let at = effects.at
        effects.publish(
            .with {
                $0.auditID = "\(profile.id)/\(action)/\(consent.event)"
                $0.at = stamp(at)
                $0.actor = actor
                $0.action = action
                $0.subject = profile.id
                $0.details = ["purpose": purpose, "proof": consent.proof]
                $0.evidenceEventIds = [consent.event]
            }, to: Topics.audit)
    }

    private func withdraw(_ profile: inout Profile, evidence: String, _ effects: inout ModelEffects) {
        for name in profile.tags.keys.sorted() {
            setTag(name, nil, rule: "I06", evidence: [evidence], &profile, &effects)
        }
        profile.score = nil
        profile.scoreVersion = 0
        profile.stage = ""
        profile.checkouts = []
        profile.join = nil
        profile.priceCheckIsOpen = false
        profile.tier = nil
        profile.abandonedUntil = 0
    }

    private func firstContact(_ event: CustomerEvent, _ moment: Moment, _ profile: inout Profile) {
        var channel = ""
        switch event.kind {
        case .userRegistered(let registered)?:
            channel = registered.channel
            if profile.registered == nil {
                profile.registered = moment
                if profile.lastPaid == nil, !profile.isWithdrawn { profile.priceCheckIsOpen = true }
            }
        case .referralClicked(let click)?: channel = click.channel
        default: break
        }
        guard !channel.isEmpty, !profile.isWithdrawn else { return }
        if let first = profile.channel?.first {
            let isEarlier =
                moment.time != first.time ? moment.time < first.time : precedes(moment.event, first.event)
            if !isEarlier { return }
        }
        profile.channel = (channel, moment)
    }

    private func orders(_ event: CustomerEvent, _ moment: Moment, _ profile: inout Profile) {
        switch event.kind {
        case .orderPaid(let paid)?:
            profile.orders.append(Order(id: paid.orderID, paid: moment.time, amount: paid.amount.minorUnits))
            profile.orders.sort { $0.paid != $1.paid ? $0.paid < $1.paid : precedes($0.id, $1.id) }
            if profile.orders.count > 2_000 { profile.orders.removeFirst() }
            if profile.lastPaid == nil || moment.time < profile.firstPaid { profile.firstPaid = moment.time }
            if profile.lastPaid.map({ moment.time > $0.time }) ?? true { profile.lastPaid = moment }
            profile.orderCount += 1
            profile.net += paid.amount.minorUnits
            profile.currency = paid.amount.currency
            profile.priceCheckIsOpen = false
        case .orderRefunded(let refund)?:
            guard let index = profile.orders.firstIndex(where: { $0.id == refund.orderID }) else { return }
            profile.orders[index].refunded += refund.amount.minorUnits
            profile.net -= refund.amount.minorUnits
            if profile.orders[index].isRefundedInFull { profile.orderCount -= 1 }
        default: break
        }
    }

    private func checkoutsAndLive(_ event: CustomerEvent, _ moment: Moment, _ at: Int64, _ profile: inout Profile) {
        switch event.kind {
        case .checkoutStarted(let checkout)?:
            let id = checkout.checkoutID
            if profile.checkouts.contains(where: { $0.id == id }) { return }
            if profile.closedHashes.contains(FNV1a.hash(id)) { return }
            profile.checkouts.append(Checkout(id: id, started: moment.time, event: moment.event))
            if profile.checkouts.count > 20, let oldest = profile.checkouts.min(by: Self.isBefore) {
                close(oldest.id, &profile)
            }
        case .orderPaid(let order)?:
            if order.checkoutID.isEmpty {
                for checkout in profile.checkouts.sorted(by: Self.isBefore) { close(checkout.id, &profile) }
            } else {
                close(order.checkoutID, &profile)
            }
        case .checkoutCancelled(let checkout)?: close(checkout.checkoutID, &profile)
        case .liveJoined?:
            if profile.join.map({ moment.time > $0.time }) ?? true { profile.join = moment }
        default: break
        }
    }

    private static func isBefore(_ left: Checkout, _ right: Checkout) -> Bool {
        left.started != right.started ? left.started < right.started : precedes(left.id, right.id)
    }

    private func close(_ id: String, _ profile: inout Profile) {
        profile.checkouts.removeAll { $0.id == id }
        let hash = FNV1a.hash(id)
        if !profile.closedHashes.contains(hash) { profile.closedHashes.append(hash, keeping: 32) }
    }

    // MARK: What is derived

    private func bringUp(_ profile: inout Profile, to at: Int64, paidEvent: String?, _ effects: inout ModelEffects) {
        lapse(&profile, at, &effects)
        profile.orders.removeAll { $0.paid + 365 * Self.day <= at }
        if profile.isWithdrawn { return }
        if let channel = profile.channel {
            setTag("first_channel", channel.name, rule: "T30", evidence: [channel.first.event], &profile, &effects)
        }
        liveFan(&profile, at, &effects)
        priceSensitive(&profile, at, &effects)
        abandoned(&profile, at, paidEvent, &effects)
        tier(&profile, at, paidEvent, &effects)
        lifecycle(&profile, at, &effects)
        score(&profile, at, &effects)
        layer(&profile, &effects)
        churnGap(&profile, at, &effects)
    }

    private func lapse(_ profile: inout Profile, _ at: Int64, _ effects: inout ModelEffects) {
        for purpose in profile.consents.keys.sorted() {
            guard let consent = profile.consents[purpose], consent.status == .granted,
                let revokeAt = consent.revokeAt, revokeAt <= at
            else { continue }
            profile.consents[purpose]?.status = .revoked
            audit("consent_lapsed", actor: "clock", purpose, profile, &effects)
            if purpose == "profiling" { withdraw(&profile, evidence: consent.event, &effects) }
        }
    }

    private func liveFan(_ profile: inout Profile, _ at: Int64, _ effects: inout ModelEffects) {
        guard let join = profile.join else { return }
        let isOn = join.time + 30 * Self.day > at
        setTag("live_fan", isOn ? "yes" : nil, rule: "T22", evidence: [join.event], &profile, &effects)
        if !isOn { profile.join = nil }
    }

    private func priceSensitive(_ profile: inout Profile, _ at: Int64, _ effects: inout ModelEffects) {
        guard profile.priceCheckIsOpen, let registered = profile.registered else { return }
        guard registered.time + 7 * Self.day <= at else { return }
        profile.priceCheckIsOpen = false
        setTag("price_sensitive", "yes", rule: "T23", evidence: [registered.event], &profile, &effects)
    }

    private func abandoned(
        _ profile: inout Profile, _ at: Int64, _ paidEvent: String?, _ effects: inout ModelEffects
    ) {
        if let paidEvent { setTag("abandoned", nil, rule: "T24", evidence: [paidEvent], &profile, &effects) }
        for checkout in profile.checkouts.sorted(by: Self.isBefore) where checkout.due <= at {
            close(checkout.id, &profile)
            setTag("abandoned", checkout.id, rule: "T24", evidence: [checkout.event], &profile, &effects)
            profile.abandonedUntil = checkout.due + 72 * Milliseconds.hour
            let customer = profile.id
            effects.publish(
                .with {
                    $0.requestID = "abandoned/\(checkout.id)"
                    $0.customerID = customer
                    $0.templateID = "abandoned_checkout"
                    $0.messageClass = .promotional
                    $0.priority = 5
                    $0.variables = ["checkout": checkout.id]
                    $0.requestedAt = stamp(checkout.due)
                    $0.expiresAt = stamp(checkout.due + 24 * Milliseconds.hour)
                    $0.cause = .with {
                        $0.kind = "checkout"
                        $0.id = checkout.id
                        $0.sinceMs = checkout.started
                    }
                    $0.ruleID = "T24"
                    $0.evidenceEventIds = [checkout.event]
                }, to: Topics.notificationRequests, at: checkout.due)
        }
        if profile.tags["abandoned"] != nil, profile.abandonedUntil <= at {
            setTag("abandoned", nil, rule: "T24", evidence: [], &profile, &effects)
        }
    }

    private func tier(_ profile: inout Profile, _ at: Int64, _ paidEvent: String?, _ effects: inout ModelEffects) {
        guard let lastPaid = profile.lastPaid else { return }
        let year = 365 * Self.day
        let spend = profile.orders.reduce(0) { $0 + $1.amount - $1.refunded }
        let earned = Self.tierThresholds.lastIndex { $0 <= spend } ?? 0
        let isFirst = profile.tier == nil
        var tier = profile.tier ?? Tier()
        if isFirst || paidEvent != nil {
            if earned > tier.index {
                tier = Tier(index: earned, periodEnd: at + year)
            } else if tier.isInGrace, spend >= Self.tierThresholds[tier.index] {
                tier.isInGrace = false
                tier.periodEnd = at + year
            }
        }
        while tier.index > 0, tier.periodEnd <= at {
            if tier.isInGrace {
                tier.index = earned
                tier.periodEnd = earned > 0 ? tier.periodEnd + year : 0
                tier.isInGrace = false
            } else if spend >= Self.tierThresholds[tier.index] {
                tier.periodEnd += year
            } else {
                tier.isInGrace = true
                tier.periodEnd += 30 * Self.day
            }
        }
        profile.tier = tier
        var figures = ["spend": spend]
        if tier.index < 3 { figures["to_next"] = Self.tierThresholds[tier.index + 1] - spend }
        setTag(
            "tier", Self.tierNames[tier.index], rule: "T38", evidence: [paidEvent ?? lastPaid.event], figures: figures,
            &profile, &effects)
    }

    private func lifecycle(_ profile: inout Profile, _ at: Int64, _ effects: inout ModelEffects) {
        let quiet = at - profile.behaviour.time
        let age = at - (profile.registered ?? profile.firstSeen).time
        let stage =
            if quiet >= 90 * Self.day { "lost" } else if quiet >= 30 * Self.day { "silent" } else if age < 30 * Self.day
            { "new" } else { "active" }
        guard stage != profile.stage else { return }
        let from = profile.stage
        profile.stage = stage
        publish(
            .stageChanged(
                .with {
                    $0.machine = "lifecycle4"
                    $0.from = from
                    $0.to = stage
                }), rule: "T07", evidence: [profile.behaviour.event], calibration: 0, &profile, &effects)
    }

    private func version(at time: Int64) -> CalibrationVersion? {
        calibration?.versions.filter { $0.validFromMs <= time }.max { $0.validFromMs < $1.validFromMs }
    }

    private func score(_ profile: inout Profile, _ at: Int64, _ effects: inout ModelEffects) {
        guard profile.orderCount >= 1, let lastPaid = profile.lastPaid, let version = version(at: at) else { return }
        func place(_ value: Int64, _ edges: [Int64]) -> Int64 { 1 + Int64(edges.filter { 5 * value >= $0 }.count) }
        let days = (at - lastPaid.time) / Self.day
        let window = Int64(version.frequencyWindowDays) * Self.day
        let frequency = Int64(
            profile.orders.filter { !$0.isRefundedInFull && $0.paid > at - window && $0.paid <= at }.count)
        let r = 6 - place(days, version.recencyEdgesFifths)
        let f = place(frequency, version.frequencyEdgesFifths)
        let m = place(profile.net, version.monetaryEdgesFifths)
        let value = 100 * r + 10 * f + m
        profile.scoreVersion = version.version
        guard value != profile.score else { return }
        let previous = profile.score
        profile.score = value
        let net = profile.net
        publish(
            .scoreChanged(
                .with {
                    $0.name = "rfm"
                    $0.value = value
                    if let previous { $0.previousValue = previous }
                    $0.figures = [
                        "recency_days": days, "frequency": frequency, "monetary_minor": net, "r": r, "f": f, "m": m,
                    ]
                }), rule: "T01", evidence: [lastPaid.event], calibration: version.version, &profile, &effects)
    }

    private func layer(_ profile: inout Profile, _ effects: inout ModelEffects) {
        guard let score = profile.score, let lastPaid = profile.lastPaid else { return }
        let (r, f, m) = (score / 100, score / 10 % 10, score % 10)
        let layer =
            switch profile.stage {
            case "lost": "lost"
            case "silent": "sleeping"
            default: r == 1 ? "sleeping" : f >= 4 && m >= 4 ? "seed" : "active"
            }
        setTag(
            "layer", layer, rule: "T08", evidence: [lastPaid.event], calibration: profile.scoreVersion, &profile,
            &effects)
    }

    private func churnGap(_ profile: inout Profile, _ at: Int64, _ effects: inout ModelEffects) {
        guard let lastPaid = profile.lastPaid else { return }
        let gap = Int128(at - lastPaid.time)
        let intervals = Int128(profile.orderCount - 1)
        let span = Int128(lastPaid.time - profile.firstPaid)
        var value: String?
        var calibration: UInt32 = 0
        if intervals >= 1, span > 0 {
            if 2 * gap * intervals > 3 * span { value = "own" }
        } else if profile.orderCount >= 1, let version = version(at: at), version.intervalCount > 0 {
            if 2 * gap * Int128(version.intervalCount) > 3 * Int128(version.intervalSpanSumMs) {
                value = "segment"
                calibration = version.version
            }
        }
        setTag(
            "churn_gap15", value, rule: "T16", evidence: [lastPaid.event], calibration: calibration, &profile, &effects)
    }

    // MARK: Publishing

    /// Nil removes the tag; nothing is published where nothing changes.
    private func setTag(
        _ name: String, _ value: String?, rule: String, evidence: [String], figures: [String: Int64] = [:],
        calibration: UInt32 = 0, _ profile: inout Profile, _ effects: inout ModelEffects
    ) {
        let previous = profile.tags[name]
        guard value != previous else { return }
        profile.tags[name] = value
        publish(
            .tagChanged(
                .with {
                    $0.name = name
                    $0.value = value ?? ""
                    $0.previousValue = previous ?? ""
                    $0.present = value != nil
                    $0.figures = figures
                }), rule: rule, evidence: evidence, calibration: calibration, &profile, &effects)
    }

    private func publish(
        _ kind: TagEvent.OneOf_Kind, rule: String, evidence: [String], calibration: UInt32,
        _ profile: inout Profile, _ effects: inout ModelEffects
    ) {
        profile.sequence += 1
        let (customer, life, sequence, at) = (profile.id, profile.life, profile.sequence, effects.at)
        effects.publish(
            .with {
                $0.tagEventID = "\(customer)/\(life)/\(sequence)"
                $0.customerID = customer
                $0.changedAt = stamp(at)
                $0.ruleID = rule
                $0.ruleVersion = 1
                $0.evidenceEventIds = evidence
                $0.calibrationVersion = calibration
                $0.kind = kind
            }, to: Topics.tags)
    }

    // MARK: The timer

    private func nextTimer(_ profile: Profile, after at: Int64) -> Int64? {
        var times: [Int64] = []
        for order in profile.orders { times.append(order.paid + 365 * Self.day) }
        for consent in profile.consents.values where consent.status == .granted {
            if let revokeAt = consent.revokeAt { times.append(revokeAt) }
        }
        if !profile.isWithdrawn { times += derivedTimes(profile, at) }
        return times.filter { $0 > at }.min()
    }

    private func derivedTimes(_ profile: Profile, _ at: Int64) -> [Int64] {
        var times: [Int64] = []
        let behaviour = profile.behaviour.time
        let registered = (profile.registered ?? profile.firstSeen).time
        switch profile.stage {
        case "new": times.append(min(behaviour + 30 * Self.day, registered + 30 * Self.day))
        case "active": times.append(behaviour + 30 * Self.day)
        case "silent": times.append(behaviour + 90 * Self.day)
        default: break
        }
        let version = version(at: at)
        if profile.orderCount >= 1, let version, let lastPaid = profile.lastPaid {
            for edge in version.recencyEdgesFifths { times.append(lastPaid.time + (edge + 4) / 5 * Self.day) }
            for order in profile.orders where !order.isRefundedInFull {
                times.append(order.paid + Int64(version.frequencyWindowDays) * Self.day)
            }
        }
        times += churnTimes(profile, version)
        if let join = profile.join { times.append(join.time + 30 * Self.day) }
        if profile.priceCheckIsOpen, let registered = profile.registered {
            times.append(registered.time + 7 * Self.day)
        }
        times += profile.checkouts.map(\.due)
        if profile.tags["abandoned"] != nil { times.append(profile.abandonedUntil) }
        if let tier = profile.tier, tier.index > 0 { times.append(tier.periodEnd) }
        return times
    }

    private func churnTimes(_ profile: Profile, _ version: CalibrationVersion?) -> [Int64] {
        guard let lastPaid = profile.lastPaid else { return [] }
        let intervals = Int64(profile.orderCount - 1)
        let span = lastPaid.time - profile.firstPaid
        if intervals >= 1, span > 0 { return [lastPaid.time + 3 * span / (2 * intervals) + 1] }
        if profile.orderCount >= 1, let version, version.intervalCount > 0 {
            return [lastPaid.time + 3 * version.intervalSpanSumMs / (2 * version.intervalCount) + 1]
        }
        return []
    }
}

/// The sixteen digits of a number, highest first.
private func hexadecimal(_ number: UInt64) -> String {
    let letters = Array("0123456789abcdef")
    return String((0..<16).map { place in letters[Int(number >> UInt64(60 - 4 * place) & 15)] })
}
