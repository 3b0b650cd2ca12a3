public import Schemas

/// A customer event that moves an order, checked at the door.
public struct OrderEvent: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case paid(amount: Money, pointsSpent: Int64)
        case refunded(refundID: String, amount: Money)
        case received
    }

    public let customerID: CustomerID
    public let orderID: OrderID
    public let occurredAt: Int64
    public let kind: Kind

    /// Returns nil for an event that is about no order; refuses with [validation] or, without a kind, [schema].
    ///
    /// Of a kind that settlement does not use, only what all events share is checked.
    public static func check(_ event: CustomerEvent) throws(Rejection) -> OrderEvent? {
        guard let kind = event.kind else { throw Rejection(.schema, "kind is absent") }
        try Validation.identifier(event.eventID, "event_id")
        try Validation.identifier(event.customerID, "customer_id")
        let occurredAt = try Validation.time(event.occurredAt, isPresent: event.hasOccurredAt, "occurred_at")
        guard let order = try orderKind(kind) else { return nil }
        try Validation.identifier(order.id, "order_id")
        return OrderEvent(
            customerID: CustomerID(rawValue: event.customerID), orderID: OrderID(rawValue: order.id),
            occurredAt: occurredAt, kind: order.kind)
    }

    /// Kinds without an order are other workers' business, and a new one must not need a change here.
    private static func orderKind(_ kind: CustomerEvent.OneOf_Kind) throws(Rejection) -> (id: String, kind: Kind)? {
        if case .orderPaid(let paid) = kind {
            try Validation.money(paid.amount, isPresent: paid.hasAmount, "amount")
            guard (0...Validation.amountLimit).contains(paid.pointsSpent) else {
                throw Rejection(.validation, "points_spent lies outside 0 to \(Validation.amountLimit)")
            }
            return (paid.orderID, .paid(amount: paid.amount, pointsSpent: paid.pointsSpent))
        }
        if case .orderRefunded(let refunded) = kind {
            try Validation.identifier(refunded.refundID, "refund_id")
            try Validation.money(refunded.amount, isPresent: refunded.hasAmount, "amount")
            return (refunded.orderID, .refunded(refundID: refunded.refundID, amount: refunded.amount))
        }
        if case .orderReceived(let received) = kind { return (received.orderID, .received) }
        return nil
    }
}
