import ProtobufCodec
import Schemas

/// How large the automated share of an audience's touches may grow (N01, N02).
public struct AutomationCeiling: Hashable, Sendable {
    /// From this share on, the layers that prefer people go to people, in percent.
    public var softPercent: Int64 = 58
    /// No automated touch may lift the share above this, in percent.
    public var hardPercent: Int64 = 65
    /// UTC days that count, today included.
    public var windowDays: Int32 = 30

    public init() {}

    /// What one more automated touch would mean for an audience.
    struct Reading: Hashable, Sendable {
        let automated: Int64
        let human: Int64
        let meetsSoftLimit: Bool
        let passesHardLimit: Bool
    }

    /// Reads an audience's touches as of a UTC day.
    func reading(_ share: AudienceShare, day: Int32) -> Reading {
        var (automated, human): (Int64, Int64) = (0, 0)
        for entry in share.days where entry.day > day - windowDays && entry.day <= day {
            automated += entry.automated
            human += entry.human
        }
        let total = automated + human + 1
        return Reading(
            automated: automated, human: human,
            meetsSoftLimit: (automated + 1) * 100 >= softPercent * total,
            passesHardLimit: (automated + 1) * 100 > hardPercent * total)
    }
}

/// Who touched a customer.
enum Touch {
    case automated
    case human
}

extension AudienceShare {
    /// The day a touch at `at` counts for: never before the newest day counted, lest a late record rewrite the past.
    func day(at: Int64) -> Int32 {
        let day = Int32(clamping: LocalCalendar(offsetMinutes: 0).day(at))
        return max(day, days.last?.day ?? day)
    }

    /// Counts a touch, and lets the days before the window go.
    mutating func count(_ touch: Touch, day: Int32, windowDays: Int32) {
        if days.last?.day != day {
            days.removeAll { $0.day <= day - windowDays }
            days.append(DayShare.with { $0.day = day })
        }
        switch touch {
        case .automated: days[days.count - 1].automated += 1
        case .human: days[days.count - 1].human += 1
        }
    }
}
