/// One setting that clients can see and alter: its type, its default and what it may be.
struct ConfigDefinition: Sendable {
    /// Kafka's numbers for types of settings.
    enum Kind: Int8 {
        case boolean = 1
        case string = 2
        case int = 3
        case long = 5
        case double = 6
        case list = 7
    }

    enum Rule {
        case any
        case atLeast(Int64)
        /// Numbers with a fraction, in a range.
        case between(Double, Double)
        case oneOf([String])
        /// Whole numbers in a range, or one number beside it.
        case level(ClosedRange<Int64>, or: Int64?)
        /// "*", or partition:broker pairs.
        case throttledReplicas
    }

    var name: String
    var kind: Kind
    var standard: String
    var rule: Rule = .any
    /// The broker's setting that a topic's one falls back on.
    var brokerName: String?
    /// Whether the broker's setting has no value of its own until it is given one, as where hours stand in for it.
    var isBrokerValueOptional = false

    /// Why a value may not stand; nil if it may.
    func refusal(_ value: String) -> String? {
        reason(Self.trimmed(value)).map { "\(name) can not be '\(value)': \($0)" }
    }

    private func reason(_ value: String) -> String? {
        switch kind {
        case .boolean: ["true", "false"].contains(value.lowercased()) ? nil : "it is true or false"
        case .string: reason(ofWords: [value])
        case .list: reason(ofWords: Self.elements(value))
        case .int: reason(ofNumber: Int32(value).map(Int64.init), "a whole number of 32 bits")
        case .long: reason(ofNumber: Int64(value), "a whole number of 64 bits")
        case .double: reason(ofFraction: Double(value))
        }
    }

    private func reason(ofWords words: [String]) -> String? {
        switch rule {
        case .oneOf(let allowed):
            words.allSatisfy(allowed.contains) ? nil : "it is one of \(allowed.joined(separator: ", "))"
        case .throttledReplicas:
            words == ["*"] || words.allSatisfy(Self.isReplica) ? nil : "it is * or a list of partition:broker"
        case .any, .atLeast, .between, .level: nil
        }
    }

    private func reason(ofNumber number: Int64?, _ type: String) -> String? {
        guard let number else { return "it is \(type)" }
        switch rule {
        case .atLeast(let least): return number >= least ? nil : "it is \(least) at the least"
        case .level(let range, let other):
            if range.contains(number) || number == other { return nil }
            return "it is from \(range.lowerBound) to \(range.upperBound)" + (other.map { " or \($0)" } ?? "")
        case .any, .between, .oneOf, .throttledReplicas: return nil
        }
    }

    private func reason(ofFraction number: Double?) -> String? {
        guard let number else { return "it is a number" }
        guard case .between(let low, let high) = rule else { return nil }
        return number >= low && number <= high ? nil : "it is from \(low) to \(high)"
    }

    private static func isReplica(_ word: String) -> Bool {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { UInt32($0) != nil }
    }

    /// A value without blanks around it.
    static func trimmed(_ value: some StringProtocol) -> String {
        let rest = value.drop { $0.isWhitespace }
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }

    /// A list's elements.
    static func elements(_ value: String) -> [String] {
        value.split(separator: ",").map { trimmed($0) }.filter { $0 != "" }
    }
}
