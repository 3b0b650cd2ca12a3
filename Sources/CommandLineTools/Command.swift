/// One node of the command tree: a noun with subcommands, or a verb that runs.
///
/// Options and flags of a command are understood at every command below it too.
public struct Command: Sendable {
    /// A command line that works, with what it is for.
    public struct Example: Sendable, Equatable {
        public let line: String
        public let purpose: String

        public init(_ line: String, _ purpose: String) {
            self.line = line
            self.purpose = purpose
        }
    }

    /// What a verb does once its command line is understood; the result is the process's exit code.
    public typealias Body = @Sendable (ParsedCommand) async throws -> ExitCode

    public let name: String
    public let aliases: [String]
    /// One sentence, with its full stop.
    public let abstract: String
    /// Paragraphs shown below the options' table.
    public let discussion: String
    public let examples: [Example]
    public let parameters: [any CommandParameter]
    public let subcommands: [Command]
    public let isHidden: Bool
    public let run: Body?

    /// A verb.
    public init(
        _ name: String, aliases: [String] = [], abstract: String, discussion: String = "", examples: [Example] = [],
        parameters: [any CommandParameter] = [], isHidden: Bool = false, run: @escaping Body
    ) {
        self.name = name
        self.aliases = aliases
        self.abstract = abstract
        self.discussion = discussion
        self.examples = examples
        self.parameters = parameters
        self.subcommands = []
        self.isHidden = isHidden
        self.run = run
    }

    /// A noun.
    public init(
        _ name: String, aliases: [String] = [], abstract: String, discussion: String = "", examples: [Example] = [],
        parameters: [any CommandParameter] = [], isHidden: Bool = false, subcommands: [Command]
    ) {
        self.name = name
        self.aliases = aliases
        self.abstract = abstract
        self.discussion = discussion
        self.examples = examples
        self.parameters = parameters
        self.subcommands = subcommands
        self.isHidden = isHidden
        self.run = nil
    }

    var declarations: [ParameterDeclaration] { parameters.map(\.declaration) }
    var arguments: [ParameterDeclaration] { declarations.filter { $0.kind == .argument } }

    func subcommand(named text: String) -> Command? {
        subcommands.first { $0.name == text || $0.aliases.contains(text) }
    }
}
