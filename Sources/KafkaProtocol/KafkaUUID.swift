/// A topic's or a directory's id: 128 bits, shown as Kafka does in URL-safe base 64 without padding.
public struct KafkaUUID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Stands for "no id".
    public static let zero = KafkaUUID(high: 0, low: 0)

    public static func < (left: KafkaUUID, right: KafkaUUID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    public var description: String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for index in 0..<16 {
            let word = index < 8 ? high : low
            bits = bits << 8 | UInt32(truncatingIfNeeded: word >> UInt64(8 * (7 - index % 8)) & 0xff)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(Self.alphabet[Int(bits >> UInt32(count) & 0x3f)])
            }
        }
        text.append(Self.alphabet[Int(bits << UInt32(6 - count) & 0x3f)])
        return String(decoding: text, as: UTF8.self)
    }
}
