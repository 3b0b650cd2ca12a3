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

    /// How it stands on the command line.
    public let kind: Kind
    /// Without dashes: `output`.
    public let name: String
    /// The one-letter form, without its dash.
    public let short: Character?
    /// What stands for the value in help: `format`.
    public let placeholder: String
    /// One sentence, with its full stop.
    public let help: String
    /// All values when they can be listed.
    public let choices: [String]
    /// The value that holds when nothing is given, as it would be typed.
    public let defaultText: String?
    /// The environment variable that is read when the command line says nothing.
    public let environmentVariable: String?
    /// Whether the command is refused without it.
    public let isRequired: Bool
    /// Whether it may be given more than once.
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
