/// A place in a partition on the command line, in kcl's words: `start`, `end`, `+N`, `-N`, `N`, `@time`.
public enum OffsetArgument: ExpressibleByArgument, Hashable {
    case start
    case end
    /// `+N`: so many records after the start.
    case afterStart(Int64)
    /// `-N`: so many records before the end.
    case beforeEnd(Int64)
    /// `N`: the offset itself.
    case exact(Int64)
    /// `@time`: the first record at or after the moment; `@` alone before digits is seconds since 1970.
    case atTime(TimeArgument)

    public init?(argument: String) {
        switch argument.first {
        case "@":
            let time = String(argument.dropFirst())
            // "@1767225600" is the epoch form of a time, and so is "@@1767225600".
            guard let parsed = TimeArgument(argument: time) ?? TimeArgument(argument: argument) else { return nil }
            self = .atTime(parsed)
        case "+":
            guard let count = Self.count(argument.dropFirst()) else { return nil }
            self = .afterStart(count)
        case "-":
            guard let count = Self.count(argument.dropFirst()) else { return nil }
            self = .beforeEnd(count)
        default:
            switch argument {
            case "start": self = .start
            case "end": self = .end
            default:
                guard let offset = Self.count(argument[...]) else { return nil }
                self = .exact(offset)
            }
        }
    }

    private static func count(_ text: Substring) -> Int64? {
        guard let value = Int64(plainInteger: String(text)), value >= 0, !text.hasPrefix("-") else { return nil }
        return value
    }

    public static var valueExpectation: String {
        "an offset such as start, end, +10, -10, 1234 or @2026-03-01T12:00:00Z"
    }

    public var argumentText: String {
        switch self {
        case .start: "start"
        case .end: "end"
        case .afterStart(let count): "+\(count)"
        case .beforeEnd(let count): "-\(count)"
        case .exact(let offset): "\(offset)"
        case .atTime(let time): "@" + time.argumentText
        }
    }
}
