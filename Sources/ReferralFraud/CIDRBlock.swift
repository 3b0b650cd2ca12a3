/// A range of addresses such as `203.0.113.0/24` (RFC 4632), for the networks of carriers (R04).
public struct CIDRBlock: Hashable, Sendable, CustomStringConvertible {
    /// Its first address.
    public let network: IPAddress
    /// Leading bits that the addresses of the block share: 0 to 32 or 128.
    public let prefixLength: Int

    /// Reads `address/bits`; nil where the bits are out of range, or the address has bits set beyond them.
    ///
    /// A block of IPv4-mapped IPv6 addresses (`::ffff:203.0.113.0/120`) is the IPv4 block.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let written = Self.parseLength(parts[1]) else { return nil }
        let addressText = String(Substring(parts[0]))
        guard let network = IPAddress(addressText) else { return nil }
        let isMapped = network.family == .v4 && addressText.utf8.contains(UInt8(ascii: ":"))
        let length = isMapped ? written - 96 : written
        guard (0...network.family.bitWidth).contains(length) else { return nil }
        guard network.bits & ~Self.mask(length, network.family) == 0 else { return nil }
        self.network = network
        prefixLength = length
    }

    /// Tells whether the address is of the block's family and shares its leading bits.
    public func contains(_ address: IPAddress) -> Bool {
        address.family == network.family && address.bits & Self.mask(prefixLength, network.family) == network.bits
    }

    /// The block as it is compared: `203.0.113.0/24`.
    public var description: String { "\(network)/\(prefixLength)" }

    /// Bits beyond the family's width are zero in every address and so do not matter.
    private static func mask(_ length: Int, _ family: IPAddress.Family) -> UInt128 {
        ~UInt128(0) << (family.bitWidth - length)
    }

    private static func parseLength(_ bytes: Substring.UTF8View) -> Int? {
        guard (1...3).contains(bytes.count) else { return nil }
        var length = 0
        for byte in bytes {
            guard let digit = IPv4Text.decimalDigit(byte) else { return nil }
            length = length * 10 + Int(digit)
        }
        guard bytes.count == String(length).utf8.count else { return nil }
        return length
    }
}
