/// All the settings of a program, declared once; flags, variables, the file, help and the documentation come from it.
public struct ConfigurationDeclaration: Sendable {
    /// The settings in the order in which they are documented.
    public let settings: [any AnySetting]
    /// `GROWTH_*` variables that other programs in the same environment use and this one passes over.
    public let allowedVariables: Set<String>

    /// Keys are lower-case words joined by dots or dashes; each key, flag and variable is there once.
    public init(_ settings: [any AnySetting], allowedVariables: Set<String> = []) {
        self.settings = settings
        self.allowedVariables = allowedVariables
        let declarations = settings.map(\.declaration)
        precondition(declarations.allSatisfy { Self.isKey($0.key) }, "a setting's key is malformed")
        precondition(Set(declarations.map(\.variable)).count == declarations.count, "a setting is declared twice")
    }

    /// One declaration after the other.
    public static func + (left: ConfigurationDeclaration, right: ConfigurationDeclaration) -> ConfigurationDeclaration {
        ConfigurationDeclaration(
            left.settings + right.settings, allowedVariables: left.allowedVariables.union(right.allowedVariables))
    }

    /// The variable that names the configuration file.
    public static let fileVariable = "GROWTH_CONFIG"

    /// How the table of settings is written.
    public enum TableFormat: Sendable {
        case markdown
        case text
    }

    /// The documentation table: key, flag, variable, default, what is allowed, help.
    public func table(_ format: TableFormat) -> String {
        let rows = settings.map { Self.row($0.declaration) }
        switch format {
        case .markdown:
            let lines = [Self.titles, Self.titles.map { _ in "---" }] + rows.map { $0.map(Self.markdownCell) }
            return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
        case .text:
            var table = TextTable(Self.titles.map { TextTable.Column($0) })
            for row in rows { table.append(row) }
            // The standard selection names no column, so that none can be missing.
            return (try? table.text()) ?? ""
        }
    }

    private static let titles = ["setting", "flag", "variable", "default", "value", "meaning"]

    private static func row(_ setting: SettingDeclaration) -> [String] {
        let fallback = setting.defaultText ?? (setting.isRequired ? "(required)" : "")
        let value = setting.isList ? "list; each \(setting.expectation)" : setting.expectation
        return [setting.sourceKey, setting.flag, setting.variable, fallback, value, setting.help]
    }

    private static func markdownCell(_ text: String) -> String {
        text.map { $0 == "|" ? "\\|" : ($0.isNewline ? " " : String($0)) }.joined()
    }

    private static func isKey(_ text: String) -> Bool {
        let words = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "-" }
        return words.allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
        }
    }
}
