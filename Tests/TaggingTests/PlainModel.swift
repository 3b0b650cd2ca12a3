import Schemas

@testable import Tagging

/// What a customer's tags, score and stage must be at a time, worked out anew from the whole list of events.
///
/// For streams in order of time, without consent, deletion or ends of checkouts before their starts. It keeps nothing and
/// sets no timer: slow, and short enough to be believed.
struct PlainModel {
    let events: [CustomerEvent]
    let at: Int64
    let scale: RFMScale?

    private struct Order {
        var paid: Int64
        var amount: Int64
        var refunded: Int64 = 0
        var isGone: Bool { amount > 0 && refunded == amount }
    }

    init(_ events: [CustomerEvent], at: Int64, _ calibration: Calibration) {
        self.events = events.filter { ($0.occurredAt.milliseconds ?? 0) <= at }
        self.at = at
        scale = RFMScale(calibration, at: at)
    }

    private func times(_ matches: (CustomerEvent.OneOf_Kind) -> Bool) -> [Int64] {
        events.filter { $0.kind.map(matches) ?? false }.map { $0.occurredAt.milliseconds ?? 0 }
    }

    private var orders: [String: Order] {
        var orders: [String: Order] = [:]
        for event in events {
            let time = event.occurredAt.milliseconds ?? 0
            if case .orderPaid(let order) = event.kind {
                orders[order.orderID] = Order(paid: time, amount: order.amount.minorUnits)
            } else if case .orderRefunded(let refund) = event.kind {
                orders[refund.orderID]?.refunded += refund.amount.minorUnits
            }
        }
        return orders
    }

    var lifecycle: String {
        let activity = times(ActivityRule.isActivity).last ?? events.first?.occurredAt.milliseconds ?? 0
        let registered = times { if case .userRegistered = $0 { true } else { false } }.first
        let away = at - activity
        if away >= 90 * day { return "lost" }
        if away >= 30 * day { return "silent" }
        return at - (registered ?? events.first?.occurredAt.milliseconds ?? 0) < 30 * day ? "new" : "active"
    }

    /// Nil where no order is left: the score then stays as it was.
    var rfm: Int64? {
        let orders = orders.values
        guard orders.contains(where: { !$0.isGone }), let scale, let last = orders.map(\.paid).max() else { return nil }
        let frequency = orders.filter { !$0.isGone && $0.paid > at - scale.window }.count
        let net = orders.reduce(0) { $0 + $1.amount - $1.refunded }
        return RFMScore(
            recencyDays: (at - last) / day, frequency: Int64(frequency), monetary: net, scale
        ).code
    }

    var churn: String? {
        let orders = orders.values
        let count = Int64(orders.filter { !$0.isGone }.count)
        guard count >= 1, let first = orders.map(\.paid).min(), let last = orders.map(\.paid).max() else { return nil }
        let gap = at - last
        if count >= 2, last > first { return 2 * gap * (count - 1) > 3 * (last - first) ? "own" : nil }
        guard let interval = scale?.interval else { return nil }
        return 2 * gap * interval.count > 3 * interval.spanSum ? "segment" : nil
    }

    var liveFan: String? {
        let last = times { if case .liveJoined = $0 { true } else { false } }.last
        return last.map { $0 + 30 * day > at } ?? false ? "yes" : nil
    }

    var priceSensitive: String? {
        guard let registered = times({ if case .userRegistered = $0 { true } else { false } }).first,
            registered + 7 * day <= at
        else { return nil }
        let firstPaid = times { if case .orderPaid = $0 { true } else { false } }.first
        return firstPaid.map { $0 >= registered + 7 * day } ?? true ? "yes" : nil
    }

    /// The last checkout to be abandoned, if neither 72 hours nor an order came after.
    var abandoned: String? {
        var found: (due: Int64, id: String)?
        for (index, event) in events.enumerated() {
            guard case .checkoutStarted(let checkout) = event.kind else { continue }
            let due = (event.occurredAt.milliseconds ?? 0) + hour
            guard due <= at, !isEnded(checkout.checkoutID, startedBy: index, before: due) else { continue }
            // Of two due at once the greater id is the last.
            if let found, found.due == due, checkout.checkoutID.utf8.lexicographicallyPrecedes(found.id.utf8) {
                continue
            }
            found = (due, checkout.checkoutID)
        }
        guard let found, found.due + 72 * hour > at else { return nil }
        let paid = times { if case .orderPaid = $0 { true } else { false } }
        return paid.contains { $0 >= found.due } ? nil : found.id
    }

    private func isEnded(_ id: String, startedBy start: Int, before due: Int64) -> Bool {
        events.enumerated().contains { index, event in
            let time = event.occurredAt.milliseconds ?? 0
            guard time < due else { return false }
            if case .checkoutCancelled(let cancelled) = event.kind { return cancelled.checkoutID == id }
            guard case .orderPaid(let order) = event.kind else { return false }
            return order.checkoutID == id || (order.checkoutID.isEmpty && index > start)
        }
    }
}
