public import ProtobufCodec

/// The checks every stage makes before it believes a record (Rules.md, "Refused at the door").
public enum Validation {
    public static let identifierBytesLimit = 128
    public static let earliestMilliseconds: Int64 = 631_152_000_000  // 1990-01-01
    public static let latestMilliseconds: Int64 = 4_102_444_800_000  // 2100-01-01, exclusive
    public static let amountLimit: Int64 = 1_000_000_000_000

    /// Passes an id of 1 to 128 bytes of UTF-8 without control characters.
    public static func identifier(_ value: String, _ field: StaticString) throws(Rejection) {
        let bytes = value.utf8
        guard !bytes.isEmpty else { throw Rejection(.validation, "\(field) is empty") }
        guard bytes.count <= identifierBytesLimit else {
            throw Rejection(.validation, "\(field) has \(bytes.count) bytes, more than \(identifierBytesLimit)")
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Rejection(.validation, "\(field) holds a control character")
        }
    }

    /// Returns the time in milliseconds since the epoch, in [1990, 2100).
    public static func time(
        _ timestamp: Google_Protobuf_Timestamp, isPresent: Bool, _ field: StaticString
    ) throws(Rejection) -> Int64 {
        guard isPresent else { throw Rejection(.validation, "\(field) is absent") }
        guard let milliseconds = timestamp.milliseconds else {
            throw Rejection(.validation, "\(field) is no possible time")
        }
        try time(milliseconds, field)
        return milliseconds
    }

    public static func time(_ milliseconds: Int64, _ field: StaticString) throws(Rejection) {
        guard milliseconds >= earliestMilliseconds, milliseconds < latestMilliseconds else {
            throw Rejection(.validation, "\(field) lies outside 1990 to 2099")
        }
    }

    /// Passes 0 to 10¹² minor units of a currency of three capital letters.
    public static func money(_ money: Money, isPresent: Bool, _ field: StaticString) throws(Rejection) {
        guard isPresent else { throw Rejection(.validation, "\(field) is absent") }
        guard money.minorUnits >= 0 else { throw Rejection(.validation, "\(field) is negative") }
        guard money.minorUnits <= amountLimit else { throw Rejection(.validation, "\(field) is above \(amountLimit)") }
        let currency = money.currency.utf8
        guard currency.count == 3, currency.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else {
            throw Rejection(.validation, "\(field) has no currency of three capital letters")
        }
    }
}
