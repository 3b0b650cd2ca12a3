extension Configuration {
    /// Resolves and checks every setting; all that is wrong is reported at once.
    ///
    /// `flags` holds the texts given on the command line under each setting's flag, `--config` and `-X` included (see
    /// `ConfiguredProgram`). `readFile` gives the text of a file and is a parameter for tests.
    public static func resolve(
        _ declaration: ConfigurationDeclaration, flags: ConfigurationFlags = ConfigurationFlags(),
        environment: [String: String],
        readFile: @escaping (String) throws(FileProblem) -> String = ConfigurationFile.read
    ) throws(ConfigurationError) -> Configuration {
        var resolver = ConfigurationResolver(declaration: declaration, readFile: readFile)
        resolver.takeFlags(flags)
        resolver.takeEnvironment(environment)
        if let path = flags.file ?? environment[ConfigurationDeclaration.fileVariable] { resolver.takeFile(path) }
        return try resolver.resolve()
    }
}

/// What the command line says of the configuration.
public struct ConfigurationFlags: Sendable, Equatable {
    /// `--config`.
    public var file: String?
    /// Texts by flag, such as `--commit-interval-ms`.
    public var texts: [String: [String]]
    /// `-X name=value`, as given.
    public var kafkaProperties: [String]

    /// What was given; nothing, by default.
    public init(file: String? = nil, texts: [String: [String]] = [:], kafkaProperties: [String] = []) {
        self.file = file
        self.texts = texts
        self.kafkaProperties = kafkaProperties
    }
}

/// Collects texts from the sources, strongest first: what is there already stays.
struct ConfigurationResolver {
    struct Found {
        let texts: [String]
        let source: ConfigurationSource
    }

    let declaration: ConfigurationDeclaration
    let readFile: (String) throws(FileProblem) -> String
    private(set) var problems: [String] = []
    private var found: [String: Found] = [:]
    private var properties: [String: Found] = [:]

    init(declaration: ConfigurationDeclaration, readFile: @escaping (String) throws(FileProblem) -> String) {
        self.declaration = declaration
        self.readFile = readFile
    }

    private var declarations: [SettingDeclaration] { declaration.settings.map(\.declaration) }

    // MARK: Sources

    mutating func takeFlags(_ flags: ConfigurationFlags) {
        for setting in declarations {
            guard let texts = flags.texts[setting.flag] else { continue }
            keep(
                setting,
                Found(texts: setting.isList ? texts.flatMap(SettingText.items) : texts, source: .flag(setting.flag)))
        }
        for text in flags.kafkaProperties {
            guard let equals = text.firstIndex(of: "=") else {
                problems.append("-X \(Quoted.text(text)) is not NAME=VALUE")
                continue
            }
            let name = String(text[..<equals])
            keepProperty(name, String(text[text.index(after: equals)...]), .flag("-X \(name)"))
        }
    }

    mutating func takeEnvironment(_ environment: [String: String]) {
        let settings = declarations
        // Sorted, so that problems come in the same order each time.
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("GROWTH_") {
            if let setting = settings.first(where: { $0.variable == name }) {
                keep(setting, Found(texts: setting.isList ? SettingText.items(text) : [text], source: .variable(name)))
            } else if name.hasPrefix(KafkaProperties.variablePrefix) {
                keepProperty(KafkaProperties.name(ofVariable: name), text, .variable(name))
            } else if name != ConfigurationDeclaration.fileVariable, !declaration.allowedVariables.contains(name) {
                problems.append(unknownVariable(name))
            }
        }
    }

    private func unknownVariable(_ name: String) -> String {
        if let secret = declarations.first(where: { $0.isSecret && $0.variable == name + "_FILE" }) {
            return "\(secret.key): secrets come from files, not from \(name); set \(secret.variable)"
        }
        let known = declarations.map(\.variable) + [ConfigurationDeclaration.fileVariable]
        return "unknown variable \(ControlCharacters.spelledOut(name))"
            + suffix(Suggestion.closest(to: name, among: known))
    }

    mutating func takeFile(_ path: String) {
        let text: String
        do {
            text = try readFile(path)
        } catch {
            return problems.append("cannot read the configuration file \(Quoted.text(path)): \(error)")
        }
        let root: JSONNode
        do {
            root = try JSONParser.parse(text, dialect: .comments)
        } catch {
            return problems.append("\(path):\(error)")
        }
        guard case .object(let members) = root.content else {
            return problems.append("\(path):\(root.position): the configuration must be a JSON object")
        }
        var seen: Set<String> = []
        takeMembers(members, prefix: "", path: path, seen: &seen)
    }

    private mutating func takeMembers(
        _ members: [JSONNode.Member], prefix: String, path: String, seen: inout Set<String>
    ) {
        for member in members {
            let key = prefix + member.name
            let source = ConfigurationSource.file(path: path, position: member.position)
            if let setting = declarations.first(where: { $0.sourceKey == key }) {
                guard seen.insert(key).inserted else {
                    problems.append("\(key): given twice (again at \(source))")
                    continue
                }
                takeValue(member.value, of: setting, source)
            } else if case .object(let inner) = member.value.content {
                takeMembers(inner, prefix: key + ".", path: path, seen: &seen)
            } else if key.hasPrefix(KafkaProperties.keyPrefix) {
                takeProperty(String(key.dropFirst(KafkaProperties.keyPrefix.count)), member.value, source)
            } else {
                problems.append(unknownKey(key, source))
            }
        }
    }

    private func unknownKey(_ key: String, _ source: ConfigurationSource) -> String {
        if let secret = declarations.first(where: { $0.isSecret && $0.key == key }) {
            return "\(key): secrets come from files; set \"\(secret.sourceKey)\" (at \(source))"
        }
        let known = declarations.map(\.sourceKey)
        return "unknown key \(Quoted.text(key)) at \(source)" + suffix(Suggestion.closest(to: key, among: known))
    }

    private func suffix(_ suggestion: String?) -> String {
        suggestion.map { "; did you mean \($0)?" } ?? ""
    }

    private mutating func takeValue(_ node: JSONNode, of setting: SettingDeclaration, _ source: ConfigurationSource) {
        if setting.isList, case .array(let nodes) = node.content {
            var texts: [String] = []
            for node in nodes {
                guard let text = text(of: node, form: setting.form) else { return refuse(node, setting, source) }
                texts.append(text)
            }
            keep(setting, Found(texts: texts, source: source))
        } else if !setting.isList, let text = text(of: node, form: setting.form) {
            keep(setting, Found(texts: [text], source: source))
        } else {
            refuse(node, setting, source)
        }
    }

    private mutating func refuse(_ node: JSONNode, _ setting: SettingDeclaration, _ source: ConfigurationSource) {
        let expectation =
            setting.isList ? "an array whose elements are each \(setting.expectation)" : setting.expectation
        let shown = String(node.value.text().prefix(Quoted.characterLimit))
        problems.append("\(setting.sourceKey): \(shown) is not \(expectation) (from \(source))")
    }

    /// A number in quotes is refused where a number is meant: a slip that other readers of the file would not see.
    private func text(of node: JSONNode, form: FileForm) -> String? {
        switch (form, node.content) {
        case (.string, .string(let text)): text
        case (.integer, .integer(let value)), (.number, .integer(let value)): String(value)
        case (.number, .number(let value)): String(value)
        case (.boolean, .bool(let value)): String(value)
        case (.string, _), (.integer, _), (.number, _), (.boolean, _): nil
        }
    }

    private mutating func takeProperty(_ name: String, _ node: JSONNode, _ source: ConfigurationSource) {
        switch node.content {
        case .string(let text): keepProperty(name, text, source)
        case .integer(let value): keepProperty(name, String(value), source)
        case .number(let value): keepProperty(name, String(value), source)
        case .bool(let value): keepProperty(name, String(value), source)
        case .null, .array, .object:
            problems.append("kafka.\(name): a text, a number, true or false is expected (from \(source))")
        }
    }

    private mutating func keep(_ setting: SettingDeclaration, _ candidate: Found) {
        if found[setting.key] == nil { found[setting.key] = candidate }
    }

    private mutating func keepProperty(_ name: String, _ text: String, _ source: ConfigurationSource) {
        guard KafkaProperties.isName(name) else {
            return problems.append("kafka property \(Quoted.text(name)): this is no property's name (from \(source))")
        }
        guard !KafkaProperties.isSecret(name) || name.hasSuffix(".file") else {
            return problems.append(
                "kafka.\(name): secrets come from files; set \(KafkaProperties.variable(ofName: name))_FILE"
                    + " (from \(source))")
        }
        if properties[name] == nil { properties[name] = Found(texts: [text], source: source) }
    }

    // MARK: Values

    mutating func resolve() throws(ConfigurationError) -> Configuration {
        var entries: [Configuration.Entry] = []
        for setting in declaration.settings {
            if let entry = entry(setting) { entries.append(entry) }
        }
        let kafkaProperties = resolveProperties()
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return Configuration(entries: entries, kafkaProperties: kafkaProperties)
    }

    private mutating func entry(_ setting: any AnySetting) -> Configuration.Entry? {
        let declaration = setting.declaration
        let given = found[declaration.key]
        if given == nil, declaration.isRequired {
            problems.append(
                "\(declaration.key): required; set \(declaration.flag), \(declaration.variable)"
                    + " or \"\(declaration.sourceKey)\" in the file")
            return nil
        }
        let source = given?.source ?? .fallback
        var texts = given?.texts
        let shown = given.map { $0.texts.joined(separator: ",") } ?? declaration.defaultText
        if declaration.isSecret, let path = texts?.last {
            guard let secret = secret(at: path, key: declaration.sourceKey, source) else { return nil }
            texts = [secret]
        }
        do {
            let value = try setting.value(of: texts)
            return Configuration.Entry(declaration: declaration, value: value, text: shown, source: source)
        } catch {
            problems.append("\(declaration.key): \(error.message) (from \(source))")
            return nil
        }
    }

    private mutating func resolveProperties() -> KafkaProperties {
        var resolved: [String: String] = [:]
        for (name, property) in properties.sorted(by: { $0.key < $1.key }) {
            let text = property.texts.last ?? ""
            let base = name.hasSuffix(".file") ? String(name.dropLast(".file".count)) : name
            guard KafkaProperties.isSecret(base) else {
                resolved[name] = text
                continue
            }
            resolved[base] = secret(at: text, key: KafkaProperties.keyPrefix + name, property.source)
        }
        return KafkaProperties(resolved)
    }

    private mutating func secret(at path: String, key: String, _ source: ConfigurationSource) -> String? {
        do {
            let text = try readFile(path)
            // Editors and `echo` end a file with a line break that is no part of the secret.
            let secret = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
            if !secret.isEmpty { return secret }
            problems.append("\(key): the file \(Quoted.text(path)) is empty (from \(source))")
        } catch {
            problems.append("\(key): cannot read \(Quoted.text(path)): \(error) (from \(source))")
        }
        return nil
    }
}
