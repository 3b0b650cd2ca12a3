/// An IPv4 or IPv6 address, equal for every spelling of the same address (R04).
///
/// Parsed by hand, as this module sees no Foundation: an account must not look like two because one claim spells its
/// address in capitals.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// Which protocol the address is of; a mapped IPv4 address is IPv4.
    public enum Family: Sendable {
        case v4
        case v6

        /// Bits of an address: 32 or 128.
        public var bitWidth: Int {
            switch self {
            case .v4: 32
            case .v6: 128
            }
        }
    }

    /// The longest spelling: an IPv6 address with an IPv4 tail, in characters.
    public static let textLimit = 45

    /// The protocol it is of.
    public let family: Family
    /// The address as a number; an IPv4 address fills the low 32 bits.
    let bits: UInt128

    init(v4: UInt32) {
        family = .v4
        bits = UInt128(v4)
    }

    init(v6: UInt128) {
        // An IPv4 client of a dual-stack socket (RFC 4291 §2.5.5.2) is the same client.
        let isMapped = v6 >> 32 == 0xFFFF
        family = isMapped ? .v4 : .v6
        bits = isMapped ? v6 & 0xFFFF_FFFF : v6
    }

    /// Reads dotted decimal without leading zeros, or IPv6 as RFC 4291 §2.2 has it, without a zone; nil for all else.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.textLimit else { return nil }
        let bytes = Array(text.utf8)[...]
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = IPv6Text.parse(bytes) else { return nil }
            self.init(v6: bits)
        } else {
            guard let bits = IPv4Text.parse(bytes) else { return nil }
            self.init(v4: bits)
        }
    }

    /// The address as RFC 5952 spells it.
    public var description: String {
        switch family {
        case .v4: IPv4Text.spell(UInt32(truncatingIfNeeded: bits))
        case .v6: IPv6Text.spell(bits)
        }
    }

    /// The neighbourhood that one customer of a provider can move in: `203.0.113.0/24`, `2001:db8:0:0::/64`.
    ///
    /// For IPv6 always four groups, so that the text of a block is a prefix of no other.
    public var blockDescription: String {
        switch family {
        case .v4: IPv4Text.spell(UInt32(truncatingIfNeeded: bits) & 0xFFFF_FF00) + "/24"
        case .v6: IPv6Text.groups(bits).prefix(4).map(IPv6Text.spell).joined(separator: ":") + "::/64"
        }
    }
}
