/// An option with a value, such as `--output json`: declared once, then read by subscript from a `ParsedCommand`.
///
/// The value's type says how it is used: `Option<Int>` without a default is required, `Option<Int?>` may be left out,
/// `Option<[Int]>` may be repeated.
public struct Option<Value: Sendable>: CommandParameter {
    /// What help and the parser know of the option.
    public let declaration: ParameterDeclaration
    private let reader: ValueReader<Value>

    private init(
        _ name: String, short: Character?, placeholder: String?, help: String, environment: String?, isHidden: Bool,
        reader: ValueReader<Value>
    ) {
        self.reader = reader
        declaration = ParameterDeclaration(
            kind: .option, name: name, short: short, placeholder: placeholder ?? name, help: help,
            choices: reader.choices, defaultText: reader.defaultText, environmentVariable: environment,
            isRequired: reader.isRequired, isRepeated: reader.isRepeated, isHidden: isHidden)
    }

    public func value(of texts: [String]) throws(UsageError) -> any Sendable {
        do {
            return try reader.read(texts.isEmpty ? nil : texts)
        } catch {
            throw UsageError("\(declaration.spelling): \(error.message)")
        }
    }
}

extension Option where Value: ExpressibleByArgument {
    /// An option that always has a value: given, from the environment, or the default; required without a default.
    public init(
        _ name: String, short: Character? = nil, placeholder: String? = nil, default fallback: Value? = nil,
        allowed: ValueRule<Value> = .any, environment: String? = nil, isHidden: Bool = false, help: String
    ) {
        self.init(
            name, short: short, placeholder: placeholder, help: help, environment: environment, isHidden: isHidden,
            reader: .single(default: fallback, allowed: allowed))
    }
}

extension Option {
    /// An option that may be left out.
    public init<Wrapped: ExpressibleByArgument>(
        _ name: String, short: Character? = nil, placeholder: String? = nil, allowed: ValueRule<Wrapped> = .any,
        environment: String? = nil, isHidden: Bool = false, help: String
    ) where Value == Wrapped? {
        self.init(
            name, short: short, placeholder: placeholder, help: help, environment: environment, isHidden: isHidden,
            reader: .optional(allowed: allowed))
    }

    /// An option that may be given many times; its environment variable holds the values separated by commas.
    public init<Element: ExpressibleByArgument>(
        _ name: String, short: Character? = nil, placeholder: String? = nil, default fallback: [Element] = [],
        isRequired: Bool = false, allowed: ValueRule<Element> = .any, environment: String? = nil,
        isHidden: Bool = false, help: String
    ) where Value == [Element] {
        self.init(
            name, short: short, placeholder: placeholder, help: help, environment: environment, isHidden: isHidden,
            reader: .repeated(default: fallback, isRequired: isRequired, allowed: allowed))
    }
}
