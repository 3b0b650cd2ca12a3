/// An internet address as its bytes: 4 or 16. Sources: RFC 4291 (reading), RFC 5952 (writing).
struct ModelAddress: Hashable {
    var bytes: [UInt8]

    init?(_ text: String) {
        if let four = Self.four(text) {
            bytes = four
            return
        }
        guard let groups = Self.groups(text) else { return nil }
        bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255] { bytes = Array(bytes.suffix(4)) }
    }

    /// Four decimal numbers without leading zeros.
    private static func four(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard let number = UInt8(part), String(number) == part else { return nil }
            bytes.append(number)
        }
        return bytes
    }

    /// Eight groups of IPv6.
    private static func groups(_ text: String) -> [Int]? {
        var text = text
        // A tail of four decimal numbers is two groups.
        if text.contains("."), let colon = text.lastIndex(of: ":") {
            guard let tail = four(String(text[text.index(after: colon)...])) else { return nil }
            let high = String(Int(tail[0]) << 8 | Int(tail[1]), radix: 16)
            let low = String(Int(tail[2]) << 8 | Int(tail[3]), radix: 16)
            text = "\(text[...colon])\(high):\(low)"
        }
        guard let gap = text.firstRange(of: "::") else {
            let all = list(text)
            return all?.count == 8 ? all : nil
        }
        let left = String(text[..<gap.lowerBound])
        let right = String(text[gap.upperBound...])
        guard let head = left.isEmpty ? [] : list(left), let tail = right.isEmpty ? [] : list(right) else { return nil }
        guard head.count + tail.count < 8 else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func list(_ text: String) -> [Int]? {
        var groups: [Int] = []
        for part in text.split(separator: ":", omittingEmptySubsequences: false) {
            let isHex = part.allSatisfy { $0.isASCII && $0.isHexDigit }
            guard (1...4).contains(part.count), isHex, let group = Int(part, radix: 16) else { return nil }
            groups.append(group)
        }
        return groups
    }

    private var groups: [Int] { (0..<8).map { Int(bytes[2 * $0]) << 8 | Int(bytes[2 * $0 + 1]) } }

    /// As RFC 5952 writes it: the longest run of two or more zero groups, the first of equal ones, is `::`.
    var text: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = groups
        var best = 0..<0
        for start in 0..<8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > best.count { best = start..<end }
        }
        func hex(_ part: some Sequence<Int>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return hex(groups) }
        return hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
    }

    /// The address block that entities are kept by.
    var block: String {
        if bytes.count == 4 { return "\(bytes[0]).\(bytes[1]).\(bytes[2]).0/24" }
        return groups.prefix(4).map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }

    /// Whether a CIDR block such as `100.64.0.0/10` holds the address.
    func isIn(_ cidr: String) -> Bool {
        let parts = cidr.split(separator: "/")
        guard parts.count == 2, let base = ModelAddress(String(parts[0])), let length = Int(parts[1]) else {
            return false
        }
        guard base.bytes.count == bytes.count, length <= 8 * bytes.count else { return false }
        return (0..<length).allSatisfy { bit in
            let mask = UInt8(128) >> UInt8(bit % 8)
            return bytes[bit / 8] & mask == base.bytes[bit / 8] & mask
        }
    }
}
