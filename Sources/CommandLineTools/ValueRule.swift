/// Which values of a type are allowed beyond those that the type itself can hold.
public struct ValueRule<Value: ExpressibleByArgument>: Sendable {
    /// What a text must be, as it reads after "is not".
    public let expectation: String
    let allows: @Sendable (Value) -> Bool

    init(expectation: String, allows: @escaping @Sendable (Value) -> Bool) {
        self.expectation = expectation
        self.allows = allows
    }

    /// Every value of the type.
    public static var any: ValueRule { ValueRule(expectation: Value.valueExpectation) { _ in true } }

    /// The values for which `allows` holds, described as they read after "is not": `a topic name`.
    public static func matching(_ expectation: String, _ allows: @escaping @Sendable (Value) -> Bool) -> ValueRule {
        ValueRule(expectation: expectation, allows: allows)
    }
}

extension ValueRule where Value: Comparable {
    /// The values from the lower to the upper bound, both included.
    public static func range(_ range: ClosedRange<Value>) -> ValueRule {
        let (low, high) = (range.lowerBound.argumentText, range.upperBound.argumentText)
        return ValueRule(expectation: "\(Self.kind) from \(low) to \(high)") { range.contains($0) }
    }

    /// The lower bound and everything above it.
    public static func range(_ range: PartialRangeFrom<Value>) -> ValueRule {
        ValueRule(expectation: "\(Self.kind) of at least \(range.lowerBound.argumentText)") { range.contains($0) }
    }

    private static var kind: String {
        switch Value.fileForm {
        case .integer: "an integer"
        case .number: "a number"
        case .string, .boolean: Value.valueExpectation
        }
    }
}
