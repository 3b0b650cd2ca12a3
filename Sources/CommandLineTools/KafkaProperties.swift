/// librdkafka properties that pass through: `GROWTH_KAFKA_SASL_MECHANISM`, `"kafka.sasl.mechanism"` in the file,
/// `-X sasl.mechanism=…` on the command line.
public struct KafkaProperties: Sendable, Equatable, CustomStringConvertible {
    /// Name and value, sorted by name. Contains secrets: for `rd_kafka_conf_set` only.
    public private(set) var revealedPairs: [Pair]

    /// One property; its descriptions mask a secret value.
    public struct Pair: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
        /// librdkafka's name: `sasl.mechanism`.
        public let name: String
        /// The value itself, secret or not.
        public let value: String

        public var description: String { "\(name)=\(shownValue)" }
        public var customMirror: Mirror { Mirror(self, children: ["name": name, "value": shownValue]) }

        var shownValue: String { KafkaProperties.isSecret(name) ? "***" : value }
    }

    /// Properties by name.
    public init(_ properties: [String: String] = [:]) {
        revealedPairs = properties.map { Pair(name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
    }

    /// The property's value.
    public subscript(name: String) -> String? { revealedPairs.first { $0.name == name }?.value }

    /// `name=value` lines with secrets masked.
    public var description: String {
        revealedPairs.map(\.description).joined(separator: "\n")
    }

    /// Whether the property's value must come from a file and is never printed.
    public static func isSecret(_ name: String) -> Bool {
        name.contains("password") || name.contains("secret") || name == "ssl.key.pem"
            || name == "sasl.oauthbearer.config"
    }

    static let variablePrefix = "GROWTH_KAFKA_"
    static let keyPrefix = "kafka."

    /// `GROWTH_KAFKA_SASL_MECHANISM` is `sasl.mechanism`; the one property with an underscore is `log_level`.
    static func name(ofVariable variable: String) -> String {
        let name = variable.dropFirst(variablePrefix.count).lowercased().map { $0 == "_" ? "." : String($0) }.joined()
        return name == "log.level" ? "log_level" : name
    }

    static func variable(ofName name: String) -> String {
        variablePrefix + name.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
            }
    }
}
