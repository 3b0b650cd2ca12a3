extension Money {
    /// The amount as people read it, by the decimals of its currency: `12.50 USD`, `-0.05 CNY`, `1250 JPY`, `1.250 KWD`.
    public var text: String {
        let decimals = Self.decimals(of: currency)
        let sign = minorUnits < 0 ? "-" : ""
        let digits = String(minorUnits.magnitude)
        guard decimals > 0 else { return "\(sign)\(digits) \(currency)" }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals)) \(currency)"
    }

    /// Returns the digits of a currency's minor unit, 2 where nothing else is known. Source: ISO 4217.
    public static func decimals(of currency: String) -> Int {
        switch currency {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
            "XAF", "XOF", "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        case "CLF", "UYW": 4
        default: 2
        }
    }
}
