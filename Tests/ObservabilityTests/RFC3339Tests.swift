import Foundation
import Testing

@testable import Observability

@Suite struct RFC3339Tests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_709_208_000_001, "2024-02-29T12:00:00.001Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (.max, "9999-12-31T23:59:59.999Z"),
            (.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func written(milliseconds: Int64, text: String) {
        #expect(RFC3339.text(milliseconds: milliseconds) == text)
    }

    @Test func foundationReadsItBack() throws {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<2000 {
            // From 1590 on: before the reform of 1582 Foundation counts in the Julian calendar.
            let second = Int64.random(in: -12_000_000_000...20_000_000_000, using: &random)
            let text = RFC3339.text(milliseconds: second * 1000)
            let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text)
            #expect(date.timeIntervalSince1970 == Double(second))
        }
    }
}
