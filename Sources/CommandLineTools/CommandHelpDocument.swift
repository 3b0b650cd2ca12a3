extension CommandHelp {
    /// `--help-json`: the command, its parameters and its subcommands all the way down.
    public var document: JSONValue {
        [
            "apiVersion": .string(OutputEnvelope.apiVersion), "kind": "CommandHelp",
            "command": Self.describe(command, path: path),
            "inheritedOptions": .array(inherited.map(Self.describe)),
        ]
    }

    private static func describe(_ command: Command, path: [String]) -> JSONValue {
        let visible = command.subcommands.filter { !$0.isHidden }
        return [
            "name": .string(command.name), "path": .array(path.map(JSONValue.string)),
            "aliases": .array(command.aliases.map(JSONValue.string)), "abstract": .string(command.abstract),
            "discussion": .string(command.discussion),
            "examples": .array(
                command.examples.map { ["line": .string($0.line), "purpose": .string($0.purpose)] }),
            "parameters": .array(command.declarations.filter { !$0.isHidden }.map(describe)),
            "subcommands": .array(visible.map { describe($0, path: path + [$0.name]) }),
        ]
    }

    private static func describe(_ declaration: ParameterDeclaration) -> JSONValue {
        [
            "kind": .string(declaration.kind.rawValue), "name": .string(declaration.name),
            "short": .optional(declaration.short.map(String.init)), "placeholder": .string(declaration.placeholder),
            "help": .string(declaration.help), "choices": .array(declaration.choices.map(JSONValue.string)),
            "default": .optional(declaration.defaultText), "environment": .optional(declaration.environmentVariable),
            "required": .bool(declaration.isRequired), "repeated": .bool(declaration.isRepeated),
        ]
    }
}
