import Foundation
import NotificationDispatch
import Schemas

/// The rules of notification.dispatch once more, slow and from whole histories, with Foundation's calendar.
struct PlainModel {
    struct Customer {
        var events: [CustomerEvent] = []
        var tags: [(name: String, value: String)] = []
        var requestIDs: [String] = []
        var marketing: [(time: Int64, channel: Channel, campaign: String)] = []
        var waiting: [(request: NotificationRequest, due: Int64)] = []
        var open: [String] = []
        var clock: Int64 = 0
    }

    struct Told: Equatable, CustomStringConvertible {
        var requestID: String
        var what: String
        var rule = ""
        var at: Int64
        var description: String { "\(requestID) \(what) \(rule) \(at)" }
    }

    var customers: [String: Customer] = [:]
    var touches: [(audience: String, day: Int64, isAutomated: Bool)] = []
    var alerted: [String: Bool] = [:]
    var told: [Told] = []

    // MARK: Records

    mutating func take(_ event: CustomerEvent) {
        let id = event.customerID
        guard let time = event.occurredAt.milliseconds, let kind = event.kind else { return }
        if case .deletionRequested = kind {
            customers[id] = nil
            return
        }
        let known = customers[id, default: Customer()]
        guard !known.events.suffix(10).contains(where: { $0.eventID == event.eventID }) else { return }
        customers[id, default: Customer()].events.append(event)
        switch kind {
        case .chatMessage(let chat):
            guard !isOptOut(chat.text), !isOpen(time, offset(known)) else { return }
            told.append(Told(requestID: "night/\(event.eventID)", what: "night_reply", at: time))
        case .messageOpened(let opening):
            guard opening.sendID.hasSuffix("/1") else { return }
            told.append(Told(requestID: String(opening.sendID.dropLast(2)), what: "opened", at: time))
        default: break
        }
    }

    mutating func take(_ tag: TagEvent) {
        if case .tagChanged(let change) = tag.kind, change.name == "tier" || change.name == "layer" {
            customers[tag.customerID, default: Customer()].tags.append(
                (change.name, change.present ? change.value : ""))
        } else if case .customerForgotten = tag.kind {
            customers[tag.customerID] = nil
        }
    }

    mutating func take(_ receipt: NotificationReceipt) {
        guard let time = receipt.receivedAt.milliseconds,
            let index = customers[receipt.customerID]?.open.firstIndex(of: receipt.sendID)
        else { return }
        customers[receipt.customerID]?.open.remove(at: index)
        let what = ["sent", "provider_permanent", "provider_exhausted"][receipt.result.rawValue - 1]
        let rule = what == "sent" ? "" : "N30"
        told.append(Told(requestID: receipt.requestID, what: what, rule: rule, at: time))
    }

    mutating func take(_ request: NotificationRequest) {
        let known = customers[request.customerID, default: Customer()]
        guard !known.requestIDs.suffix(256).contains(request.requestID), let time = request.requestedAt.milliseconds
        else { return }
        customers[request.customerID, default: known].requestIDs.append(request.requestID)
        answer(request, at: max(time, known.clock))
    }

    /// Releases everything due up to then, earliest first, customers in order of their ids.
    mutating func advance(to time: Int64) {
        while let due = customers.values.flatMap(\.waiting).map(\.due).min(), due <= time {
            for id in customers.keys.sorted() {
                let all = customers[id]?.waiting ?? []
                let ready = all.filter { $0.due <= due }.map(\.request)
                guard !ready.isEmpty else { continue }
                customers[id]?.waiting = all.filter { $0.due > due }
                for request in ready.sorted(by: isBefore) { answer(request, at: max(due, customers[id]?.clock ?? 0)) }
            }
        }
    }

    private func isBefore(_ left: NotificationRequest, _ right: NotificationRequest) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        let (asked, other) = (left.requestedAt.milliseconds ?? 0, right.requestedAt.milliseconds ?? 0)
        return asked != other ? asked < other : left.requestID < right.requestID
    }

    // MARK: Gates

    private mutating func answer(_ request: NotificationRequest, at: Int64) {
        customers[request.customerID]?.clock = at
        guard let customer = customers[request.customerID] else { return }
        let isPromotion = request.messageClass == .promotional
        func tell(_ what: String, _ rule: String = "") {
            told.append(Told(requestID: request.requestID, what: what, rule: rule, at: at))
        }
        let expiry = request.hasExpiresAt ? request.expiresAt.milliseconds ?? 0 : .max
        let zone = offset(customer)
        let layer = tag("layer", customer)
        let audience = layer.isEmpty ? "none" : layer

        if at >= expiry { return tell("expired", "N30") }
        if causeIsGone(request.cause, customer) { return tell("cause_gone", "N06") }
        if isPromotion && !hasConsent(customer, at) { return tell("no_consent", "N17") }
        if isPromotion && hasComplaint(customer) { return tell("complaint", "N18") }
        if tag("tier", customer) == "platinum" {
            if isPromotion { touch(audience, at, isAutomated: false) }
            return tell("vip_handoff", "N03")
        }
        guard request.templateID == "hello", let name = request.variables["name"], !name.isEmpty else {
            return tell("template", "N12")
        }
        // The template's order: e-mail, then SMS.
        let channels = registrations(customer).first { !$0.contactChannels.isEmpty }?.contactChannels ?? []
        guard let channel = [Channel.email, .sms].first(where: { channels.contains($0) }) else {
            return tell("no_channel", "N30")
        }
        if isPromotion {
            if !isOpen(at, zone) {
                let due = next(8, after: at, zone)
                if due >= expiry { return tell("expired", "N30") }
                if customer.waiting.count >= 50 { return tell("frequency_capped", "N07") }
                customers[request.customerID]?.waiting.append((request, due))
                return tell("quiet_hours", "N08")
            }
            if isCapped(request, channel, customer, at, zone) { return tell("frequency_capped", "N07") }
            let (automated, human) = counts(audience, at)
            let share = Double(automated + 1) / Double(automated + human + 1)
            let isSoft = share >= 0.58
            if isSoft && alerted[audience] != true {
                told.append(
                    Told(requestID: "ceiling:\(audience)/\(request.requestID)", what: "alert", rule: "N01", at: at))
            }
            alerted[audience] = isSoft
            if share > 0.65 || (isSoft && layer == "seed") {
                touch(audience, at, isAutomated: false)
                return tell("ceiling_handoff", share > 0.65 ? "N02" : "N01")
            }
            touch(audience, at, isAutomated: true)
            customers[request.customerID]?.marketing.append((at, channel, request.campaignID))
        }
        customers[request.customerID]?.open.append(request.requestID + "/1")
        tell("sending")
    }

    private func causeIsGone(_ cause: Cause, _ customer: Customer) -> Bool {
        guard cause.kind == "checkout" else { return false }
        return customer.events.contains { event in
            switch event.kind {
            case .orderPaid(let order) where order.checkoutID.isEmpty:
                (event.occurredAt.milliseconds ?? 0) >= cause.sinceMs
            case .orderPaid(let order): order.checkoutID == cause.id
            case .checkoutCancelled(let checkout): checkout.checkoutID == cause.id
            default: false
            }
        }
    }

    private func hasConsent(_ customer: Customer, _ at: Int64) -> Bool {
        var until: Int64?
        var refusals: [Int64] = []
        for event in customer.events {
            let time = event.occurredAt.milliseconds ?? 0
            switch event.kind {
            case .consentChanged(let consent) where consent.purpose == "marketing" && consent.status == .granted:
                if until == nil && refusals.contains(where: { $0 > time }) { continue }
                until = consent.hasRevokeAt ? consent.revokeAt.milliseconds : .max
                refusals = []
            case .consentChanged(let consent) where consent.purpose == "marketing":
                until = nil
                refusals.append(time)
            case .chatMessage(let chat) where isOptOut(chat.text):
                until = nil
                refusals.append(time)
            default: break
            }
        }
        return until.map { $0 > at } ?? false
    }

    private func isOptOut(_ text: String) -> Bool {
        ["td", "stop", "unsubscribe", "退订"].contains(text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased())
    }

    private func hasComplaint(_ customer: Customer) -> Bool {
        var open: Set<String> = []
        for event in customer.events {
            if case .complaintFiled(let complaint) = event.kind { open.insert(complaint.complaintID) }
            if case .complaintClosed(let complaint) = event.kind { open.remove(complaint.complaintID) }
        }
        return !open.isEmpty
    }

    private func isCapped(
        _ request: NotificationRequest, _ channel: Channel, _ customer: Customer, _ at: Int64, _ zone: Int32
    ) -> Bool {
        let calendar = calendar(zone)
        func count(_ unit: Calendar.Component, where isCounted: (Channel, String) -> Bool = { _, _ in true }) -> Int {
            customer.marketing.filter { entry in
                calendar.isDate(date(entry.time), equalTo: date(at), toGranularity: unit)
                    && isCounted(entry.channel, entry.campaign)
            }.count
        }
        return count(.day) >= 2 || count(.weekOfYear) >= 4 || count(.month) >= 10
            || (channel == .sms && count(.day) { entry, _ in entry == .sms } >= 1)
            || (!request.campaignID.isEmpty && count(.month) { _, campaign in campaign == request.campaignID } >= 3)
    }

    // MARK: Audiences

    private func today(_ audience: String, _ at: Int64) -> Int64 {
        max(at / 86_400_000, touches.filter { $0.audience == audience }.map(\.day).max() ?? 0)
    }

    private mutating func touch(_ audience: String, _ at: Int64, isAutomated: Bool) {
        touches.append((audience, today(audience, at), isAutomated))
    }

    private func counts(_ audience: String, _ at: Int64) -> (automated: Int, human: Int) {
        let day = today(audience, at)
        let counted = touches.filter { $0.audience == audience && $0.day > day - 30 }
        return (counted.filter(\.isAutomated).count, counted.filter { !$0.isAutomated }.count)
    }

    // MARK: Local time

    private func registrations(_ customer: Customer) -> [UserRegistered] {
        customer.events.compactMap { if case .userRegistered(let registration) = $0.kind { registration } else { nil } }
    }

    private func tag(_ name: String, _ customer: Customer) -> String {
        customer.tags.last { $0.name == name }?.value ?? ""
    }

    private func offset(_ customer: Customer) -> Int32 {
        registrations(customer).first { $0.hasUtcOffsetMinutes }?.utcOffsetMinutes ?? 480
    }

    private func date(_ time: Int64) -> Date { Date(timeIntervalSince1970: Double(time) / 1_000) }

    private func calendar(_ zone: Int32) -> Calendar {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(secondsFromGMT: Int(zone) * 60) ?? .gmt
        return calendar
    }

    private func isOpen(_ time: Int64, _ zone: Int32) -> Bool {
        (8..<21).contains(calendar(zone).component(.hour, from: date(time)))
    }

    private func next(_ hour: Int, after time: Int64, _ zone: Int32) -> Int64 {
        let calendar = calendar(zone)
        let start = calendar.startOfDay(for: date(time))
        for days in 0...1 {
            let candidate = Int64(start.timeIntervalSince1970) * 1_000 + (Int64(days) * 24 + Int64(hour)) * 3_600_000
            if candidate > time { return candidate }
        }
        return time
    }
}
