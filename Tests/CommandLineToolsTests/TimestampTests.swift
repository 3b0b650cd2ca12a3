import CommandLineTools
import Foundation
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_772_366_400_000, "2026-03-01T12:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (.min, "0000-01-01T00:00:00.000Z"), (.max, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func written(milliseconds: Int64, text: String) {
        #expect(Timestamp(millisecondsSince1970: milliseconds).rfc3339 == text)
    }

    @Test func everyDayOf400YearsIsAsTheCalendarSays() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for day in stride(from: Int64(-40_000), to: 110_000, by: 1) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let text = Timestamp(millisecondsSince1970: day * 86_400_000).rfc3339
            let expected = [(parts.year ?? 0, 4), (parts.month ?? 0, 2), (parts.day ?? 0, 2)].map { value, width in
                String(repeating: "0", count: max(0, width - String(value).count)) + String(value)
            }
            guard text.prefix(10) == expected.joined(separator: "-")[...] else {
                Issue.record("day \(day): \(text)")
                return
            }
        }
    }

    @Test func whatIsWrittenReadsBack() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5000 {
            let value = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            let time = Timestamp(millisecondsSince1970: value)
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
    }

    @Test(
        arguments: [
            ("2026-03-01T12:00:00Z", 1_772_366_400_000), ("2026-03-01t12:00:00z", 1_772_366_400_000),
            ("2026-03-01 12:00:00Z", 1_772_366_400_000), ("2026-03-01T13:00:00+01:00", 1_772_366_400_000),
            ("2026-03-01T06:30:00-05:30", 1_772_366_400_000), ("2026-03-01T12:00:00.5Z", 1_772_366_400_500),
            ("2026-03-01T12:00:00.05Z", 1_772_366_400_050), ("2026-03-01T12:00:00.123999Z", 1_772_366_400_123),
            ("2026-02-28T23:59:60Z", 1_772_323_200_000), ("2026-03-01", 1_772_323_200_000),
            ("2024-02-29", 1_709_164_800_000),
        ] as [(String, Int64)])
    func read(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.millisecondsSince1970 == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-3-01", "2026-13-01", "2026-00-01", "2026-02-29", "2026-01-32", "2026-01-00", "2026-03-01T",
        "2026-03-01T12:00Z",
        "2026-03-01T12:00:00", "2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z", "2026-03-01T12:00:61Z",
        "2026-03-01T12:00:00.Z",
        "2026-03-01T12:00:00+0100", "2026-03-01T12:00:00+24:00", "2026-03-01T12:00:00+01:60", "2026-03-01T12:00:00Zx",
        "x2026-03-01",
        "2026-03-01T12:00:00,5Z", "+026-03-01", "2026-03-01T12:00:00.5",
    ])
    func refused(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    static let now = Timestamp(millisecondsSince1970: 1_772_366_400_000)

    @Test(
        arguments: [
            ("now", 1_772_366_400_000), ("-15m", 1_772_365_500_000), ("-0s", 1_772_366_400_000), ("@0", 0),
            ("@1772366400", 1_772_366_400_000),
            ("@-1", -1000), ("2026-03-01", 1_772_323_200_000), ("-9223372036854775807ms", -62_167_219_200_000),
        ] as [(String, Int64)])
    func timeArguments(text: String, milliseconds: Int64) {
        let argument = TimeArgument(argument: text)
        #expect(argument?.resolved(now: Self.now).millisecondsSince1970 == milliseconds)
        #expect(argument.flatMap { TimeArgument(argument: $0.argumentText) } == argument)
    }

    @Test(arguments: [
        "", "15m", "+15m", "-15", "@", "@x", "@+5", "@9223372036854775807", "@253402300800", "tomorrow", "-", "--5m",
    ])
    func timeArgumentsRefused(text: String) {
        #expect(TimeArgument(argument: text) == nil)
    }

    @Test(
        arguments: [
            ("start", .start), ("end", .end), ("+10", .afterStart(10)), ("-10", .beforeEnd(10)), ("1234", .exact(1234)),
            ("0", .exact(0)),
            ("@-15m", .atTime(.ago(milliseconds: 900_000))), ("@1772366400", .atTime(.at(now))),
            ("@2026-03-01T12:00:00Z", .atTime(.at(now))),
            ("@now", .atTime(.ago(milliseconds: 0))),
        ] as [(String, OffsetArgument)])
    func offsetArguments(text: String, offset: OffsetArgument) {
        #expect(OffsetArgument(argument: text) == offset)
        #expect(OffsetArgument(argument: offset.argumentText) == offset)
    }

    @Test(arguments: ["", "+", "-", "@", "begin", "+-5", "--5", "-+5", "1.5", "9223372036854775808", "@x", "START"])
    func offsetArgumentsRefused(text: String) {
        #expect(OffsetArgument(argument: text) == nil)
    }
}
