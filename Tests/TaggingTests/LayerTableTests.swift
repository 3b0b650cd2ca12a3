import Schemas
import Testing

@testable import Tagging

/// T08: all 125 cells in all four states of life.
struct LayerTableTests {
    /// Rows R 1 to 5; columns F·M from 11, 12, … to 55. s seed, a active, z sleeping.
    static let new = [
        "zzzzz zzzzz zzzzz zzzzz zzzzz",
        "aaaaa aaaaa aaaaa aaass aaass",
        "aaaaa aaaaa aaaaa aaass aaass",
        "aaaaa aaaaa aaaaa aaass aaass",
        "aaaaa aaaaa aaaaa aaass aaass",
    ]
    static let letters: [Layer: Character] = [.seed: "s", .active: "a", .sleeping: "z", .lost: "l"]

    @Test(arguments: Lifecycle.allCases)
    func everyCell(_ lifecycle: Lifecycle) throws {
        var cells = 0
        for recency in Int64(1)...5 {
            for frequency in Int64(1)...5 {
                for monetary in Int64(1)...5 {
                    let score = RFMScore(code: 100 * recency + 10 * frequency + monetary)
                    let row = Array(Self.new[Int(recency - 1)].filter { $0 != " " })
                    let expected: Character =
                        switch lifecycle {
                        case .new, .active: row[Int(5 * (frequency - 1) + monetary - 1)]
                        case .silent: "z"
                        case .lost: "l"
                        }
                    #expect(Self.letters[LayerTable.layer(score, lifecycle)] == expected, "\(score.code)")
                    cells += 1
                }
            }
        }
        #expect(cells == 125)
    }

    @Test func codeGivesItsDigitsBack() {
        let score = RFMScore(code: 524)
        #expect((score.recency, score.frequency, score.monetary) == (5, 2, 4))
        #expect(score.code == 524)
    }

    @Test func followsScoreAndLifecycle() throws {
        var story = Story(.make(frequency: [1, 1, 1, 9], monetary: [1, 1, 1, 9]))
        try story.at(0, .paid("o1", 5), id: "order")
        story.pass(to: 100 * day)
        // R is 1 from 40 days on, but the customer is silent from 30 on.
        #expect(story.changes("layer") == ["0 seed", "\(30 * day) sleeping", "\(90 * day) lost"])
        let events = story.tags.filter { $0.ruleID == "T08" }
        #expect(events.allSatisfy { $0.evidenceEventIds == ["order"] && $0.calibrationVersion == 7 })
        #expect(events.map { $0.tagChanged.previousValue } == ["", "seed", "sleeping"])
    }

    /// An active customer whose last order is old sleeps.
    @Test func oldOrderSleeps() throws {
        var story = Story(.make())
        try story.at(0, .paid("o1", 5))
        for number in 1...5 { try story.at(Int64(number) * 9 * day, .page) }
        #expect(story.changes("layer") == ["0 active", "\(40 * day) sleeping"])
        #expect(story.lifecycle == "active")
    }
}
