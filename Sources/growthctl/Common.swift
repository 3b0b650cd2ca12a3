import CommandLineTools
import Foundation
import Kafka
import Operations
import Schemas

/// Options that every verb understands.
enum Common {
    static let bootstrap = Option<String>(
        "bootstrap", placeholder: "host:port", default: "127.0.0.1:9092", environment: "GROWTH_BOOTSTRAP_SERVERS",
        help: "Brokers to start from.")
    static let partitions = Option<Int>(
        "partitions", placeholder: "n", default: 12, allowed: .range(1...1024), environment: "GROWTH_PARTITIONS",
        help: "Partitions of every co-partitioned topic; the same in the whole fleet.")
    static let output = Option<String>(
        "output", short: "o", placeholder: "format", default: "table",
        allowed: .matching("table or json") { ["table", "json"].contains($0) }, environment: "GROWTHCTL_OUTPUT",
        help: "table for people, json for programs.")
    static let properties = Option<[String]>(
        "kafka-property", short: "X", placeholder: "name=value", help: "Pass a property to librdkafka.")
    static let timeout = Option<Int>(
        "timeout", placeholder: "seconds", default: 10, allowed: .range(1...600), help: "Longest wait for the brokers.")
    static let execute = Flag("execute", help: "Carry the plan out; without it the plan is only shown.")

    static let all: [any CommandParameter] = [bootstrap, partitions, output, properties, timeout]

    static func isJSON(_ parsed: ParsedCommand) -> Bool { parsed[output] == "json" }
    static func partitionCount(_ parsed: ParsedCommand) -> Int32 { Int32(parsed[partitions]) }

    /// The client settings of this command line, the environment's GROWTH_KAFKA_* among them.
    static func client(_ parsed: ParsedCommand) throws -> ClientConfiguration {
        var properties = try ClientConfiguration.properties(
            fromEnvironment: ProcessInfo.processInfo.environment, readFile: ConfigurationFile.read)
        for text in parsed[Self.properties] {
            guard let equals = text.firstIndex(of: "=") else { throw UsageError("-X takes name=value, not \(text)") }
            properties[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return ClientConfiguration(bootstrapServers: parsed[bootstrap], clientID: "growthctl", properties: properties)
    }

    /// The broker's topics, or a failure that says whether it can be reached.
    static func topics(_ parsed: ParsedCommand) throws -> [String: TopicDescription] {
        try reachable(parsed) { try admin(parsed).topics() }
    }

    static func admin(_ parsed: ParsedCommand) throws -> Admin {
        try Admin(client(parsed), timeoutMilliseconds: Int32(parsed[timeout]) * 1_000)
    }

    /// Turns the client's errors into exit codes (operations.md B9).
    static func reachable<Result>(_ parsed: ParsedCommand, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as KafkaError {
            throw translated(failure, parsed)
        }
    }

    static func translated(_ failure: KafkaError, _ parsed: ParsedCommand) -> CommandFailure {
        let text = "\(failure)"
        if text.contains("AUTH") {
            return CommandFailure(.notAuthorised, text, hint: "Check GROWTH_KAFKA_SASL_* and the topic's permissions.")
        }
        if failure.code.isPassing || failure.code == .allBrokersDown || failure.code == .timedOut {
            return CommandFailure(
                .unreachable, "no answer from \(parsed[bootstrap]): \(text)",
                hint: "Is the broker running there? Give another with --bootstrap HOST:PORT.")
        }
        return CommandFailure(.failure, text)
    }

    /// Prints items as the document that programs read.
    static func printJSON(_ parsed: ParsedCommand, kind: String, _ items: [JSONValue], warnings: [String] = []) {
        parsed.console.print(
            OutputEnvelope(kind: kind, items: items, warnings: warnings).document(generatedAt: parsed.console.now())
                .text(.pretty))
    }

    /// A folder's executable beside this one.
    static func sibling(_ name: String) throws -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw CommandFailure(
                .notFound, "\(name) is not beside growthctl (\(path))", hint: "Build it: swift build -c release")
        }
        return path
    }
}
