import ProtobufCodec
import Schemas
import Testing

@Suite("Topics and stages")
struct DeclarationTests {
    @Test("names are unique and every stage's topics are declared")
    func unique() {
        let names = Topics.all.map(\.name)
        #expect(Set(names).count == names.count)
        let groups = Stages.all.map(\.group)
        #expect(Set(groups).count == groups.count)
        for stage in Stages.all {
            for topic in stage.inputs + stage.outputs + stage.globalTables {
                #expect(Topics.all.contains(topic), "\(stage.group): \(topic.name)")
            }
            let ids = stage.tables.map(\.id)
            #expect(Set(ids).count == ids.count && ids.allSatisfy { $0 >= 1 && $0 <= 239 })
            #expect(stage.inputs.allSatisfy { $0.partitioning == .fleet }, "inputs are co-partitioned")
            #expect(stage.globalTables.allSatisfy { $0.partitioning == .single && $0.retention == .compacted })
        }
    }

    @Test("the stages form no loop but that of the receipts, which come from the world outside")
    func acyclic() {
        var feeds: [String: Set<String>] = [:]
        for stage in Stages.all {
            for next in Stages.all {
                let shared = Set(stage.outputs.map(\.name)).intersection(next.inputs.map(\.name))
                    .subtracting([Topics.notificationReceipts.name])
                if !shared.isEmpty { feeds[stage.group, default: []].insert(next.group) }
            }
        }
        func reaches(_ from: String, _ goal: String, _ depth: Int) -> Bool {
            guard depth > 0 else { return false }
            return (feeds[from] ?? []).contains { $0 == goal || reaches($0, goal, depth - 1) }
        }
        for stage in Stages.all { #expect(!reaches(stage.group, stage.group, Stages.all.count), "\(stage.group)") }
    }

    @Test(
        "wrong topics are named with the command that mends them",
        arguments: [
            ([String: Int32](), "topic tags.v1 is missing; create it: growthctl topics apply --execute"),
            (
                ["tags.v1": 3],
                "topic tags.v1 has 3 partitions, 12 are declared; see growthctl topics check, and give every process the same --partitions"
            ),
        ])
    func check(broker: [String: Int32], expected: String) {
        let problems = TopicCheck.problems(
            [Topics.tags.declaration, Topics.tags.declaration], partitionCounts: broker, fleet: 12)
        #expect(problems == [expected])
        #expect(TopicCheck.problems([Topics.tags.declaration], partitionCounts: ["tags.v1": 12], fleet: 12) == [])
    }
}

@Suite("Money, time and ids")
struct ValueTests {
    @Test(
        "a share is the floor, exact for all 64 bits",
        arguments: [
            (Int64(0), UInt32(9_999), Int64?(0)), (1, 9_999, 0), (1, 10_000, 1), (10_001, 1, 1), (9_999, 1, 0),
            (.max, 10_000, .max), (.max, 5_000, Int64.max / 2), (.max, 20_000, nil), (-1, 10, nil),
        ])
    func share(amount: Int64, points: UInt32, expected: Int64?) {
        #expect((try? Money.share(of: amount, basisPoints: points)) == expected)
    }

    @Test("parts sum to the whole, and no part is off by more than one", arguments: 0..<200)
    func split(seed: Int64) throws {
        let amount = seed * seed * 7_919 % 100_003
        let cut = UInt32(seed * 31 % 10_001)
        let parts = try Money(minorUnits: amount, currency: "USD").split(basisPoints: [cut, 10_000 - cut])
        #expect(parts.reduce(0) { $0 + $1.minorUnits } == amount)
        #expect(abs(parts[0].minorUnits - amount * Int64(cut) / 10_000) <= 1)
    }

    @Test("overflow and a second currency are refused")
    func arithmetic() {
        let most = Money(minorUnits: .max, currency: "USD")
        let one = Money(minorUnits: 1, currency: "USD")
        #expect(throws: MoneyError.overflow) { try most.adding(one) }
        #expect(throws: MoneyError.currencies("USD", "CNY")) { try one.adding(Money(minorUnits: 1, currency: "CNY")) }
        #expect((try? one.subtracting(one))?.minorUnits == 0)
    }

    @Test(
        "times convert both ways, before the epoch too",
        arguments: [Int64(0), 1, -1, 999, -999, -1_000, 1_700_000_000_123, -62_135_596_800_000])
    func times(milliseconds: Int64) {
        #expect(Google_Protobuf_Timestamp(milliseconds: milliseconds).milliseconds == milliseconds)
    }

    @Test(
        "ids are 1 to 128 bytes without control characters",
        arguments: [
            ("a", true), ("", false), (String(repeating: "x", count: 128), true),
            (String(repeating: "x", count: 129), false), ("a\u{7F}", false), ("a\n", false), ("客户", true),
        ])
    func identifiers(id: String, isGood: Bool) {
        #expect(((try? Validation.identifier(id, "id")) != nil) == isGood)
    }

    @Test(
        "FNV-1a as published",
        arguments: [
            ("", 0xCBF2_9CE4_8422_2325 as UInt64), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
        ])
    func hash(text: String, expected: UInt64) {
        #expect(FNV1a.hash(text) == expected)
    }
}
