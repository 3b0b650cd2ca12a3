/// A switch without a value, such as `--execute`: false unless it is given.
public struct Flag: CommandParameter {
    /// What help and the parser know of the flag.
    public let declaration: ParameterDeclaration

    /// An environment variable, where named, holds `true` or `false`.
    public init(
        _ name: String, short: Character? = nil, environment: String? = nil, isHidden: Bool = false, help: String
    ) {
        declaration = ParameterDeclaration(
            kind: .flag, name: name, short: short, placeholder: "", help: help, choices: [], defaultText: nil,
            environmentVariable: environment, isRequired: false, isRepeated: false, isHidden: isHidden)
    }

    public func value(of texts: [String]) throws(UsageError) -> any Sendable {
        guard let text = texts.last else { return false }
        guard let value = Bool(argument: text) else {
            throw UsageError("\(declaration.spelling): \(Quoted.text(text)) is not true or false")
        }
        return value
    }
}
