public import Foundation

/// A program whose whole command line is its settings: a worker.
public struct ConfiguredProgram: Sendable {
    /// What the program does next.
    public enum Start: Sendable {
        case run(Configuration)
        /// Help, the version or an error has been printed.
        case exit(ExitCode)
    }

    private let root: Command
    private let version: String
    private let declaration: ConfigurationDeclaration
    private let options: [SettingOption]
    private static let file = Option<String?>(
        "config", placeholder: "file", environment: ConfigurationDeclaration.fileVariable,
        help: "Read settings from this file, JSON with comments.")
    private static let property = Option<[String]>(
        "kafka-property", short: "X", placeholder: "name=value",
        help: "Pass a property to librdkafka (or set GROWTH_KAFKA_<NAME>).")
    private static let printsSettings = Flag("print-settings", help: "Show the resolved settings and end.")
    private static let printsTable = Flag("print-settings-table", help: "Show all settings as Markdown and end.")

    /// A program with these settings; the abstract and discussion are those of its help.
    public init(
        _ name: String, abstract: String, version: String, discussion: String = "", examples: [Command.Example] = [],
        settings: ConfigurationDeclaration
    ) {
        self.version = version
        declaration = settings
        options = settings.settings.map { SettingOption($0.declaration) }
        root = Command(
            name, abstract: abstract, discussion: discussion, examples: examples,
            parameters: [Self.file, Self.property, Self.printsSettings, Self.printsTable] + options,
            run: { _ in .success })
    }

    /// Reads flags, variables and the file; prints what was asked for or what is wrong.
    public func start(
        _ arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String] = ProcessInfo.processInfo.environment, console: Console = .standard,
        readFile: @escaping (String) throws(FileProblem) -> String = ConfigurationFile.read
    ) -> Start {
        do {
            switch try root.parse(arguments, environment: environment, console: console) {
            case .run(let parsed): return try start(parsed, environment: environment, readFile: readFile)
            case .help(let command, let path):
                console.write(CommandHelp(root: root, command: command, path: path).text(width: console.terminal.width))
            case .helpJSON(let command, let path):
                console.print(CommandHelp(root: root, command: command, path: path).document.text(.pretty))
            case .version:
                console.print("\(root.name) \(version)")
            }
            return .exit(.success)
        } catch {
            return .exit(ErrorReport(root: root, asJSON: false, console: console).failure(error, path: [root.name]))
        }
    }

    private func start(
        _ parsed: ParsedCommand, environment: [String: String],
        readFile: @escaping (String) throws(FileProblem) -> String
    ) throws -> Start {
        if parsed[Self.printsTable] {
            parsed.console.write(declaration.table(.markdown))
            return .exit(.success)
        }
        var flags = ConfigurationFlags(file: parsed[Self.file], kafkaProperties: parsed[Self.property])
        for option in options {
            let texts = parsed.texts(of: option)
            if !texts.isEmpty { flags.texts[option.declaration.spelling] = texts }
        }
        let configuration = try Configuration.resolve(
            declaration, flags: flags, environment: environment, readFile: readFile)
        if parsed[Self.printsSettings] {
            parsed.console.write(configuration.description)
            return .exit(.success)
        }
        return .run(configuration)
    }
}

/// A setting's flag; its texts are checked by the configuration, which knows the other sources.
struct SettingOption: CommandParameter {
    let declaration: ParameterDeclaration

    init(_ setting: SettingDeclaration) {
        declaration = ParameterDeclaration(
            kind: .option, name: setting.flagName, short: nil, placeholder: setting.isSecret ? "file" : "value",
            help: setting.help, choices: setting.choices, defaultText: setting.defaultText,
            environmentVariable: nil, isRequired: false, isRepeated: setting.isList, isHidden: false)
    }

    func value(of texts: [String]) throws(UsageError) -> any Sendable { texts }
}

extension ParsedCommand {
    func texts(of option: SettingOption) -> [String] { rawValue(of: option.declaration) as? [String] ?? [] }
}
