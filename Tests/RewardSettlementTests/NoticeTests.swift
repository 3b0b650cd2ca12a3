import ProtobufCodec
import RewardSettlement
import Schemas
import Testing

/// What customers are told of their rewards (S01).
@Suite struct NoticeTests {
    private func notice(
        _ verb: String, _ amount: Int64 = 1_250, unit: RewardUnit = .cash, currency: String = "USD", id: String = "t",
        notify: Bool = true
    ) throws -> NotificationRequest? {
        var book = MemoryAccountBook()
        let table = AccountTable(unit)
        if verb == "post" || verb == "void" {
            _ = try Accounts().decide(table.transfer("pending", id, amount, at: start), at: start, &book)
        }
        var transfer = table.transfer(verb, id, amount, at: start)
        transfer.notify = notify
        transfer.currency = currency
        let outcome = try Accounts().decide(transfer, at: start + 5, &book)
        #expect(outcome.notifications.count <= 1)
        return outcome.notifications.first
    }

    @Test func tellsOfAPost() throws {
        let request = try #require(try notice("post"))
        let expected = NotificationRequest.with {
            $0.requestID = "reward/t"
            $0.customerID = "f"
            $0.templateID = "reward_posted"
            $0.messageClass = .transactional
            $0.campaignID = "spring"
            $0.variables = ["reward": "12.50 USD", "claim": "c1"]
            $0.priority = 7
            $0.requestedAt = Google_Protobuf_Timestamp(milliseconds: start + 5)
            $0.expiresAt = Google_Protobuf_Timestamp(milliseconds: start + 5 + day)
            $0.cause = Cause.with {
                $0.kind = "reward"
                $0.id = "c1"
                $0.sinceMs = start + 5
            }
            $0.ruleID = "S01"
        }
        #expect(request == expected)
    }

    @Test func tellsOfAClawBack() throws {
        let request = try #require(try notice("clawback"))
        #expect(request.requestID == "clawback/t")
        #expect(request.templateID == "reward_clawed_back")
    }

    @Test(arguments: ["pending", "void", "spend", "give"]) func isSilentOtherwise(verb: String) throws {
        #expect(try notice(verb, unit: .points) == nil)
    }

    @Test func isSilentWhereItIsNotAsked() throws {
        #expect(try notice("post", notify: false) == nil)
        #expect(try notice("clawback", notify: false) == nil)
    }

    @Test(
        arguments: [
            (1_250, .cash, "USD", "12.50 USD"), (5, .cash, "CNY", "0.05 CNY"), (100, .cash, "CNY", "1.00 CNY"),
            (1_250, .cash, "JPY", "1250 JPY"), (1_250, .cash, "KWD", "1.250 KWD"), (7, .cash, "KWD", "0.007 KWD"),
            (1_000_000_000_000, .cash, "EUR", "10000000000.00 EUR"), (1, .coupon, "", "1 coupon"),
            (500, .points, "", "500 points"), (3, .quota, "", "3 quota"),
        ] as [(Int64, RewardUnit, String, String)])
    func writesAmounts(amount: Int64, unit: RewardUnit, currency: String, text: String) throws {
        #expect(try notice("post", amount, unit: unit, currency: currency)?.variables["reward"] == text)
    }

    /// A request's id has room for 128 bytes, a transfer's id may be longer.
    @Test func shortensLongIDs() throws {
        let fits = String(repeating: "x", count: 121)
        #expect(try notice("post", id: fits)?.requestID == "reward/\(fits)")
        let long = fits + "x"
        let id = try #require(try notice("post", id: long)?.requestID)
        #expect(id == "reward/#" + hex(FNV1a.hash(long)))
        #expect(throws: Never.self) { try Validation.identifier(id, "request_id") }
    }

    private func hex(_ value: UInt64) -> String {
        (0..<16).map { String((value >> (60 - 4 * UInt64($0))) & 15, radix: 16) }.joined()
    }
}
