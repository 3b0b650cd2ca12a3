/// One purchase of the CDNOW data set.
public struct Purchase: Hashable, Sendable {
    public var customer: String
    /// Days since the epoch.
    public var day: Int64
    public var items: UInt32
    public var cents: Int64

    public init(customer: String, day: Int64, items: UInt32, cents: Int64) {
        self.customer = customer
        self.day = day
        self.items = items
        self.cents = cents
    }
}

/// Why a line of purchases cannot be read.
public struct PurchaseFileError: Error, Equatable, CustomStringConvertible {
    public let line: Int
    public let message: String
    public var description: String { "line \(line): \(message)" }
}

/// Reads purchases: a header line, then `customer,YYYYMMDD,items,dollars`.
public enum PurchaseFile {
    public static func parse(_ text: String) throws(PurchaseFileError) -> [Purchase] {
        var purchases: [Purchase] = []
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if number == 1 || line.isEmpty { continue }
            let fields = line.split(separator: UInt8(ascii: ","))
            guard fields.count == 4 else {
                throw PurchaseFileError(line: number, message: "\(fields.count) fields instead of 4")
            }
            guard let customer = String(fields[0]), let date = Int64(String(fields[1]) ?? ""),
                let items = UInt32(String(fields[2]) ?? ""), let cents = cents(String(fields[3]) ?? ""),
                let day = day(date)
            else { throw PurchaseFileError(line: number, message: "a field is no number") }
            purchases.append(Purchase(customer: customer, day: day, items: items, cents: cents))
        }
        return purchases
    }

    /// Dollars with at most two decimals as cents.
    static func cents(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let dollars = Int64(parts[0]), dollars >= 0, dollars < 1_000_000_000 else { return nil }
        guard parts.count == 2 else { return dollars * 100 }
        guard parts[1].utf8.count <= 2, let fraction = Int64(parts[1].isEmpty ? "0" : parts[1]), fraction >= 0 else {
            return nil
        }
        return dollars * 100 + (parts[1].utf8.count == 1 ? fraction * 10 : fraction)
    }

    /// YYYYMMDD as days since the epoch; proleptic Gregorian. Source: Hinnant, "chrono-compatible low-level date algorithms".
    static func day(_ date: Int64) -> Int64? {
        let year = date / 10_000
        let month = date / 100 % 100
        let day = date % 100
        guard year >= 1, year <= 9_999, month >= 1, month <= 12, day >= 1, day <= 31 else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
