import Schemas

/// A reward as a customer reads it: `12.50 USD`, `1 coupon`, `500 points`.
enum RewardText {
    static func text(of transfer: AccountTransfer) -> String {
        guard transfer.unit == .cash else { return "\(transfer.amount) \(transfer.unit.ledgerName)" }
        return "\(decimal(transfer.amount, places: places(of: transfer.currency))) \(transfer.currency)"
    }

    /// Decimal places of a currency; source: ISO 4217, those that are not two.
    private static func places(of currency: String) -> Int {
        switch currency {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
            "XAF", "XOF", "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        default: 2
        }
    }

    private static func decimal(_ minorUnits: Int64, places: Int) -> String {
        let digits = String(minorUnits.magnitude)
        guard places > 0 else { return digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return "\(padded.dropLast(places)).\(padded.suffix(places))"
    }
}
