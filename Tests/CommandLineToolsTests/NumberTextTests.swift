import CommandLineTools
import Testing

@Suite struct NumberTextTests {
    @Test(
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (-999, "-999"),
            (1_234_567, "1,234,567"),
            (Int64.max, "9,223,372,036,854,775,807"), (Int64.min, "-9,223,372,036,854,775,808"),
        ] as [(Int64, String)])
    func grouped(value: Int64, text: String) {
        #expect(NumberText.grouped(value) == text)
    }

    @Test(
        arguments: [
            (0, 2, "0.00"), (1.5, 0, "2"), (1.25, 1, "1.3"), (1234.567, 2, "1,234.57"), (-0.001, 2, "0.00"),
            (-12.5, 1, "-12.5"),
            (0.05, 3, "0.050"), (.nan, 1, "-"), (.infinity, 1, "-"), (1e300, 2, "1e+300"), (0.5, 99, "0.500000000"),
            (2, -1, "2"),
        ] as [(Double, Int, String)])
    func fixed(value: Double, places: Int, text: String) {
        #expect(NumberText.fixed(value, places: places) == text)
    }

    @Test(
        arguments: [
            (0, "0"), (12, "12"), (12.34, "12.3"), (999, "999"), (999.6, "1.0k"), (999.4, "999"), (1000, "1.0k"),
            (12_345, "12.3k"),
            (99_949, "99.9k"), (99_960, "100k"), (999_499, "999k"), (999_500, "1.0M"), (4.5e6, "4.5M"), (1.2e9, "1.2G"),
            (3e12, "3.0T"),
            (5e15, "5P"), (-1500, "-1.5k"), (.nan, "-"), (.infinity, "-"),
        ] as [(Double, String)])
    func compact(value: Double, text: String) {
        #expect(NumberText.compact(value) == text)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
            (3 << 30, "3.0 GiB"),
            (Int64.max, "8192.0 PiB"), (-5, "-5 B"),
        ] as [(Int64, String)])
    func bytes(count: Int64, text: String) {
        #expect(NumberText.bytes(count) == text.replacing("8192.0", with: "8,192.0"))
    }
}
