/// How the texts given for one option, argument or setting become a typed value.
struct ValueReader<Value: Sendable>: Sendable {
    let expectation: String
    let choices: [String]
    let form: FileForm
    let isRequired: Bool
    let isRepeated: Bool
    let defaultText: String?
    /// Texts of nil: nothing is given. An empty list is a list.
    let read: @Sendable ([String]?) throws(UnreadableValue) -> Value
}

/// A text that is not what its option or setting takes.
struct UnreadableValue: Error, Equatable {
    let text: String
    let expectation: String
    let suggestion: String?

    var message: String {
        let shown = Quoted.text(text)
        return "\(shown) is not \(expectation)" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
    }
}

extension ValueReader where Value: ExpressibleByArgument {
    static func single(default fallback: Value?, allowed: ValueRule<Value>) -> ValueReader {
        ValueReader(
            expectation: allowed.expectation, choices: Value.allValueStrings, form: Value.fileForm,
            isRequired: fallback == nil, isRepeated: false, defaultText: fallback?.argumentText
        ) { (texts) throws(UnreadableValue) in
            if let text = texts?.last { return try allowed.read(text) }
            guard let fallback else { throw UnreadableValue(text: "", expectation: "given", suggestion: nil) }
            return fallback
        }
    }
}

extension ValueReader {
    static func optional<Wrapped: ExpressibleByArgument>(
        allowed: ValueRule<Wrapped>
    ) -> ValueReader where Value == Wrapped? {
        ValueReader(
            expectation: allowed.expectation, choices: Wrapped.allValueStrings, form: Wrapped.fileForm,
            isRequired: false, isRepeated: false, defaultText: nil
        ) { (texts) throws(UnreadableValue) in
            guard let text = texts?.last else { return nil }
            return try allowed.read(text)
        }
    }

    static func repeated<Element: ExpressibleByArgument>(
        default fallback: [Element], isRequired: Bool, allowed: ValueRule<Element>
    ) -> ValueReader where Value == [Element] {
        ValueReader(
            expectation: allowed.expectation, choices: Element.allValueStrings, form: Element.fileForm,
            isRequired: isRequired, isRepeated: true,
            defaultText: fallback.isEmpty ? nil : fallback.map(\.argumentText).joined(separator: ",")
        ) { (texts) throws(UnreadableValue) in
            guard let texts else { return fallback }
            var values: [Element] = []
            for text in texts { values.append(try allowed.read(text)) }
            return values
        }
    }
}

extension ValueRule {
    func read(_ text: String) throws(UnreadableValue) -> Value {
        if let value = Value(argument: text), allows(value) { return value }
        throw UnreadableValue(
            text: text, expectation: expectation,
            suggestion: Suggestion.closest(to: text, among: Value.allValueStrings))
    }
}
