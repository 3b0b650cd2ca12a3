import Kafka
import ProtobufCodec
import Schemas
import StageTestKit
import Testing
import WorkerRuntime

@Suite("One task, without a broker")
struct StreamTaskTests {
    static let start: Int64 = 1_000_000_000_000

    private func ids(_ commit: StageHarness.Commit) throws -> [String] {
        try commit.messages(Topics.tags).map { "\($0.customerID) \($0.tagEventID)" }
    }

    @Test("timers fire before the record that passes them, in due order, exactly at the boundary")
    func timers() throws {
        let harness = try StageHarness(CountingStage.self)
        let t = Self.start
        let hour = Milliseconds.hour
        _ = try harness.feed([
            harness.record(CustomerEvent.order("1", "b"), Topics.customerEvents, at: t),
            harness.record(CustomerEvent.order("2", "a"), Topics.customerEvents, at: t + 5),
        ])
        // At exactly one hour the timer wins.
        let commit = try harness.feed([
            harness.record(CustomerEvent.order("3", "c"), Topics.customerEvents, at: t + hour)
        ])
        #expect(try ids(commit) == ["b timer/1@\(t + hour)", "c order/1@\(t + hour)"])
        let early = try harness.tick(t + hour + 4)
        #expect(try ids(early) == [])
        let late = try harness.tick(t + 2 * hour)
        #expect(try ids(late) == ["a timer/1@\(t + hour + 5)", "c timer/1@\(t + 2 * hour)"])
        let rest = try harness.tick(t + 9 * hour)
        #expect(try ids(rest) == [], "each fires once")
    }

    @Test("a refused record leaves a dead letter and nothing else")
    func rejection() throws {
        let harness = try StageHarness(CountingStage.self)
        let commit = try harness.feed([
            harness.record(CustomerEvent.order("1", "a"), Topics.customerEvents, at: Self.start),
            harness.record(CustomerEvent.order("refuse", "a"), Topics.customerEvents, at: Self.start + 1),
            harness.record(CustomerEvent.order("2", "a"), Topics.customerEvents, at: Self.start + 2),
        ])
        #expect(try ids(commit) == ["a order/1@\(Self.start)", "a order/2@\(Self.start + 2)"])
        #expect(try harness.entry(Tables.profiles, "a")?.orderCount == 2)
        let letters = commit.outputs.filter { $0.topic.name == "tagging.profiles.dlq" }
        #expect(letters.count == 1)
        let headers = Dictionary(uniqueKeysWithValues: letters[0].headers.map { ($0.name, $0.text ?? "") })
        #expect(headers["growth-reason"] == "business-reject")
        #expect(headers["growth-origin-offset"] == "1")
        #expect(headers["growth-error-message"] == "asked to")
        #expect(commit.execution.deadLetters == 1)
    }

    @Test(
        "bad bytes are dead letters with their reason, and the next record is served",
        arguments: [
            (nil, [RecordHeader](), "validation"),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0x01] as [UInt8]?, [], "decode"),
            ([], [RecordHeader(name: "ce_type", text: "growth.customer.v9.CustomerEvent")], "schema"),
            (Array("{\"nope\":1}".utf8), [RecordHeader(name: "content-type", text: "application/json")], "decode"),
            ([], [], "validation"),
        ])
    func badRecords(value: [UInt8]?, headers: [RecordHeader], reason: String) throws {
        let harness = try StageHarness(CountingStage.self)
        let bad = harness.raw("customer.events.v1", key: [1], value: value, headers: headers, at: Self.start)
        let commit = try harness.feed([
            bad, harness.record(CustomerEvent.order("1", "a"), Topics.customerEvents, at: Self.start + 1),
        ])
        let letter = try #require(commit.outputs.first { $0.topic.name == "tagging.profiles.dlq" })
        #expect(letter.headers.last { $0.name == "growth-reason" }?.text == reason)
        #expect(letter.key == bad.key)
        #expect(letter.value == value)
        #expect(try ids(commit) == ["a order/1@\(Self.start + 1)"])
    }

    @Test("JSON with its content type is read like Protobuf")
    func json() throws {
        let harness = try StageHarness(CountingStage.self)
        let text = try CustomerEvent.order("1", "a").jsonString()
        let commit = try harness.feed([
            harness.raw(
                "customer.events.v1", key: nil, value: Array(text.utf8),
                headers: [RecordHeader(name: "content-type", text: "application/json")], at: Self.start)
        ])
        #expect(try ids(commit) == ["a order/1@\(Self.start)"])
    }

    @Test("an impossible timestamp does not move the clock")
    func impossibleTime() throws {
        let harness = try StageHarness(CountingStage.self)
        _ = try harness.feed([harness.record(CustomerEvent.order("1", "a"), Topics.customerEvents, at: Self.start)])
        let commit = try harness.feed([
            harness.record(CustomerEvent.order("2", "b"), Topics.customerEvents, at: 9_000_000_000_000_000)
        ])
        #expect(try ids(commit) == ["b order/1@\(Self.start)"], "no timer of a fires")
    }

    @Test("abort, crash and a restore from the changelog leave what was committed, and the same again after it")
    func interruptions() throws {
        var digests: Set<UInt64> = []
        var outputs: Set<[String]> = []
        for interruption in ["none", "abort", "crash", "restore"] {
            let harness = try StageHarness(CountingStage.self)
            func records(_ range: Range<Int>) throws -> [OwnedRecord] {
                try range.map {
                    try harness.record(
                        CustomerEvent.order("\($0)", "c\($0 % 7)"), Topics.customerEvents,
                        at: Self.start + Int64($0) * 400_000)
                }
            }
            var published = try ids(harness.feed(records(0..<20)))
            let second = try records(20..<40)
            switch interruption {
            case "abort":
                try harness.step(Array(second.prefix(11)))
                harness.abort()
            case "crash":
                try harness.step(Array(second.prefix(11)))
                try harness.crash()
            case "restore": try harness.restoreFromChangelog()
            default: break
            }
            published += try ids(harness.feed(second))
            outputs.insert(published)
            digests.insert(try harness.contentDigest())
        }
        #expect(outputs.count == 1)
        #expect(digests.count == 1)
    }

    @Test("how records are cut into steps and transactions changes nothing", arguments: 0..<20)
    func cuts(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        var whole: [String]?
        for _ in 0..<3 {
            let harness = try StageHarness(CountingStage.self)
            var records: [OwnedRecord] = []
            var published: [String] = []
            for number in 0..<60 {
                records.append(
                    try harness.record(
                        CustomerEvent.order("\(number)", "c\(number * number % 11)"), Topics.customerEvents,
                        at: Self.start + Int64(number) * 700_000 + Int64(number % 3) * 900_000))
                if random.next() % 5 == 0 {
                    try harness.step(records)
                    records = []
                }
                if random.next() % 7 == 0 { published += try ids(harness.commit()) }
            }
            published += try ids(harness.feed(records))
            if let whole { #expect(published == whole) }
            whole = published
        }
    }

    @Test("the execution record tells what was taken and published")
    func execution() throws {
        let harness = try StageHarness(CountingStage.self)
        try harness.step([harness.record(CustomerEvent.order("1", "a"), Topics.customerEvents, at: Self.start)])
        try harness.step([
            harness.record(CustomerEvent.order("2", "a"), Topics.customerEvents, at: Self.start + 1),
            harness.record(CustomerEvent.order("3", "b"), Topics.customerEvents, at: Self.start + 2),
        ])
        let record = try harness.commit().execution
        #expect(record.transactionNumber == 1)
        #expect(record.steps.map { $0.inputs.map(\.fromOffset) } == [[0], [1]])
        #expect(record.steps.map { $0.inputs.map(\.toOffset) } == [[1], [3]])
        #expect(record.steps.map { $0.inputs.map(\.records) } == [[1], [2]])
        #expect(record.outputs.map(\.topic) == ["tags.v1"])
        #expect(record.outputs.map(\.records) == [3])
    }

    @Test("wall clock: timers fire with no event arriving, judged at the wall clock")
    func wall() throws {
        let harness = try StageHarness(CountingStage.self, clock: .wall)
        let now = Self.start + 50
        let first = try harness.feed(
            [harness.record(CustomerEvent.order("1", "a"), Topics.customerEvents, at: Self.start)], now: now)
        #expect(try ids(first) == ["a order/1@\(now)"])
        let later = now + Milliseconds.hour
        let early = try harness.feed([], now: later - 1)
        #expect(try ids(early) == [])
        let due = try harness.feed([], now: later + 7)
        #expect(try ids(due) == ["a timer/1@\(later + 7)"])
    }
}

/// SplitMix64 for tests.
struct TestRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &+ 0x1234_5678 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
