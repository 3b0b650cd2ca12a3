/// Numbers as people read them.
public enum NumberText {
    /// Digits in groups of three: `1,234,567`.
    public static func grouped(_ value: some BinaryInteger) -> String {
        let text = String(value)
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        var result = text.hasPrefix("-") ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    /// A number with so many places after the point, at most nine, and its whole part grouped; `-` when not finite.
    public static func fixed(_ value: Double, places: Int) -> String {
        let places = min(max(places, 0), 9)
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (abs(value) * Double(scale)).rounded()
        guard scaled.isFinite, scaled < 0x1p63 else { return value.isFinite ? String(value) : "-" }
        let (whole, fraction) = Int64(scaled).quotientAndRemainder(dividingBy: scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + grouped(whole) }
        let digits = String(fraction)
        return sign + grouped(whole) + "." + String(repeating: "0", count: places - digits.utf8.count) + digits
    }

    /// A rate or count in at most five characters: `950`, `12.3k`, `4.5M`, `1.2G`.
    public static func compact(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let sign = value < 0 ? "-" : ""
        var size = abs(value)
        for unit in ["", "k", "M", "G", "T"] {
            // Compared after rounding, so that 999.96 becomes 1.0k and not 1000.
            let places = unit.isEmpty && size == size.rounded() ? 0 : (size < 99.95 ? 1 : 0)
            if size < 999.5 { return sign + fixed(size, places: places) + unit }
            size /= 1000
        }
        return sign + fixed(size, places: 0) + "P"
    }

    /// Bytes in binary units: `512 B`, `1.5 KiB`, `3.0 GiB`.
    public static func bytes(_ count: Int64) -> String {
        guard count >= 1024 else { return "\(count) B" }
        var size = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if size < 1023.95 { return fixed(size, places: 1) + " " + unit }
            size /= 1024
        }
        return fixed(size, places: 1) + " PiB"
    }
}
