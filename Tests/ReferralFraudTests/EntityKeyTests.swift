import ReferralFraud
import Schemas
import Testing

@Suite("R03 to R07: the entities of a claim")
struct EntityKeyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let keys: [String]
        let change: @Sendable (inout ReferralClaim) -> Void

        init(_ name: String, _ keys: [String], _ change: @escaping @Sendable (inout ReferralClaim) -> Void) {
            testDescription = name
            self.keys = keys
            self.change = change
        }
    }

    static let rows: [Row] = [
        Row(
            "all six, in the order in which they are asked",
            [
                "device:device-f1", "ip:198.51.100.7", "block:198.51.100.0/24", "payment:payment-f1", "referrer:r1",
                "referrer:f1",
            ]
        ) { _ in },
        Row(
            "an IPv6 address",
            [
                "device:device-f1", "ip:2001:db8::5", "block:2001:db8:0:0::/64", "payment:payment-f1", "referrer:r1",
                "referrer:f1",
            ]
        ) { $0.ipAddress = "2001:0DB8::5" },
        Row("only the persons", ["referrer:r1", "referrer:f1"]) {
            $0.deviceID = ""
            $0.ipAddress = ""
            $0.paymentFingerprint = ""
        },
        Row(
            "an address that is none",
            ["device:device-f1", "payment:payment-f1", "referrer:r1", "referrer:f1"]
        ) { $0.ipAddress = "198.51.100.007" },
        Row(
            "no circle of one",
            ["device:device-f1", "ip:198.51.100.7", "block:198.51.100.0/24", "payment:payment-f1", "referrer:f1"]
        ) { $0.referrerID = "f1" },
    ]

    @Test("A claim asks each entity it names", arguments: rows)
    func keys(row: Row) {
        let claim = Samples.claim("c1", row.change)
        #expect(EntityKey.all(of: claim).map(\.text) == row.keys)
        #expect(Set(row.keys).count == row.keys.count)
    }

    @Test("A kind of a newer build has no key")
    func unknownKinds() {
        #expect(EntityKey(.unspecified, of: Samples.claim()) == nil)
        #expect(EntityKey(.UNRECOGNIZED(9), of: Samples.claim()) == nil)
    }
}
