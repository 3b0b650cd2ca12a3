/// Reads and writes dotted decimal.
enum IPv4Text {
    static func parse(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        var address: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var octets = 1
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, octets < 4 else { return nil }
                address = address << 8 | octet
                octet = 0
                digits = 0
                octets += 1
                continue
            }
            guard let digit = decimalDigit(byte) else { return nil }
            // 010 is eight to some readers and ten to others (RFC 6943 §3.1.1): it is no address.
            guard digits == 0 || octet != 0 else { return nil }
            octet = octet * 10 + digit
            digits += 1
            guard octet <= 255 else { return nil }
        }
        guard digits > 0, octets == 4 else { return nil }
        return address << 8 | octet
    }

    static func spell(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 0xFF).\(address >> 8 & 0xFF).\(address & 0xFF)"
    }

    static func decimalDigit(_ byte: UInt8) -> UInt32? {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        return UInt32(byte - UInt8(ascii: "0"))
    }
}
