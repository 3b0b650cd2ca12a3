import CommandLineTools
import Testing

@Suite struct SuggestionTests {
    @Test(
        arguments: [
            ("lagg", "lag"), ("alg", "lag"), ("la", "lag"), ("LAG", "lag"), ("xyz", nil), ("", nil), ("group", "group"),
            ("gruop", "group"),
            ("replya", "replay"), ("repaly", "replay"), ("re", "replay"), ("r", "replay"), ("t", nil),
            ("topci", "topic"), ("tpoci", nil),
            ("commit.intervl.ms", "commit.interval.ms"), ("kommit.interfal.mss", "commit.interval.ms"),
        ] as [(String, String?)])
    func whatWasMeant(text: String, expected: String?) {
        let names = ["lag", "group", "topic", "transfer", "replay", "commit.interval.ms"]
        #expect(Suggestion.closest(to: text, among: names) == expected)
    }

    @Test func longTextsAreNotCompared() {
        let long = String(repeating: "a", count: 10_000)
        #expect(Suggestion.closest(to: long, among: [long]) == nil)
        #expect(Suggestion.closest(to: "a", among: [long]) == long)
    }
}
