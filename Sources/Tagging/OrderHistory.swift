import Schemas

/// The orders of the last year one by one, and the figures over all orders ever.
enum OrderHistory {
    /// Orders leave at exactly this age, milliseconds.
    static let retention = 365 * Milliseconds.day
    /// Bound of the orders kept; beyond it the oldest leaves.
    static let limit = 2_000

    /// Returns false for an order that is known.
    static func admits(_ order: OrderPaid, _ profile: CustomerProfile) throws(Rejection) -> Bool {
        guard index(of: order.orderID, profile) == nil else { return false }
        try checkCurrency(order.amount, profile)
        guard !profile.netPaidMinor.addingReportingOverflow(order.amount.minorUnits).overflow,
            profile.orderCount < .max
        else { throw Rejection(.validation, "amount is more than the customer's sum can hold") }
        return true
    }

    static func check(_ refund: OrderRefunded, _ profile: CustomerProfile?) throws(Rejection) {
        guard let profile, let index = index(of: refund.orderID, profile) else {
            throw Rejection(.validation, "order_id of a refund is unknown, or a year old")
        }
        try checkCurrency(refund.amount, profile)
        let order = profile.orders[index]
        guard refund.amount.minorUnits <= order.amountMinor &- order.refundedMinor else {
            throw Rejection(.validation, "amount of a refund is more than is left of its order")
        }
    }

    private static func checkCurrency(_ amount: Money, _ profile: CustomerProfile) throws(Rejection) {
        guard profile.currency.isEmpty || profile.currency == amount.currency else {
            throw Rejection(.validation, "currency is not that of the customer's first order")
        }
    }

    /// Takes an admitted order or refund in.
    static func take(
        _ kind: CustomerEvent.OneOf_Kind, _ eventID: String, _ occurredAt: Int64, _ profile: inout CustomerProfile
    ) {
        if case .orderPaid(let order) = kind {
            record(order, eventID, occurredAt, &profile)
        } else if case .orderRefunded(let refund) = kind {
            reduce(refund, &profile)
        }
    }

    private static func record(
        _ order: OrderPaid, _ eventID: String, _ paidAt: Int64, _ profile: inout CustomerProfile
    ) {
        var record = OrderRecord()
        record.orderID = order.orderID
        record.paidMs = paidAt
        record.amountMinor = order.amount.minorUnits
        record.eventID = eventID
        insert(record, &profile.orders)
        if profile.currency.isEmpty { profile.currency = order.amount.currency }
        profile.orderCount &+= 1
        profile.netPaidMinor &+= order.amount.minorUnits
        if profile.firstPaidMs == 0 || paidAt < profile.firstPaidMs { profile.firstPaidMs = paidAt }
        if paidAt > profile.lastPaidMs {
            profile.lastPaidMs = paidAt
            profile.lastPaidEventID = eventID
        }
    }

    /// Orders come nearly in order of time, so the place is looked for from the end.
    private static func insert(_ record: OrderRecord, _ orders: inout [OrderRecord]) {
        var place = orders.count
        while place > 0, precedes(record, orders[place - 1]) { place -= 1 }
        orders.insert(record, at: place)
        if orders.count > limit { orders.removeFirst(orders.count - limit) }
    }

    private static func precedes(_ left: OrderRecord, _ right: OrderRecord) -> Bool {
        left.paidMs != right.paidMs ? left.paidMs < right.paidMs : left.orderID.precedesByBytes(right.orderID)
    }

    private static func reduce(_ refund: OrderRefunded, _ profile: inout CustomerProfile) {
        guard let index = index(of: refund.orderID, profile) else { return }
        profile.orders[index].refundedMinor &+= refund.amount.minorUnits
        profile.netPaidMinor &-= refund.amount.minorUnits
        if isRefunded(profile.orders[index]), profile.orderCount > 0 { profile.orderCount -= 1 }
    }

    /// Whether the order was refunded in full. One that cost nothing cannot be refunded and stays an order.
    static func isRefunded(_ order: OrderRecord) -> Bool {
        order.amountMinor > 0 && order.refundedMinor >= order.amountMinor
    }

    private static func index(of orderID: String, _ profile: CustomerProfile) -> Int? {
        profile.orders.lastIndex { $0.orderID == orderID }
    }

    /// Lets go the orders that are a year old.
    static func dropOld(_ profile: inout CustomerProfile, at: Int64) {
        let border = at &- retention
        guard let first = profile.orders.first, first.paidMs <= border else { return }
        profile.orders.removeFirst(profile.orders.firstIndex { $0.paidMs > border } ?? profile.orders.count)
    }

    /// What the orders kept have brought, refunds taken off, minor units.
    static func spend(_ profile: CustomerProfile) -> Int64 {
        profile.orders.reduce(0) { $0 &+ ($1.amountMinor &- $1.refundedMinor) }
    }

    /// The orders in `(at − window, at]` that were not refunded in full: how many, and when the oldest was paid.
    static func frequency(_ profile: CustomerProfile, at: Int64, window: Int64) -> (count: Int64, oldest: Int64?) {
        var count: Int64 = 0
        var oldest: Int64?
        for order in profile.orders.reversed() {
            if order.paidMs <= at &- window { break }
            if order.paidMs > at || isRefunded(order) { continue }
            count += 1
            oldest = order.paidMs
        }
        return (count, oldest)
    }
}
