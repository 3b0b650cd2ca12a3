/// What a command line asks for.
public enum CommandRequest: Sendable {
    case run(ParsedCommand)
    /// `--help`: the command and its path from the root.
    case help(Command, path: [String])
    /// `--help-json`.
    case helpJSON(Command, path: [String])
    /// `--version`.
    case version
}

extension Command {
    /// Reads a command line, without the program's name, against this command as the root.
    ///
    /// Text after `--` is never an option. A value that begins with a dash is taken when a digit follows the dash
    /// (`--since -15m`) or when it is a lone dash; otherwise it is written `--option=-value`.
    public func parse(
        _ arguments: [String], environment: [String: String] = [:], console: Console = .standard
    ) throws(UsageError) -> CommandRequest {
        var parser = CommandParser(root: self)
        if let request = try parser.read(arguments) { return request }
        return .run(try parser.finish(environment: environment, console: console))
    }
}

struct CommandParser {
    private(set) var command: Command
    private(set) var path: [String]
    private var scope: [any CommandParameter]
    private var texts: [String: [String]] = [:]
    private var positionals: [String] = []

    init(root: Command) {
        command = root
        path = [root.name]
        scope = root.parameters
    }

    /// Takes all the tokens in; a result ends the parse before values are looked at.
    mutating func read(_ arguments: [String]) throws(UsageError) -> CommandRequest? {
        var rest = arguments[...]
        if rest.first == "help", command.subcommand(named: "help") == nil, !command.subcommands.isEmpty {
            return try help(for: rest.dropFirst())
        }
        while let token = rest.popFirst() {
            switch token {
            case "--":
                positionals.append(contentsOf: rest)
                return nil
            case "--help", "-h": return .help(command, path: path)
            case "--help-json": return .helpJSON(command, path: path)
            case "--version": return .version
            default:
                if token.hasPrefix("--") {
                    try readLong(token, &rest)
                } else if CommandParser.looksLikeOption(token) {
                    try readShort(token, &rest)
                } else {
                    try readWord(token)
                }
            }
        }
        return nil
    }

    private mutating func help(for words: ArraySlice<String>) throws(UsageError) -> CommandRequest {
        for word in words where !word.hasPrefix("-") { try readWord(word) }
        return .help(command, path: path)
    }

    /// A dash and a digit is a value, such as `-15m` or `-3`; so is a lone dash, which means standard input.
    static func looksLikeOption(_ token: String) -> Bool {
        let bytes = Array(token.utf8.prefix(2))
        guard bytes.count == 2, bytes[0] == UInt8(ascii: "-") else { return false }
        return !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[1])
    }

    private mutating func readWord(_ token: String) throws(UsageError) {
        guard !command.subcommands.isEmpty else { return positionals.append(token) }
        guard let next = command.subcommand(named: token) else {
            let names = command.subcommands.filter { !$0.isHidden }.flatMap { [$0.name] + $0.aliases }
            throw error(
                "unknown command \(Quoted.text(token))", suggestion: Suggestion.closest(to: token, among: names))
        }
        command = next
        path.append(next.name)
        scope.append(contentsOf: next.parameters)
    }

    private mutating func readLong(_ token: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let (name, attached) = CommandParser.split(token.dropFirst(2))
        let declarations = scope.map(\.declaration)
        guard let declaration = declarations.first(where: { $0.kind != .argument && $0.name == name }) else {
            let names = declarations.filter { $0.kind != .argument && !$0.isHidden }.map(\.spelling)
            let known = names + ["--help", "--help-json", "--version"]
            throw error(
                "unknown option \(Quoted.text("--" + name))",
                suggestion: Suggestion.closest(to: "--" + name, among: known))
        }
        try take(declaration, spelling: "--" + name, attached: attached, &rest)
    }

    /// `-o json`, `-o=json`, `-ojson`, or flags in a row of which the last may be an option: `-qo json`.
    private mutating func readShort(_ token: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        var letters = token.dropFirst()
        while let letter = letters.popFirst() {
            let declarations = scope.map(\.declaration)
            guard let declaration = declarations.first(where: { $0.short == letter }) else {
                throw error("unknown option \(Quoted.text("-\(letter)"))", suggestion: nil)
            }
            switch declaration.kind {
            case .flag where letters.first != "=":
                try take(declaration, spelling: "-\(letter)", attached: nil, &rest)
            case .flag, .option, .argument:
                var attached: String? = letters.isEmpty ? nil : String(letters)
                if letters.first == "=" { attached = String(letters.dropFirst()) }
                return try take(declaration, spelling: "-\(letter)", attached: attached, &rest)
            }
        }
    }

    private mutating func take(
        _ declaration: ParameterDeclaration, spelling: String, attached: String?, _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        let key = ParsedCommand.key(declaration)
        switch declaration.kind {
        case .flag:
            guard attached == nil else { throw error("option '\(spelling)' takes no value", suggestion: nil) }
            texts[key] = ["true"]
        case .option, .argument:
            // Two values where one is used would silently drop what the user asked for first.
            if texts[key] != nil, !declaration.isRepeated {
                throw error("option '\(spelling)' is given more than once", suggestion: nil)
            }
            let text = if let attached { attached } else { try nextValue(for: declaration, spelling, &rest) }
            texts[key, default: []].append(text)
        }
    }

    private func nextValue(
        for declaration: ParameterDeclaration, _ spelling: String, _ rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        guard let next = rest.first else {
            throw error("option '\(spelling)' needs a value: \(spelling) <\(declaration.placeholder)>", suggestion: nil)
        }
        guard next != "--", !CommandParser.looksLikeOption(next) else {
            throw error(
                "option '\(spelling)' needs a value and \(Quoted.text(next)) looks like an option;"
                    + " write --\(declaration.name)=VALUE for a value that begins with a dash", suggestion: nil)
        }
        rest.removeFirst()
        return next
    }

    private static func split(_ token: Substring) -> (name: String, attached: String?) {
        guard let equals = token.firstIndex(of: "=") else { return (String(token), nil) }
        return (String(token[..<equals]), String(token[token.index(after: equals)...]))
    }

    private func error(_ message: String, suggestion: String?) -> UsageError {
        UsageError(message, suggestion: suggestion, path: path)
    }

    /// Gives every declared parameter in reach its value.
    mutating func finish(environment: [String: String], console: Console) throws(UsageError) -> ParsedCommand {
        guard command.run != nil else {
            let names = command.subcommands.filter { !$0.isHidden }.map(\.name)
            throw error("a command is missing: one of \(names.joined(separator: ", "))", suggestion: nil)
        }
        try distributePositionals()
        var values: [String: any Sendable] = [:]
        var given: Set<String> = []
        for parameter in scope where parameter.declaration.kind != .argument || isOwn(parameter.declaration) {
            let key = ParsedCommand.key(parameter.declaration)
            let found = try self.texts(of: parameter.declaration, environment: environment)
            if !found.texts.isEmpty { given.insert(key) }
            values[key] = try value(of: parameter, found)
        }
        return ParsedCommand(path: path, command: command, values: values, given: given, console: console)
    }

    private func isOwn(_ declaration: ParameterDeclaration) -> Bool {
        command.arguments.contains(declaration)
    }

    private mutating func distributePositionals() throws(UsageError) {
        var rest = positionals[...]
        for declaration in command.arguments {
            if declaration.isRepeated {
                if !rest.isEmpty { texts[ParsedCommand.key(declaration)] = Array(rest) }
                rest = []
            } else if let text = rest.popFirst() {
                texts[ParsedCommand.key(declaration)] = [text]
            }
        }
        guard rest.isEmpty else {
            throw error("unexpected argument \(Quoted.text(rest[rest.startIndex]))", suggestion: nil)
        }
    }

    private func texts(
        of declaration: ParameterDeclaration, environment: [String: String]
    ) throws(UsageError) -> (texts: [String], variable: String?) {
        if let texts = texts[ParsedCommand.key(declaration)] { return (texts, nil) }
        if let variable = declaration.environmentVariable, let text = environment[variable], !text.isEmpty {
            return (declaration.isRepeated ? SettingText.items(text) : [text], variable)
        }
        guard !declaration.isRequired else {
            let other = declaration.environmentVariable.map { " (or set \($0))" } ?? ""
            let kind = declaration.kind == .argument ? "argument" : "option"
            throw error("\(kind) '\(declaration.spelling)' is required\(other)", suggestion: nil)
        }
        return ([], nil)
    }

    private func value(
        of parameter: any CommandParameter, _ found: (texts: [String], variable: String?)
    ) throws(UsageError) -> any Sendable {
        do {
            return try parameter.value(of: found.texts)
        } catch {
            let source = found.variable.map { " (from \($0))" } ?? ""
            throw UsageError(error.message + source, suggestion: error.suggestion, path: path)
        }
    }
}
