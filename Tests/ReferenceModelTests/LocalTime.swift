import Schemas

/// A customer's wall clock: UTC plus an offset.
struct LocalTime {
    /// Milliseconds of local time since the epoch.
    var local: Int64
    var offset: Int64

    init(_ time: Int64, offsetMinutes: Int32?) {
        offset = Int64(offsetMinutes ?? 480) * Milliseconds.minute
        local = time + offset
    }

    var day: Int64 { floorDivide(local, Milliseconds.day) }
    var timeOfDay: Int64 { local - day * Milliseconds.day }
    /// Weeks begin on Monday; 1970-01-01 was a Thursday.
    var week: Int64 { floorDivide(day + 3, 7) }

    /// Months since January 1970, counted year by year.
    var month: Int64 {
        var left = day
        var month: Int64 = 0
        while left >= Self.length(month) {
            left -= Self.length(month)
            month += 1
        }
        return month
    }

    private static func length(_ month: Int64) -> Int64 {
        let year = 1970 + month / 12
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month % 12)]
    }

    var isQuiet: Bool { timeOfDay < 8 * Milliseconds.hour || timeOfDay >= 21 * Milliseconds.hour }

    /// The next time, after this one, at which the local clock shows this hour; UTC.
    func next(hour: Int64) -> Int64 {
        let today = day * Milliseconds.day + hour * Milliseconds.hour - offset
        return timeOfDay < hour * Milliseconds.hour ? today : today + Milliseconds.day
    }
}

func floorDivide(_ left: Int64, _ right: Int64) -> Int64 {
    left >= 0 ? left / right : -((-left + right - 1) / right)
}
