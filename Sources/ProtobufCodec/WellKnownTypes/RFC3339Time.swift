/// A time as RFC 3339 writes it, in the years 1 to 9999.
struct RFC3339Time: CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z.
    let seconds: Int64
    /// From 0 to 999,999,999.
    let nanos: Int32

    init(seconds: Int64, nanos: Int32) {
        self.seconds = seconds
        self.nanos = nanos
    }

    /// Reads `2024-05-01T12:00:00.5Z` or the same with an offset such as `+02:00`; nil when the text is none.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard let year = Self.digits(4, &rest), Self.take("-", &rest),
            let month = Self.digits(2, &rest), Self.take("-", &rest),
            let day = Self.digits(2, &rest), Self.take("T", &rest),
            let hour = Self.digits(2, &rest), Self.take(":", &rest),
            let minute = Self.digits(2, &rest), Self.take(":", &rest),
            let second = Self.digits(2, &rest),
            let nanos = SecondFraction.read(&rest),
            let offset = Self.offset(&rest), rest.isEmpty
        else { return nil }
        guard year > 0, 1...12 ~= month, day > 0, day <= Self.days(inMonth: month, of: year),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        self.nanos = nanos
    }

    /// In UTC, with as many digits of a second as are needed: 0, 3, 6 or 9.
    var description: String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        let (year, month, day) = Self.date(daysSince1970: days)
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let hour = Self.padded(second / 3_600, 2)
        let minute = Self.padded(second / 60 % 60, 2)
        return "\(date)T\(hour):\(minute):\(Self.padded(second % 60, 2))\(SecondFraction.text(nanos))Z"
    }

    // MARK: Text

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func take(_ character: Unicode.Scalar, _ text: inout ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: character) else { return false }
        text.removeFirst()
        return true
    }

    private static func digits(_ count: Int, _ text: inout ArraySlice<UInt8>) -> Int64? {
        guard text.count >= count else { return nil }
        var value: Int64 = 0
        for byte in text.prefix(count) {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        text.removeFirst(count)
        return value
    }

    /// Seconds that the text's time is ahead of UTC.
    private static func offset(_ text: inout ArraySlice<UInt8>) -> Int64? {
        if take("Z", &text) { return 0 }
        let isBehind = text.first == UInt8(ascii: "-")
        guard isBehind || text.first == UInt8(ascii: "+") else { return nil }
        text.removeFirst()
        guard let hour = digits(2, &text), take(":", &text), let minute = digits(2, &text), hour < 24, minute < 60
        else {
            return nil
        }
        let seconds = hour * 3_600 + minute * 60
        return isBehind ? -seconds : seconds
    }

    // MARK: Calendar

    private static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days before a year, counted from 0001-01-01.
    private static func days(beforeYear year: Int64) -> Int64 {
        let past = year - 1
        return past * 365 + past / 4 - past / 100 + past / 400
    }

    // From 0001-01-01 to 1970-01-01.
    private static let epochDay: Int64 = 719_162

    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let months = (1..<month).reduce(0) { $0 + days(inMonth: $1, of: year) }
        return days(beforeYear: year) - epochDay + months + day - 1
    }

    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let day = days + epochDay
        // At most one year too early: 366 days are no shorter than a year.
        var year = day / 366 + 1
        while Self.days(beforeYear: year + 1) <= day { year += 1 }
        var rest = day - Self.days(beforeYear: year)
        var month: Int64 = 1
        while rest >= Self.days(inMonth: month, of: year) {
            rest -= Self.days(inMonth: month, of: year)
            month += 1
        }
        return (year, month, rest + 1)
    }
}
