/// A value that is known by its place, such as the topic in `topic get TOPIC`.
///
/// The value's type says how it is used, as with `Option`. A repeated argument takes all that is left and comes last.
public struct Argument<Value: Sendable>: CommandParameter {
    /// What help and the parser know of the argument.
    public let declaration: ParameterDeclaration
    private let reader: ValueReader<Value>

    private init(_ name: String, help: String, reader: ValueReader<Value>) {
        self.reader = reader
        declaration = ParameterDeclaration(
            kind: .argument, name: name, short: nil, placeholder: name, help: help, choices: reader.choices,
            defaultText: reader.defaultText, environmentVariable: nil, isRequired: reader.isRequired,
            isRepeated: reader.isRepeated, isHidden: false)
    }

    public func value(of texts: [String]) throws(UsageError) -> any Sendable {
        do {
            return try reader.read(texts.isEmpty ? nil : texts)
        } catch {
            throw UsageError("\(declaration.spelling): \(error.message)")
        }
    }
}

extension Argument where Value: ExpressibleByArgument {
    /// An argument that must be given unless it has a default.
    public init(_ name: String, default fallback: Value? = nil, allowed: ValueRule<Value> = .any, help: String) {
        self.init(name, help: help, reader: .single(default: fallback, allowed: allowed))
    }
}

extension Argument {
    /// An argument that may be left out.
    public init<Wrapped: ExpressibleByArgument>(
        _ name: String, allowed: ValueRule<Wrapped> = .any, help: String
    ) where Value == Wrapped? {
        self.init(name, help: help, reader: .optional(allowed: allowed))
    }

    /// All the arguments that are left.
    public init<Element: ExpressibleByArgument>(
        _ name: String, isRequired: Bool = false, allowed: ValueRule<Element> = .any, help: String
    ) where Value == [Element] {
        self.init(name, help: help, reader: .repeated(default: [], isRequired: isRequired, allowed: allowed))
    }
}
