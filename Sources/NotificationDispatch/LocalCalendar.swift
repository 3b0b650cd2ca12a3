import Schemas

/// Days, weeks and months at a fixed offset from UTC, as whole numbers that differ exactly when the period does.
///
/// Times are milliseconds since the epoch within the years 1 to 9999; no arithmetic overflows there.
public struct LocalCalendar: Hashable, Sendable {
    private let offsetMilliseconds: Int64

    public init(offsetMinutes: Int32) {
        offsetMilliseconds = Int64(offsetMinutes) * Milliseconds.minute
    }

    /// The local day, counted from 1970-01-01.
    public func day(_ time: Int64) -> Int64 { Self.floorDivide(time + offsetMilliseconds, Milliseconds.day) }

    /// The ISO week (Monday first), counted from that of 1970-01-01, which was a Thursday.
    public func week(_ time: Int64) -> Int64 { Self.floorDivide(day(time) + 3, 7) }

    /// The month, counted from January of the year 0.
    ///
    /// Source: the civil calendar counted in eras of 400 years from 1 March, so that the leap day is a year's last.
    public func month(_ time: Int64) -> Int64 {
        let days = day(time) + 719_468  // from 0000-03-01
        let era = Self.floorDivide(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        return (era * 400 + yearOfEra) * 12 + monthFromMarch + 2
    }

    /// Milliseconds since local midnight.
    public func timeOfDay(_ time: Int64) -> Int64 {
        time + offsetMilliseconds - day(time) * Milliseconds.day
    }

    /// The first moment after `time` at which the local day is `minute` minutes old.
    public func next(minute: Int, after time: Int64) -> Int64 {
        let ahead = Int64(minute) * Milliseconds.minute - timeOfDay(time)
        return time + (ahead > 0 ? ahead : ahead + Milliseconds.day)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
