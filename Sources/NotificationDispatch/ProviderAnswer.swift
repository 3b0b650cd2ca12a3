/// What a provider said of one send (N30), with its own status or error, shortened.
public enum ProviderAnswer: Hashable, Sendable {
    case sent(status: String)
    /// Trying again would end the same way.
    case permanent(status: String)
    case transient(status: String)

    /// UTF-8 bytes of a status that are kept.
    public static let statusBytes = 120

    /// Reads an HTTP status: 2xx sent; 408, 425, 429 and 5xx transient; everything else permanent.
    public init(httpStatus: Int) {
        let status = "HTTP \(httpStatus)"
        switch httpStatus {
        case 200...299: self = .sent(status: status)
        case 408, 425, 429, 500...599: self = .transient(status: status)
        default: self = .permanent(status: status)
        }
    }

    /// The status, cut at a character that ends within the bound.
    public var status: String {
        switch self {
        case .sent(let status), .permanent(let status), .transient(let status): Self.shortened(status)
        }
    }

    private static func shortened(_ status: String) -> String {
        guard status.utf8.count > statusBytes else { return status }
        var short = ""
        for character in status {
            guard short.utf8.count + character.utf8.count <= statusBytes else { break }
            short.append(character)
        }
        return short
    }

    // MARK: Bytes

    private static let sentMark = UInt8(ascii: "S")
    private static let permanentMark = UInt8(ascii: "P")
    private static let transientMark = UInt8(ascii: "T")

    /// The answer as the execution log keeps it: one letter, then the status.
    public var encoded: [UInt8] {
        let mark =
            switch self {
            case .sent: Self.sentMark
            case .permanent: Self.permanentMark
            case .transient: Self.transientMark
            }
        return [mark] + Array(status.utf8)
    }

    /// Reads what `encoded` wrote; anything else is transient, so that an answer lost is asked for again.
    public init(encoded: [UInt8]) {
        let status = String(decoding: encoded.dropFirst(), as: UTF8.self)
        switch encoded.first {
        case Self.sentMark: self = .sent(status: status)
        case Self.permanentMark: self = .permanent(status: status)
        case Self.transientMark: self = .transient(status: status)
        default: self = .transient(status: "answer unreadable")
        }
    }
}
