import Schemas

extension OrderProgress {
    init(_ order: OrderID, of customer: CustomerID) {
        self.init()
        orderID = order.rawValue
        customerID = customer.rawValue
    }

    var isPaid: Bool { paidMs > 0 }

    /// What refunds have left, minor units; refunds beyond the whole leave nothing.
    var leftMinor: Int64 { amountMinor > refundedMinor ? amountMinor - refundedMinor : 0 }

    /// Keeps what a claim says of an order whose payment has not been told yet, so that a refund can be measured.
    mutating func assume(_ amount: Money) {
        guard !isPaid, amountMinor == 0, currency.isEmpty || currency == amount.currency else { return }
        amountMinor = amount.minorUnits
        currency = amount.currency
    }
}
