extension Timestamp {
    /// Reads RFC 3339 with `Z` or an offset, such as `2026-03-01T13:00:00.5+01:00`; a date alone is its midnight UTC.
    ///
    /// Digits of a second beyond the third are dropped. A leap second counts as the first moment after it.
    public init?(rfc3339 text: String) {
        var reader = DigitReader(text)
        guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2), reader.take("-"),
            let day = reader.digits(2)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard (1...12).contains(month), date.exists else { return nil }
        var milliseconds = date.daysSince1970 * 86_400_000
        if !reader.isAtEnd {
            guard reader.take("T") || reader.take("t") || reader.take(" "), let time = reader.timeOfDay(),
                let offset = reader.offsetMinutes(), reader.isAtEnd
            else { return nil }
            milliseconds += time - offset * 60_000
        }
        self.init(millisecondsSince1970: milliseconds)
    }
}

private struct DigitReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) {
        bytes = Array(text.utf8.prefix(64))
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: scalar) else { return false }
        index += 1
        return true
    }

    /// Exactly so many digits, at most nine.
    mutating func digits(_ count: Int) -> Int64? {
        guard index + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[index..<index + count] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        index += count
        return value
    }

    mutating func timeOfDay() -> Int64? {
        guard let hour = digits(2), take(":"), let minute = digits(2), take(":"), let second = digits(2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let whole = hour * 3_600_000 + minute * 60_000 + second * 1000
        guard take(".") else { return whole }
        guard var fraction = digits(1) else { return nil }
        var places = 1
        while let digit = digits(1) {
            if places < 3 { fraction = fraction * 10 + digit }
            places += 1
        }
        for _ in places..<max(places, 3) { fraction *= 10 }
        return whole + fraction
    }

    mutating func offsetMinutes() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let sign: Int64 = take("-") ? -1 : 1
        guard sign < 0 || take("+"), let hours = digits(2), take(":"), let minutes = digits(2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
