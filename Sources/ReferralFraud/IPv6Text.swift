/// Reads IPv6 as RFC 4291 §2.2 allows it and writes it as RFC 5952 §4 wants it.
enum IPv6Text {
    /// 16-bit groups of an address.
    static let groupCount = 8

    static func parse(_ bytes: ArraySlice<UInt8>) -> UInt128? {
        // Groups before `::`, and those after it.
        var head = Groups()
        var tail: Groups?
        var rest = bytes
        if rest.starts(with: [colon, colon]) {
            tail = Groups()
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: colon) ?? rest.endIndex
            let group = rest[rest.startIndex..<end]
            let isLast = end == rest.endIndex
            var groups = tail ?? head
            if isLast, group.contains(UInt8(ascii: ".")) {
                guard let address = IPv4Text.parse(group) else { return nil }
                groups.append(UInt16(truncatingIfNeeded: address >> 16))
                groups.append(UInt16(truncatingIfNeeded: address))
            } else {
                guard let value = parseGroup(group) else { return nil }
                groups.append(value)
            }
            if tail == nil { head = groups } else { tail = groups }
            guard head.count + (tail?.count ?? 0) <= groupCount else { return nil }
            if isLast { break }
            rest = rest[(end + 1)...]
            if rest.first == colon {
                guard tail == nil else { return nil }
                tail = Groups()
                rest = rest.dropFirst()
            } else {
                // A single colon at the end leaves a group open.
                guard !rest.isEmpty else { return nil }
            }
        }
        guard let tail else { return head.count == groupCount ? head.bits : nil }
        // `::` stands for one group at least.
        guard head.count + tail.count < groupCount else { return nil }
        return head.bits << (16 * (groupCount - head.count)) | tail.bits
    }

    static func groups(_ bits: UInt128) -> [UInt16] {
        (0..<groupCount).map { UInt16(truncatingIfNeeded: bits >> (16 * (groupCount - 1 - $0))) }
    }

    static func spell(_ bits: UInt128) -> String {
        let groups = groups(bits)
        let zeros = longestZeros(groups)
        // RFC 5952 §4.2.2: a single group of zeros is not shortened.
        guard zeros.count > 1 else { return groups.map(spell).joined(separator: ":") }
        return groups[..<zeros.lowerBound].map(spell).joined(separator: ":") + "::"
            + groups[zeros.upperBound...].map(spell).joined(separator: ":")
    }

    static func spell(_ group: UInt16) -> String { String(group, radix: 16) }

    private static let colon = UInt8(ascii: ":")

    private struct Groups {
        var bits: UInt128 = 0
        var count = 0

        mutating func append(_ group: UInt16) {
            bits = bits << 16 | UInt128(group)
            count += 1
        }
    }

    private static func parseGroup(_ bytes: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(bytes.count) else { return nil }
        var value: UInt16 = 0
        for byte in bytes {
            guard let digit = hexDigit(byte) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The first of the longest runs of zero groups (RFC 5952 §4.2.3).
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}
