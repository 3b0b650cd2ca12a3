import CommandLineTools
import Testing

@Suite struct DurationTextTests {
    @Test(
        arguments: [
            ("0s", 0), ("500ms", 500), ("10s", 10_000), ("90s", 90_000), ("1m30s", 90_000), ("1h30m", 5_400_000),
            ("2d", 172_800_000),
            ("1d1h1m1s1ms", 90_061_001), ("9223372036854775807ms", Int64.max),
        ] as [(String, Int64)])
    func read(text: String, milliseconds: Int64) {
        #expect(DurationText.milliseconds(text) == milliseconds)
    }

    @Test(arguments: [
        "", "5", "s", "-5s", "+5s", "1.5s", "5 s", " 5s", "5S", "1s1m", "1s1s", "1ms1s", "5w", "5s5",
        "9223372036854775808ms",
        "9223372036854775807s", "106751991168d", "٥s", "1h-5m",
    ])
    func refused(text: String) {
        #expect(DurationText.milliseconds(text) == nil)
        #expect(Duration(argument: text) == nil)
    }

    @Test(
        arguments: [
            (0, "0ms"), (850, "850ms"), (999, "999ms"), (1000, "1s"), (3200, "3.2s"), (3249, "3.2s"), (9999, "9.9s"),
            (10_500, "10s"),
            (59_999, "59s"), (60_000, "1m00s"), (125_000, "2m05s"), (3_599_999, "59m59s"), (3_780_000, "1h03m"),
            (86_400_000, "1d00h"),
            (187_200_000, "2d04h"), (-3200, "-3.2s"), (Int64.min, "-106751991167d07h"),
        ] as [(Int64, String)])
    func short(milliseconds: Int64, text: String) {
        #expect(DurationText.short(milliseconds: milliseconds) == text)
    }

    @Test func exactReadsBack() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let value = Int64(random.next() >> 1) >> Int64.random(in: 0..<62, using: &random)
            #expect(DurationText.milliseconds(DurationText.exact(milliseconds: value)) == value)
        }
        #expect(Duration.milliseconds(90_500).argumentText == "1m30s500ms")
    }

    @Test func aDurationTooLongForMillisecondsIsTheLongest() {
        #expect(DurationText.milliseconds(of: .seconds(Int64.max)) == .max)
        #expect(DurationText.milliseconds(of: .seconds(Int64.min)) == .min)
        #expect(DurationText.milliseconds(of: .microseconds(-1500)) == -1)
        #expect(DurationText.short(.milliseconds(3200)) == "3.2s")
    }
}
