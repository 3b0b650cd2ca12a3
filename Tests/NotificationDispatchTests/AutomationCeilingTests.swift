import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// The automated share of an audience's touches (N01, N02).
@Suite struct AutomationCeilingTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let automated: Int64
        let human: Int64
        let layer: String
        /// The rule of the hand-off; nil for a send.
        let ruleID: String?
        let alerts: Bool
        var testDescription: String { "\(automated) automated, \(human) human, \(layer)" }
    }

    static let rows: [Row] = [
        // The next one would be the 1st, 65 of 100, 66 of 101, 66 of 100.
        Row(automated: 0, human: 0, layer: "", ruleID: "N02", alerts: true),
        Row(automated: 64, human: 35, layer: "", ruleID: nil, alerts: true),
        Row(automated: 65, human: 35, layer: "", ruleID: "N02", alerts: true),
        Row(automated: 65, human: 34, layer: "", ruleID: "N02", alerts: true),
        // 58 of 100, 57 of 100: the soft limit matters to seed only.
        Row(automated: 57, human: 42, layer: "seed", ruleID: "N01", alerts: true),
        Row(automated: 57, human: 42, layer: "active", ruleID: nil, alerts: true),
        Row(automated: 56, human: 43, layer: "seed", ruleID: nil, alerts: false),
        Row(automated: 65, human: 34, layer: "seed", ruleID: "N02", alerts: true),
        Row(automated: 0, human: 1, layer: "seed", ruleID: nil, alerts: false),
    ]

    @Test(arguments: rows) func limit(_ row: Row) throws {
        let audience = row.layer.isEmpty ? "none" : row.layer
        var book = MemoryBook.ready { $0.layer = row.layer }
        book.shares[audience] = touches(automated: row.automated, human: row.human, at: noon)
        try book.take(promotion())
        let outcome = try #require(book.outcomes.first)
        #expect(outcome.state == (row.ruleID == nil ? .sending : .handedOff))
        #expect(outcome.ruleID == row.ruleID ?? "")
        let today = try #require(book.shares[audience]?.days.last)
        #expect(today.automated == row.automated + (row.ruleID == nil ? 1 : 0))
        #expect(today.human == row.human + (row.ruleID == nil ? 0 : 1))
        #expect(book.alerts.map(\.cause) == (row.alerts ? ["ceiling:\(audience)"] : []))
        if let ruleID = row.ruleID {
            let limit: Int64 = ruleID == "N01" ? 58 : 65
            #expect(outcome.figures == ["automated": row.automated, "human": row.human, "limit": limit])
            let task = try #require(book.tasks.first)
            #expect(task.kind == "ceiling_handoff")
            #expect(task.taskID == "task/r1")
        }
    }

    @Test func theAlertComesOnceUntilTheShareFell() throws {
        var book = MemoryBook.ready()
        func ask(_ id: String, automated: Int64, human: Int64) throws {
            let softAlerted = book.shares["none"]?.softAlerted ?? false
            book.shares["none"] = touches(automated: automated, human: human, at: noon)
            book.shares["none"]?.softAlerted = softAlerted
            book.recipients["c1"]?.sent = []
            try book.take(promotion(id))
        }
        try ask("r1", automated: 57, human: 42)
        try ask("r2", automated: 60, human: 40)
        try ask("r3", automated: 56, human: 43)
        try ask("r4", automated: 57, human: 42)
        #expect(book.alerts.map(\.alertID) == ["ceiling:none/r1", "ceiling:none/r4"])
        #expect(book.alerts.first?.figures == ["automated": 57, "human": 42, "limit": 58])
    }

    /// Thirty days count, today included: the touches of the day 30 days ago do not.
    @Test func theWindowIsThirtyDays() throws {
        for (age, reason) in [(29, "sending"), (30, "ceiling_handoff")] as [(Int64, String)] {
            var book = MemoryBook.ready()
            book.shares["none"] = touches(automated: 0, human: 100, at: noon - age * day)
            try book.take(promotion())
            #expect(book.reasons == [reason])
            #expect(book.shares["none"]?.days.count == (age == 29 ? 2 : 1))
        }
    }

    /// A request that comes late counts for the newest day known, so that no earlier send is wrong afterwards.
    @Test func aLateTouchCountsForTheNewestDay() throws {
        var book = MemoryBook.ready()
        book.shares["none"] = touches(automated: 0, human: 10, at: noon + 5 * day)
        try book.take(promotion())
        #expect(book.shares["none"] == touches(automated: 1, human: 10, at: noon + 5 * day))
    }

    @Test func touchesOfVIPsAreHumanForPromotionsOnly() throws {
        var book = MemoryBook.ready {
            $0.tier = "platinum"; $0.layer = "seed"
        }
        try book.take(promotion("r1"))
        try book.take(transaction("r2"))
        #expect(book.reasons == ["vip_handoff", "vip_handoff"])
        #expect(book.shares["seed"] == touches(automated: 0, human: 101, at: noon))
        let task = try #require(book.tasks.first)
        #expect(task.kind == "vip_handoff")
        #expect(task.owner == "desk-\(FNV1a.hash("c1") % 4)")
        #expect(task.createdAt.milliseconds == noon)
        #expect(task.dueAt.milliseconds == noon + day)
        #expect(task.request == promotion("r1"))
    }

    @Test func transactionalMessagesAreExempt() throws {
        var book = MemoryBook.ready()
        book.shares["none"] = touches(automated: 100, human: 0, at: noon)
        try book.take(transaction())
        #expect(book.reasons == ["sending"])
        #expect(book.shares["none"] == touches(automated: 100, human: 0, at: noon))
    }
}
