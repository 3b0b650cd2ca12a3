public import ProtobufCodec

/// Lengths of time in milliseconds.
public enum Milliseconds {
    public static let second: Int64 = 1_000
    public static let minute: Int64 = 60_000
    public static let hour: Int64 = 3_600_000
    public static let day: Int64 = 86_400_000
}

extension Google_Protobuf_Timestamp {
    /// Makes the timestamp of a number of milliseconds since the epoch.
    public init(milliseconds: Int64) {
        self.init()
        let (seconds, rest) = Self.floorDivide(milliseconds)
        self.seconds = seconds
        self.nanos = Int32(rest) * 1_000_000
    }

    /// Milliseconds since the epoch, rounded down; nil outside year 1 to 9999 or with impossible nanoseconds.
    public var milliseconds: Int64? {
        guard seconds >= -62_135_596_800, seconds < 253_402_300_800, nanos >= 0, nanos < 1_000_000_000 else {
            return nil
        }
        return seconds * 1_000 + Int64(nanos / 1_000_000)
    }

    private static func floorDivide(_ milliseconds: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        return remainder < 0 ? (quotient - 1, remainder + 1_000) : (quotient, remainder)
    }
}
