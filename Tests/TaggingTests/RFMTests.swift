import Schemas
import Testing

@testable import Tagging

/// T01, T02.
struct RFMTests {
    /// Edges 10.2, 10.4, 11, 11: between whole numbers, and two that are equal.
    @Test func scoresAgainstFifths() throws {
        let edges = try #require(ScoreEdges(fifths: [51, 52, 55, 55]))
        #expect([9, 10, 11, 12].map(edges.score) == [1, 1, 5, 5])
        #expect(edges.next(above: 10) == 11)
        #expect(edges.next(above: 11) == nil)
        let wide = try #require(ScoreEdges(fifths: [-7, 5, 6, 50]))
        #expect([-2, -1, 0, 1, 2, 9, 10].map(wide.score) == [1, 2, 2, 3, 4, 4, 5])
        #expect(ScoreEdges(fifths: [1, 2, 3]) == nil)
        #expect(ScoreEdges(fifths: [1, 2, 4, 3]) == nil)
        #expect(ScoreEdges(fifths: [.min, 0, 0, .max])?.score(.max) == 5)
    }

    /// The same as the rule's own words, 5·v ≥ edge, over all small numbers.
    @Test func edgesAgreeWithTheRule() throws {
        for edge in Int64(-12)...12 {
            let edges = try #require(ScoreEdges(fifths: [edge, edge, edge, edge]))
            for value in Int64(-4)...4 { #expect(edges.score(value) == (5 * value >= edge ? 5 : 1)) }
        }
    }

    @Test func anOrderScoresItsCustomer() throws {
        var story = Story(.make())
        try story.at(0, .paid("o1", 1_999), id: "a")
        #expect(story.rfm == 512)
        try story.at(day, .paid("o2", 1), id: "b")
        #expect(story.rfm == 523)
        let events = story.tags.filter { $0.ruleID == "T01" }
        #expect(events.map(\.evidenceEventIds) == [["a"], ["b"]])
        #expect(events.map(\.calibrationVersion) == [7, 7])
        #expect(events.map { $0.scoreChanged.hasPreviousValue } == [false, true])
        #expect(events.last?.scoreChanged.previousValue == 512)
        #expect(
            events.last?.scoreChanged.figures == [
                "recency_days": 0, "frequency": 2, "monetary_minor": 2_000, "r": 5, "f": 2, "m": 3,
            ])
    }

    /// R falls at exactly 10, 20, 30 and 40 days, by timers alone.
    @Test func recencyByTimer() throws {
        var story = Story(.make())
        try story.at(0, .paid("o1", 100))
        story.pass(to: 100 * day)
        #expect(
            story.changes("rfm") == [
                "0 511", "\(10 * day) 411", "\(20 * day) 311", "\(30 * day) 211", "\(40 * day) 111",
            ])
    }

    /// The frequency window is (at − 20 d, at]: an order leaves it at exactly 20 days, by a timer of its own.
    @Test func frequencyWindow() throws {
        var story = Story(.make(recency: [500, 501, 502, 503], window: 20))
        try story.at(0, .paid("o1", 1))
        try story.at(1, .paid("o2", 1))
        story.pass(to: 20 * day - 1)
        #expect(story.rfm == 521)
        #expect(story.dueTime == 20 * day)
        story.pass(to: 20 * day)
        #expect(story.changes("rfm") == ["0 511", "1 521", "\(20 * day) 511"])
    }

    /// An order that cost nothing is an order; one refunded in full is none.
    @Test func whatFrequencyCounts() throws {
        var story = Story(.make(frequency: [1, 2, 3, 4]))
        try story.at(0, .paid("o1", 0))
        #expect(story.rfm == 521)
        try story.at(1, .paid("o2", 10))
        #expect(story.rfm == 531)
        try story.at(2, .refunded("o2", 10))
        #expect(story.rfm == 521)
    }

    @Test func refundsLowerFrequencyAndMoney() throws {
        var story = Story(.make())
        try story.at(0, .paid("o1", 2_000))
        try story.at(1, .paid("o2", 2_000))
        #expect(story.rfm == 525)
        try story.at(2, .refunded("o2", 1))
        #expect(story.rfm == 524)
        try story.at(3, .refunded("o2", 1_999))
        #expect(story.rfm == 513)
        try story.at(4, .refunded("o1", 2_000))
        // No order is left: the score stays, and time no longer moves it.
        #expect(story.rfm == 513)
        story.pass(to: 100 * day)
        #expect(story.rfm == 513)
    }

    /// The version with the greatest start that is not after `at`; a new one is taken at the next event or timer.
    @Test func versions() throws {
        var calibration = Calibration.make()
        calibration.versions.append(.version(8, from: Story.start + 5 * day, monetary: [1, 2, 3, 4]))
        var story = Story(calibration)
        try story.at(0, .paid("o1", 100))
        story.pass(to: 9 * day)
        #expect(story.changes("rfm") == ["0 511"])
        try story.at(5 * day - 1, .ticketEnded, firesTimers: false)
        #expect(story.rfm == 511)
        try story.at(5 * day, .ticketEnded, firesTimers: false)
        #expect(story.changes("rfm") == ["0 511", "\(5 * day) 515"])
        #expect(story.tags.last { $0.ruleID == "T01" }?.calibrationVersion == 8)
    }

    @Test func withoutCalibration() throws {
        var story = Story()
        try story.at(0, .paid("o1", 100))
        #expect(story.rfm == nil && story.tag("layer") == nil)
        story.calibration = .make()
        try story.at(1, .ticketEnded)
        #expect(story.rfm == 511)
    }

    @Test func badCalibrations() throws {
        let good = Calibration.make()
        try CalibrationCheck.check(good)
        func bad(_ change: (inout Calibration) -> Void) -> Bool {
            var calibration = good
            change(&calibration)
            do {
                try CalibrationCheck.check(calibration)
                return false
            } catch {
                return error.reason == .validation
            }
        }
        #expect(bad { $0.name = "" })
        #expect(bad { $0.versions[0].frequencyWindowDays = 0 })
        #expect(bad { $0.versions[0].frequencyWindowDays = 366 })
        #expect(!bad { $0.versions[0].frequencyWindowDays = 365 })
        #expect(bad { $0.versions[0].recencyEdgesFifths.removeLast() })
        #expect(bad { $0.versions[0].frequencyEdgesFifths = [1, 2, 4, 3] })
        #expect(!bad { $0.versions[0].monetaryEdgesFifths = [1, 1, 1, 1] })
        #expect(bad { $0.versions[0].intervalCount = -1 })
        #expect(bad { $0.versions[0].intervalSpanSumMs = -1 })
        #expect(bad { $0.versions.append(.version(7, from: 1)) })
        #expect(bad { $0.versions.append(.version(8, from: 0)) })
        #expect(!bad { $0.versions.append(.version(8, from: 1)) })
        #expect(
            !bad {
                $0.name = "other"; $0.versions[0].frequencyWindowDays = 0
            })
    }
}
