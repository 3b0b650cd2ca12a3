import Schemas

/// A reward as a customer reads it: `12.50 USD`, `1 coupon`, `500 points`.
enum RewardText {
    static func text(of transfer: AccountTransfer) -> String {
        guard transfer.unit == .cash else { return "\(transfer.amount) \(transfer.unit.ledgerName)" }
        return Money(minorUnits: transfer.amount, currency: transfer.currency).text
    }
}
