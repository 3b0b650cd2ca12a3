/// One setting: its key, type, default, help and allowed values, declared once.
///
/// The key `commit.interval.ms` is the flag `--commit-interval-ms`, the variable `GROWTH_COMMIT_INTERVAL_MS` and the
/// member `"commit.interval.ms"` (or nested objects) of the file. The value's type says how it is used, as with
/// `Option`: `Setting<Int>` without a default is required, `Setting<Int?>` may be left out, `Setting<[String]>` is a
/// list.
public struct Setting<Value: Sendable>: AnySetting {
    /// What help, the documentation and the resolver know of the setting.
    public let declaration: SettingDeclaration
    let reader: ValueReader<Value>

    private init(_ key: String, help: String, isSecret: Bool, reader: ValueReader<Value>) {
        self.reader = reader
        declaration = SettingDeclaration(
            key: key, help: help, expectation: reader.expectation, choices: reader.choices, form: reader.form,
            defaultText: reader.defaultText, isRequired: reader.isRequired, isList: reader.isRepeated,
            isSecret: isSecret)
    }

    public func value(of texts: [String]?) throws(UnreadableSetting) -> any Sendable {
        do {
            return try reader.read(texts)
        } catch {
            throw UnreadableSetting(message: error.message)
        }
    }
}

/// A setting of any type.
public protocol AnySetting: Sendable {
    var declaration: SettingDeclaration { get }

    /// The typed value of the texts given; nil means the default, an empty array an empty list.
    func value(of texts: [String]?) throws(UnreadableSetting) -> any Sendable
}

/// Why a text is no value of a setting, as it reads after the setting's key.
public struct UnreadableSetting: Error, Equatable {
    /// As it reads after the setting's key and a colon.
    public let message: String
}

/// What is declared of one setting, as data.
public struct SettingDeclaration: Sendable, Equatable {
    /// Lower-case words joined by dots: `commit.interval.ms`.
    public let key: String
    /// One sentence, with its full stop.
    public let help: String
    /// What a value must be: `an integer from 1 to 60000`.
    public let expectation: String
    /// All values when they can be listed.
    public let choices: [String]
    /// The kind of JSON value that the file uses.
    public let form: FileForm
    /// The value that holds when no source gives one, as it would be typed.
    public let defaultText: String?
    /// Whether the program is refused without it.
    public let isRequired: Bool
    /// Whether the value is a list.
    public let isList: Bool
    /// Secrets are read from the file that `<key>.file` names.
    public let isSecret: Bool

    /// The key under which a source gives it: with `.file` for a secret.
    public var sourceKey: String { isSecret ? key + ".file" : key }
    /// `--commit-interval-ms`.
    public var flag: String { "--" + flagName }
    /// `GROWTH_COMMIT_INTERVAL_MS`.
    public var variable: String {
        "GROWTH_" + sourceKey.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
    }

    var flagName: String { sourceKey.map { $0 == "." ? "-" : String($0) }.joined() }
}

extension Setting where Value: ExpressibleByArgument {
    /// A setting that always has a value; required without a default.
    public init(_ key: String, default fallback: Value? = nil, allowed: ValueRule<Value> = .any, help: String) {
        self.init(key, help: help, isSecret: false, reader: .single(default: fallback, allowed: allowed))
    }
}

extension Setting {
    /// A setting that may be left out.
    public init<Wrapped: ExpressibleByArgument>(_ key: String, allowed: ValueRule<Wrapped> = .any, help: String)
    where Value == Wrapped? {
        self.init(key, help: help, isSecret: false, reader: .optional(allowed: allowed))
    }

    /// A list: an array in the file, separated by commas elsewhere.
    public init<Element: ExpressibleByArgument>(
        _ key: String, default fallback: [Element] = [], allowed: ValueRule<Element> = .any, help: String
    ) where Value == [Element] {
        self.init(
            key, help: help, isSecret: false,
            reader: .repeated(default: fallback, isRequired: false, allowed: allowed))
    }
}

extension Setting where Value == Secret {
    /// A secret that must be there.
    public init(_ key: String, help: String) {
        self.init(
            key, help: help, isSecret: true,
            reader: ValueReader(
                expectation: "the path of a file", choices: [], form: .string, isRequired: true, isRepeated: false,
                defaultText: nil
            ) { (texts) throws(UnreadableValue) in Secret(texts?.last ?? "") })
    }
}

extension Setting where Value == Secret? {
    /// A secret that may be left out.
    public init(_ key: String, help: String) {
        self.init(
            key, help: help, isSecret: true,
            reader: ValueReader(
                expectation: "the path of a file", choices: [], form: .string, isRequired: false, isRepeated: false,
                defaultText: nil
            ) { (texts) throws(UnreadableValue) in texts?.last.map(Secret.init) })
    }
}
