/// FNV-1a, 64 bit: small, and the same everywhere, which is all that is asked of it here.
/// Source: Fowler, Noll, Vo; offset basis and prime as published.
public struct FNV1a: Sendable {
    public private(set) var value: UInt64 = 14_695_981_039_346_656_037

    public init() {}

    public mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 1_099_511_628_211
    }

    public mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { combine(byte) }
    }

    public static func hash(_ text: String) -> UInt64 {
        var hash = FNV1a()
        hash.combine(text.utf8)
        return hash.value
    }

    /// Writes a hash as sixteen hexadecimal digits, lower case.
    public static func digits(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
