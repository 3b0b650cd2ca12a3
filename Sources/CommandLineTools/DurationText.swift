/// Durations as people write them.
public enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Milliseconds of `500ms`, `10s`, `1h30m`, `2d`; nil for anything else and for more than Int64 holds.
    ///
    /// Units go from large to small, each at most once; whole numbers only, no sign.
    public static func milliseconds(_ text: String) -> Int64? {
        var rest = text[...]
        var total: Int64 = 0
        var previous = Int64.max
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let value = Int64(digits), let unit = units.first(where: { $0.name == name }),
                unit.milliseconds < previous
            else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: unit.milliseconds)
            let (sum, sumOverflows) = total.addingReportingOverflow(product)
            guard !overflows, !sumOverflows else { return nil }
            previous = unit.milliseconds
            total = sum
        }
        return total
    }

    /// Two significant units, for reading: `850ms`, `3.2s`, `2m05s`, `1h03m`, `2d04h`; with a minus when negative.
    public static func short(milliseconds: Int64) -> String {
        guard milliseconds >= 0 else {
            return "-" + short(milliseconds: milliseconds == .min ? .max : -milliseconds)
        }
        switch milliseconds {
        case ..<1000: return "\(milliseconds)ms"
        case ..<60_000:
            let tenths = milliseconds / 100
            return tenths % 10 == 0 || tenths >= 100 ? "\(tenths / 10)s" : "\(tenths / 10).\(tenths % 10)s"
        case ..<3_600_000: return pair(milliseconds / 60_000, "m", milliseconds / 1000 % 60, "s")
        case ..<86_400_000: return pair(milliseconds / 3_600_000, "h", milliseconds / 60_000 % 60, "m")
        default: return pair(milliseconds / 86_400_000, "d", milliseconds / 3_600_000 % 24, "h")
        }
    }

    /// The same, from a duration.
    public static func short(_ duration: Duration) -> String {
        short(milliseconds: milliseconds(of: duration))
    }

    /// The exact text that `milliseconds` reads back: `1m30s`, `1500ms`, `0s`.
    public static func exact(milliseconds: Int64) -> String {
        guard milliseconds > 0 else { return "0s" }
        var rest = milliseconds
        var text = ""
        for unit in units.reversed() {
            let count = rest / unit.milliseconds
            rest %= unit.milliseconds
            if count > 0 { text += "\(count)\(unit.name)" }
        }
        return text
    }

    /// Whole milliseconds of a duration, towards zero; what does not fit becomes the nearest that does.
    public static func milliseconds(of duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, sumOverflows) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflows || sumOverflows ? (seconds < 0 ? .min : .max) : sum
    }

    private static func pair(_ large: Int64, _ largeName: String, _ small: Int64, _ smallName: String) -> String {
        "\(large)\(largeName)\(small < 10 ? "0" : "")\(small)\(smallName)"
    }
}

extension Duration: ExpressibleByArgument {
    /// Reads `500ms`, `10s`, `1h30m`, `2d`.
    public init?(argument: String) {
        guard let milliseconds = DurationText.milliseconds(argument) else { return nil }
        self = .milliseconds(milliseconds)
    }

    public static var valueExpectation: String { "a duration such as 500ms, 10s or 1h30m" }
    public var argumentText: String { DurationText.exact(milliseconds: DurationText.milliseconds(of: self)) }
}
