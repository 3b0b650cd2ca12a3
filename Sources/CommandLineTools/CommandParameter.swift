/// Something that a command line can give a value to: an `Option`, a `Flag` or an `Argument`.
public protocol CommandParameter: Sendable {
    /// What help, completion and the parser need to know.
    var declaration: ParameterDeclaration { get }

    /// The typed value of the texts given; none given means the default.
    func value(of texts: [String]) throws(UsageError) -> any Sendable
}

/// What is declared of one parameter, as data.
public struct ParameterDeclaration: Sendable, Equatable {
    /// How the parameter stands on the command line.
    public enum Kind: String, Sendable {
        case option, flag, argument
    }

    public let kind: Kind
    /// Without dashes: `output`.
    public let name: String
    public let short: Character?
    /// What stands for the value in help: `format`.
    public let placeholder: String
    public let help: String
    public let choices: [String]
    public let defaultText: String?
    /// The environment variable that is read when the command line says nothing.
    public let environmentVariable: String?
    public let isRequired: Bool
    public let isRepeated: Bool
    /// Hidden parameters work and are left out of help.
    public let isHidden: Bool

    /// As it is typed: `--output`, or `<group>` for an argument.
    public var spelling: String {
        switch kind {
        case .option, .flag: "--" + name
        case .argument: "<\(placeholder)>"
        }
    }

    /// As it stands in a usage line: `--output <format>`.
    public var usage: String {
        let body =
            switch kind {
            case .option: "--\(name) <\(placeholder)>"
            case .flag: "--\(name)"
            case .argument: "<\(placeholder)>"
            }
        let whole = isRepeated ? body + " ..." : body
        return isRequired ? whole : "[\(whole)]"
    }
}
