import ProtobufCodec
import Schemas
import Testing

@testable import ShopGenerator

@Suite("The demonstration shop")
struct ShopGeneratorTests {
    private static let purchases: [Purchase] = (0..<3_000).map { number in
        Purchase(
            customer: String(number % 1_200), day: 9_862 + Int64(number / 40), items: 1,
            cents: 500 + Int64(number % 90) * 37)
    }

    @Test("the same seed gives the same shop, another seed another one")
    func seeded() throws {
        func bytes(_ seed: UInt64) throws -> [[UInt8]] {
            try ShopGenerator(seed: seed).history(of: Self.purchases).records.map { record in
                switch record.content {
                case .customer(let event): try event.serializedBytes()
                case .claim(let claim): try claim.serializedBytes()
                case .broken(_, let value): value ?? []
                }
            }
        }
        let first = try bytes(1)
        #expect(try bytes(1) == first)
        #expect(try bytes(2) != first)
    }

    @Test("every purchase is one paid order, ids are unique, records come by time")
    func whole() {
        let history = ShopGenerator(seed: 3).history(of: Self.purchases)
        var orders = 0
        var ids: Set<String> = []
        for record in history.records {
            guard case .customer(let event) = record.content else { continue }
            #expect(ids.insert(event.eventID).inserted, "\(event.eventID)")
            if case .orderPaid = event.kind { orders += 1 }
        }
        #expect(orders == Self.purchases.count)
        #expect(zip(history.records, history.records.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(Set(history.planted.values) == Set(PlantedKind.allCases), "each kind of abuse is planted")
    }

    @Test(
        "lines that are no purchases are refused with their number",
        arguments: [
            ("h\n1,19970101,1\n", 2), ("h\n1,19970101,1,2.00\nx,1997,1,2\n", 3), ("h\n1,19970101,1,2.345\n", 2),
            ("h\n1,19971301,1,2\n", 2), ("h\n1,19970101,1,-2\n", 2),
        ])
    func badFiles(text: String, line: Int) {
        do {
            _ = try PurchaseFile.parse(text)
            Issue.record("accepted")
        } catch { #expect(error.line == line) }
    }

    @Test(
        "days since the epoch",
        arguments: [(Int64(19_700_101), Int64(0)), (19_970_101, 9_862), (20_000_229, 11_016), (19_691_231, -1)])
    func days(date: Int64, expected: Int64) {
        #expect(PurchaseFile.day(date) == expected)
    }
}
