/// What every Kafka client needs: where the cluster is, who we are, and properties passed through to librdkafka.
///
/// TLS and SASL come through `properties`: PLAIN, SCRAM, GSSAPI or client certificates. Debian's build has no OIDC.
public struct ClientConfiguration: Sendable {
    /// Hosts and ports to start from, separated by commas.
    public var bootstrapServers: String
    /// Names this client in the brokers' logs and quotas.
    public var clientID: String
    /// librdkafka properties that override this module's defaults; see `reservedProperties` for those that may not.
    public var properties: [String: String]
    /// Takes librdkafka's log lines: syslog level (0 worst, 7 debug), facility, message. Called on any thread.
    public var log: (@Sendable (_ level: Int, _ facility: String, _ message: String) -> Void)?
    /// Takes librdkafka's statistics as JSON text, every `statisticsIntervalMilliseconds`, on the polling thread.
    public var statistics: (@Sendable (_ json: String) -> Void)?
    /// How often statistics are made; milliseconds, 0 for never.
    public var statisticsIntervalMilliseconds: Int32 = 0

    /// Makes a configuration.
    public init(
        bootstrapServers: String, clientID: String, properties: [String: String] = [:],
        log: (@Sendable (_ level: Int, _ facility: String, _ message: String) -> Void)? = nil
    ) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.properties = properties
        self.log = log
    }

    /// Properties that carry a guarantee and so cannot be overridden; a client that is given one refuses to start.
    public static let reservedProperties: Set<String> = [
        "enable.auto.commit", "enable.auto.offset.store", "enable.idempotence", "transactional.id", "group.id",
        "group.instance.id", "partition.assignment.strategy", "isolation.level", "acks", "request.required.acks",
        "enable.gapless.guarantee", "enable.partition.eof", "group.protocol", "plugin.library.paths",
    ]

    /// Turns `GROWTH_KAFKA_SASL_MECHANISM=PLAIN` into `sasl.mechanism: PLAIN`, and so on for every such variable.
    ///
    /// A name that ends in `_FILE` gives the path of a file that holds the value (secrets come from files); `readFile`
    /// reads it, without the newline at its end, and its error is passed on.
    public static func properties(
        fromEnvironment environment: [String: String], readFile: (String) throws -> String
    ) rethrows -> [String: String] {
        let prefix = "GROWTH_KAFKA_"
        let fileSuffix = "_FILE"
        var properties: [String: String] = [:]
        for (name, value) in environment where name.hasPrefix(prefix) && name.count > prefix.count {
            var rest = name.dropFirst(prefix.count)
            var content = value
            if rest.hasSuffix(fileSuffix), rest.count > fileSuffix.count {
                rest = rest.dropLast(fileSuffix.count)
                content = try readFile(value)
                while content.last?.isNewline == true { content.removeLast() }
            }
            properties[
                rest.lowercased().split(separator: "_", omittingEmptySubsequences: false).joined(separator: ".")] =
                content
        }
        return properties
    }

    /// Turns `GROWTH_KAFKA_SASL_MECHANISM=PLAIN` into `sasl.mechanism: PLAIN`; names that end in `_FILE` are left out.
    public static func properties(fromEnvironment environment: [String: String]) -> [String: String] {
        properties(
            fromEnvironment: environment.filter { !$0.key.hasSuffix("_FILE") }, readFile: { $0 })
    }

    /// This module's defaults for one kind of client, then the caller's properties, in the order they must be set.
    func merged(with defaults: [String: String]) throws(KafkaError) -> [(name: String, value: String)] {
        if let name = properties.keys.sorted().first(where: Self.reservedProperties.contains) {
            throw KafkaError(
                code: .invalidArgument,
                message:
                    "the Kafka property \(name) cannot be overridden: exactly-once processing rests on it; remove it")
        }
        var ours = [
            "bootstrap.servers": bootstrapServers,
            "client.id": clientID,
            // 2.0.2 leaves Nagle on, at 40 ms a request in the worst case; 2.10 switched it off (kafka.md 3.1).
            "socket.nagle.disable": "true",
            // Ten seconds by default: after a broker's restart that is most of a transaction's life.
            "reconnect.backoff.max.ms": "1000",
        ]
        if statistics != nil, statisticsIntervalMilliseconds > 0 {
            ours["statistics.interval.ms"] = "\(statisticsIntervalMilliseconds)"
        }
        ours.merge(defaults) { $1 }
        // The caller's come last, so that an alias (`queue.buffering.max.ms` for `linger.ms`) overrides too.
        return (ours.sorted { $0.key < $1.key } + properties.sorted { $0.key < $1.key }).map { ($0.key, $0.value) }
    }
}
