import Foundation
import NotificationDispatch
import Testing

/// Local days, weeks and months against Foundation's calendar.
@Suite struct LocalCalendarTests {
    static let offsets: [Int32] = [-720, -345, -60, 0, 1, 330, 345, 480, 765, 840]

    private func foundation(_ offset: Int32) throws -> Calendar {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: Int(offset) * 60))
        return calendar
    }

    private func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1_000) }

    @Test(arguments: offsets) func randomTimes(_ offset: Int32) throws {
        let calendar = LocalCalendar(offsetMinutes: offset)
        let other = try foundation(offset)
        var random = SeededRandom(UInt64(bitPattern: Int64(offset)))
        for _ in 0..<400 {
            let time = Int64.random(in: 631_152_000_000..<4_102_444_800_000, using: &random)
            let parts = other.dateComponents([.year, .month, .hour, .minute, .second, .nanosecond], from: date(time))
            let month = Int64(try #require(parts.year)) * 12 + Int64(try #require(parts.month)) - 1
            #expect(calendar.month(time) == month)
            let midnight = Int64((other.startOfDay(for: date(time)).timeIntervalSince1970 * 1_000).rounded())
            #expect(calendar.timeOfDay(time) == time - midnight)
            #expect(calendar.day(time) * day == midnight + Int64(offset) * 60_000)
            let week = try #require(other.dateInterval(of: .weekOfYear, for: date(time)))
            let monday = Int64((week.start.timeIntervalSince1970 * 1_000).rounded())
            #expect(calendar.week(monday) == calendar.week(time))
            #expect(calendar.week(monday - 1) == calendar.week(time) - 1)
        }
    }

    @Test(arguments: offsets) func boundariesFallOnTheMillisecond(_ offset: Int32) {
        let calendar = LocalCalendar(offsetMinutes: offset)
        // 2024-02-29 and 03-01, 2023-12-31 and 2024-01-01 (a Monday), at local midnight.
        for (utcMidnight, newWeek) in [(1_709_251_200_000 as Int64, false), (1_704_067_200_000, true)] {
            let local = utcMidnight - Int64(offset) * 60_000
            #expect(calendar.day(local) == calendar.day(local - 1) + 1)
            #expect(calendar.month(local) == calendar.month(local - 1) + 1)
            #expect(calendar.week(local) == calendar.week(local - 1) + (newWeek ? 1 : 0))
            #expect(calendar.timeOfDay(local) == 0)
            #expect(calendar.timeOfDay(local - 1) == day - 1)
        }
    }

    @Test func timesBeforeTheEpoch() {
        let calendar = LocalCalendar(offsetMinutes: -60)
        #expect(calendar.day(0) == -1)
        #expect(calendar.timeOfDay(0) == 23 * hour)
        #expect(calendar.month(0) == 1969 * 12 + 11)
        #expect(calendar.week(-3 * day) == -1)  // Sunday 23:00 of the week before
        #expect(calendar.week(-3 * day + hour) == 0)  // Monday
    }

    @Test(arguments: offsets) func nextIsStrictlyAfter(_ offset: Int32) {
        let calendar = LocalCalendar(offsetMinutes: offset)
        let eight = calendar.next(minute: 480, after: noon)
        #expect(calendar.timeOfDay(eight) == 8 * hour)
        #expect(eight > noon && eight <= noon + day)
        #expect(calendar.next(minute: 480, after: eight) == eight + day)
        #expect(calendar.next(minute: 480, after: eight - 1) == eight)
    }
}
