/// One node of the command tree: a noun with subcommands, or a verb that runs.
///
/// Options and flags of a command are understood at every command below it too.
public struct Command: Sendable {
    /// A command line that works, with what it is for.
    public struct Example: Sendable, Equatable {
        /// As it is typed, with the program's name.
        public let line: String
        /// What it shows or does, with its full stop.
        public let purpose: String

        /// An example and what it is for.
        public init(_ line: String, _ purpose: String) {
            self.line = line
            self.purpose = purpose
        }
    }

    /// What a verb does once its command line is understood; the result is the process's exit code.
    public typealias Body = @Sendable (ParsedCommand) async throws -> ExitCode

    /// The word that is typed.
    public let name: String
    /// Other words for the same.
    public let aliases: [String]
    /// One sentence, with its full stop.
    public let abstract: String
    /// Paragraphs shown below the options' table.
    public let discussion: String
    /// Shown in help before anything else but the usage.
    public let examples: [Example]
    /// Options, flags and arguments; arguments in their order.
    public let parameters: [any CommandParameter]
    /// What may follow; empty for a verb.
    public let subcommands: [Command]
    /// Hidden commands work and are left out of help.
    public let isHidden: Bool
    /// What a verb does; nil for a noun.
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
