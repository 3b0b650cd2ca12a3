import ReferralFraud
import Testing

@Suite("R04: addresses and blocks of addresses")
struct IPAddressTests {
    @Test(
        "An address reads as one text, whatever its spelling",
        arguments: [
            ("0.0.0.0", "0.0.0.0"),
            ("255.255.255.255", "255.255.255.255"),
            ("198.51.100.7", "198.51.100.7"),
            ("::", "::"),
            ("::1", "::1"),
            ("1::", "1::"),
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("::FFFF:c633:6407", "198.51.100.7"),
            ("0:0:0:0:0:ffff:198.51.100.7", "198.51.100.7"),
            ("::fffe:198.51.100.7", "::fffe:c633:6407"),
        ])
    func reads(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
        #expect(IPAddress(text) == IPAddress(canonical))
    }

    @Test(
        "What is no address is none",
        arguments: [
            "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.256", "01.2.3.4",
            "1.2.3.00",
            "1.2.3.04", "+1.2.3.4", "1.2.3.4 ", "1.2.3.4/32", "a.b.c.d", "1.2.3.-4", "999999999999.1.1.1", "localhost",
            ":", ":::", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "1::2::3",
            "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "12345::", "g::", "fe80::1%eth0", "::1.2.3", "1.2.3.4::",
            "::1.2.3.4:5",
            "1:2:3:4:5:6:7:1.2.3.4", "::ffff:01.2.3.4", "1:::2", "[::1]", "::1 ",
            "0000:0000:0000:0000:0000:0000:255.255.255.2555",
        ])
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "A block is the neighbourhood of one customer",
        arguments: [
            ("198.51.100.7", "198.51.100.0/24"),
            ("198.51.100.255", "198.51.100.0/24"),
            ("198.51.101.0", "198.51.101.0/24"),
            ("::ffff:198.51.100.7", "198.51.100.0/24"),
            ("2001:db8::1", "2001:db8:0:0::/64"),
            ("2001:DB8:0:0:ffff:ffff:ffff:ffff", "2001:db8:0:0::/64"),
            ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
            ("::1", "0:0:0:0::/64"),
        ])
    func blocks(text: String, block: String) {
        #expect(IPAddress(text)?.blockDescription == block)
    }

    @Test("Every address reads back from what it is written as")
    func roundTrip() {
        var random = SeededRandom(4)
        for _ in 0..<2_000 {
            // Groups of zeros are frequent, so that `::` is at every place.
            let groups = (0..<8).map { _ in random.chance(50) ? 0 : UInt16.random(in: 0...0xFFFF, using: &random) }
            let plain = groups.map { String($0, radix: 16, uppercase: random.chance(50)) }.joined(separator: ":")
            guard let address = IPAddress(plain) else {
                Issue.record("\(plain) is refused")
                continue
            }
            #expect(IPAddress(address.description) == address)
            if address.family == .v6 { #expect(Self.expand(address.description) == groups) }
        }
    }

    /// Another reading of `::`: by counting what is missing.
    private static func expand(_ text: String) -> [UInt16] {
        guard let gap = text.firstRange(of: "::") else {
            return text.split(separator: ":").map { UInt16($0, radix: 16) ?? 1 }
        }
        let head = text[..<gap.lowerBound].split(separator: ":").map { UInt16($0, radix: 16) ?? 1 }
        let tail = text[gap.upperBound...].split(separator: ":").map { UInt16($0, radix: 16) ?? 1 }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }
}

@Suite("R04: blocks of carriers")
struct CIDRBlockTests {
    @Test(
        "A block holds its first and last address and neither neighbour",
        arguments: [
            ("203.0.112.0/22", "203.0.112.0", "203.0.115.255", "203.0.111.255", "203.0.116.0"),
            ("203.0.113.128/25", "203.0.113.128", "203.0.113.255", "203.0.113.127", "203.0.114.0"),
            ("203.0.113.9/32", "203.0.113.9", "203.0.113.9", "203.0.113.8", "203.0.113.10"),
            ("128.0.0.0/1", "128.0.0.0", "255.255.255.255", "127.255.255.255", "0.0.0.0"),
            ("::ffff:203.0.113.0/120", "203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"),
            (
                "2001:db8::/33", "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff",
                "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8:8000::"
            ),
            ("2001:db8::5/128", "2001:db8::5", "2001:db8::5", "2001:db8::4", "2001:db8::6"),
        ])
    func holds(block: String, first: String, last: String, before: String, after: String) throws {
        let block = try #require(CIDRBlock(block))
        for (text, isInside) in [(first, true), (last, true), (before, false), (after, false)] {
            let address = try #require(IPAddress(text))
            #expect(block.contains(address) == isInside, "\(text)")
        }
    }

    @Test("The block of all addresses of a family holds none of the other")
    func families() throws {
        let v4 = try #require(IPAddress("198.51.100.7"))
        let v6 = try #require(IPAddress("2001:db8::1"))
        let allV4 = try #require(CIDRBlock("0.0.0.0/0"))
        let allV6 = try #require(CIDRBlock("::/0"))
        #expect(allV4.contains(v4) && !allV4.contains(v6))
        #expect(allV6.contains(v6) && !allV6.contains(v4))
    }

    @Test(
        "What is no block is none",
        arguments: [
            "", "/", "/8", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "10.0.0.1/8", "203.0.113.1/24", "10.0.0.0/ 8", "x/8", "::/129", "2001:db8::1/64", "::/1280",
            "::ffff:0.0.0.0/95",
        ])
    func refuses(text: String) {
        #expect(CIDRBlock(text) == nil)
    }

    @Test("A block is written as it is compared")
    func writes() {
        #expect(CIDRBlock("::ffff:203.0.113.0/120")?.description == "203.0.113.0/24")
        #expect(CIDRBlock("2001:DB8:0::/48")?.description == "2001:db8::/48")
    }
}
