/// A command line that was understood: which verb, and a typed value for each parameter in its reach.
public struct ParsedCommand: Sendable {
    /// From the program's name to the verb: `["growthctl", "lag", "ls"]`.
    public let path: [String]
    /// The verb that was reached.
    public let command: Command
    /// Where to print.
    public var console: Console
    private let values: [String: any Sendable]
    private let given: Set<String>

    init(path: [String], command: Command, values: [String: any Sendable], given: Set<String>, console: Console) {
        self.path = path
        self.command = command
        self.values = values
        self.given = given
        self.console = console
    }

    /// The option's value; the option must be declared by the command or one above it.
    public subscript<Value: Sendable>(option: Option<Value>) -> Value { value(of: option.declaration) }

    /// The argument's value; the argument must be declared by the command.
    public subscript<Value: Sendable>(argument: Argument<Value>) -> Value { value(of: argument.declaration) }

    /// Whether the flag is given; the flag must be declared by the command or one above it.
    public subscript(flag: Flag) -> Bool { value(of: flag.declaration) }

    /// Whether the parameter is on the command line or in the environment, and not only a default.
    public func isGiven(_ parameter: some CommandParameter) -> Bool {
        given.contains(Self.key(parameter.declaration))
    }

    static func key(_ declaration: ParameterDeclaration) -> String { declaration.spelling }

    func rawValue(of declaration: ParameterDeclaration) -> (any Sendable)? { values[Self.key(declaration)] }

    private func value<Value: Sendable>(of declaration: ParameterDeclaration) -> Value {
        guard let value = values[Self.key(declaration)] as? Value else {
            // Not reachable from input: the parser fills in every declared parameter.
            preconditionFailure("\(declaration.spelling) is not declared by '\(path.joined(separator: " "))'")
        }
        return value
    }
}
