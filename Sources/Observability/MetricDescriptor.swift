/// A metric's name, meaning, kind and labels.
public struct MetricDescriptor: Hashable, Sendable {
    /// Prometheus' metric types, as far as they are used.
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// The name that Prometheus shows, with its unit.
    public let name: String
    /// One sentence with its full stop, without the name.
    public let help: String
    /// What the values mean.
    public let kind: Kind
    /// Names of the labels, in the order of their values.
    public let labels: [String]

    /// Whether the name is one that Prometheus takes: letters, digits, `_` and `:`, not beginning with a digit.
    public static func isMetricName(_ text: String) -> Bool {
        isName(text) { isLetter($0) || $0 == UInt8(ascii: ":") }
    }

    /// Whether the name is a label's: letters, digits and `_`, beginning with neither a digit nor `__`; `le` is the
    /// histogram's own.
    public static func isLabelName(_ text: String) -> Bool {
        isName(text, isLetter) && !text.hasPrefix("__") && text != "le"
    }

    /// What is wrong with the declaration; nil when nothing is. Counters end in `_total` and nothing else does.
    var problem: String? {
        if !Self.isMetricName(name) { return "'\(name)' is no metric name" }
        if name.hasSuffix("_total") != (kind == .counter) { return "'\(name)': counters, and only they, end in _total" }
        if ["_bucket", "_sum", "_count"].contains(where: name.hasSuffix) {
            return "'\(name)' ends as a histogram's part"
        }
        if let label = labels.first(where: { !Self.isLabelName($0) }) { return "'\(label)' is no label name" }
        if Set(labels).count != labels.count { return "'\(name)' has a label twice" }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    private static func isName(_ text: String, _ isStart: (UInt8) -> Bool) -> Bool {
        guard let first = text.utf8.first, isStart(first) else { return false }
        return text.utf8.allSatisfy { isStart($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
