/// The settings of a process, resolved and checked: flags, then `GROWTH_*` variables, then the file, then defaults.
public struct Configuration: Sendable, CustomStringConvertible {
    struct Entry: Sendable {
        let declaration: SettingDeclaration
        let value: any Sendable
        /// What is shown: the value, the path of a secret's file, or nothing when it is not set.
        let text: String?
        let source: ConfigurationSource
    }

    let entries: [Entry]
    /// librdkafka properties that pass through.
    public let kafkaProperties: KafkaProperties

    /// The setting's value; the setting must be in the declaration that this was resolved from.
    public subscript<Value: Sendable>(setting: Setting<Value>) -> Value {
        guard let value = entry(setting.declaration.key)?.value as? Value else {
            // Not reachable from input: every declared setting has a value of its type, or resolving failed.
            preconditionFailure("'\(setting.declaration.key)' is not a setting of this program")
        }
        return value
    }

    /// Where the setting's value came from.
    public func source(of setting: some AnySetting) -> ConfigurationSource {
        entry(setting.declaration.key)?.source ?? .fallback
    }

    /// A table of key, value and source, and the Kafka properties; secrets are masked.
    public var description: String {
        var table = TextTable([.init("setting"), .init("value"), .init("from")])
        for entry in entries {
            let text = entry.text.map { entry.declaration.isSecret ? "*** in \($0)" : $0 }
            table.append([entry.declaration.key, text ?? "-", entry.source.description])
        }
        for pair in kafkaProperties.revealedPairs {
            table.append([KafkaProperties.keyPrefix + pair.name, pair.shownValue, "-"])
        }
        return (try? table.text()) ?? ""
    }

    /// `key=value` lines sorted by key, without sources and secrets: equal configurations give equal text, which the
    /// execution log's configuration digest is taken of.
    public var canonicalText: String {
        let settings = entries.compactMap { entry -> String? in
            entry.declaration.isSecret ? nil : entry.text.map { "\(entry.declaration.key)=\($0)" }
        }
        let properties = kafkaProperties.revealedPairs.compactMap { pair -> String? in
            KafkaProperties.isSecret(pair.name) ? nil : "\(KafkaProperties.keyPrefix)\(pair.name)=\(pair.value)"
        }
        return (settings + properties).sorted().map { ControlCharacters.spelledOut($0) + "\n" }.joined()
    }

    private func entry(_ key: String) -> Entry? { entries.first { $0.declaration.key == key } }
}
