/// A moment on the command line: RFC 3339, a time ago such as `-15m`, `@<seconds since 1970>`, or `now`.
public enum TimeArgument: ExpressibleByArgument, Hashable {
    case at(Timestamp)
    case ago(milliseconds: Int64)

    public init?(argument: String) {
        if argument == "now" {
            self = .ago(milliseconds: 0)
        } else if argument.hasPrefix("@") {
            guard let seconds = Int64(plainInteger: String(argument.dropFirst())),
                Timestamp.writable.contains(seconds.multipliedReportingOverflow(by: 1000).partialValue),
                !seconds.multipliedReportingOverflow(by: 1000).overflow
            else { return nil }
            self = .at(Timestamp(millisecondsSince1970: seconds * 1000))
        } else if argument.hasPrefix("-") {
            guard let milliseconds = DurationText.milliseconds(String(argument.dropFirst())) else { return nil }
            self = .ago(milliseconds: milliseconds)
        } else {
            guard let time = Timestamp(rfc3339: argument) else { return nil }
            self = .at(time)
        }
    }

    /// The moment meant, seen from `now`; a time ago that reaches before what can be written is the first that can.
    public func resolved(now: Timestamp) -> Timestamp {
        switch self {
        case .at(let time): return time
        case .ago(let milliseconds):
            let (value, overflows) = now.millisecondsSince1970.subtractingReportingOverflow(milliseconds)
            let floor = Timestamp.writable.lowerBound
            return Timestamp(millisecondsSince1970: overflows ? floor : max(floor, value))
        }
    }

    public static var valueExpectation: String { "a time such as 2026-03-01T12:00:00Z, -15m, @1767225600 or now" }

    public var argumentText: String {
        switch self {
        case .at(let time): time.rfc3339
        case .ago(0): "now"
        case .ago(let milliseconds): "-" + DurationText.exact(milliseconds: milliseconds)
        }
    }
}
