import CommandLineTools
import Foundation
import Kafka

/// `growth-lab bench broker`: one client's produce and fetch rates on this project's broker and on Apache Kafka.
enum BenchBrokerCommand {
    private static let records = Option<Int>(
        "records", placeholder: "n", default: 1_000_000, allowed: .range(1_000...100_000_000),
        help: "Records of each round.")
    private static let size = Option<Int>(
        "size", placeholder: "bytes", default: 200, allowed: .range(1...100_000), help: "Bytes of a record's value.")
    private static let partitions = Option<Int>(
        "partitions", placeholder: "n", default: 4, allowed: .range(1...1_000), help: "Partitions of the topic.")
    private static let rounds = Option<Int>(
        "rounds", placeholder: "n", default: 3, allowed: .range(1...100),
        help: "Rounds; the brokers take turns, and the median counts.")
    private static let home = Option<String?>(
        "kafka-home", placeholder: "folder", environment: "KAFKA_HOME",
        help: "An unpacked Apache Kafka to measure beside; without it only this project's broker is.")

    static let command = Command(
        "broker", abstract: "Measures a broker's start, produce and fetch rates and memory through librdkafka.",
        discussion:
            "Records are not compressed, so that bytes and not codecs are measured. Client and broker share the machine: read the figures as ratios.",
        examples: [
            .init("growth-lab bench broker --records 2000000", "Two million records a round."),
            .init("growth-lab bench broker --kafka-home /opt/kafka -o json", "Beside Apache Kafka, for programs."),
        ],
        parameters: [records, size, partitions, rounds, home]
    ) { parsed in
        var targets: [any BenchTarget] = [EmbeddedTarget(durable: false), EmbeddedTarget(durable: true)]
        if let home = parsed[home], !home.isEmpty { targets.append(KafkaTarget(home: home)) }
        var trials = targets.map { BrokerTrial(name: $0.name) }
        var bar = ProgressBar(
            "bench", unit: "rounds", total: Int64(parsed[rounds] * targets.count), console: parsed.console)
        var done: Int64 = 0
        for _ in 0..<parsed[rounds] {
            for (index, target) in targets.enumerated() {
                try measure(target, parsed, &trials[index])
                done += 1
                bar.update(done)
            }
        }
        bar.finish(done)
        try Lab.show(parsed, kind: "BrokerBenchmark", table(trials), trials.map(\.json))
        return .success
    }

    private static func measure(_ target: any BenchTarget, _ parsed: ParsedCommand, _ trial: inout BrokerTrial) throws {
        let clock = ContinuousClock()
        defer { target.stop() }
        let begun = clock.now
        let bootstrap = try target.start()
        trial.starts.append(Lab.seconds(clock.now - begun))
        let load = BrokerLoad(
            client: ClientConfiguration(bootstrapServers: bootstrap, clientID: "growth-lab"), records: parsed[records],
            valueBytes: parsed[size], partitions: Int32(parsed[partitions]))
        try load.prepare()
        let before = target.pid.flatMap { ProcessUsage(pid: $0) }
        trial.produced.append(try load.produce())
        trial.fetched.append(try load.fetch())
        if let after = target.pid.flatMap({ ProcessUsage(pid: $0) }) {
            trial.resident.append(Double(after.residentBytes))
            trial.cpu.append(after.cpuSeconds - (before?.cpuSeconds ?? 0))
        }
    }

    private static func table(_ trials: [BrokerTrial]) -> TextTable {
        var table = TextTable([
            .init("broker"), .number("start s"), .number("produced/s"), .number("fetched/s"), .number("cpu s"),
            .number("resident MB"),
        ])
        for trial in trials {
            table.append([
                trial.name, NumberText.fixed(Lab.median(trial.starts), places: 3),
                NumberText.grouped(Int64(Lab.median(trial.produced))),
                NumberText.grouped(Int64(Lab.median(trial.fetched))),
                NumberText.fixed(Lab.median(trial.cpu), places: 1),
                NumberText.grouped(Int64(Lab.median(trial.resident) / 1e6)),
            ])
        }
        return table
    }
}

/// What was measured of one broker, a value for each round.
struct BrokerTrial {
    var name: String
    /// Seconds from launch to the first answer.
    var starts: [Double] = []
    /// Records per second.
    var produced: [Double] = []
    var fetched: [Double] = []
    /// The broker's resident bytes after the fetch.
    var resident: [Double] = []
    /// The broker's processor seconds for producing and fetching.
    var cpu: [Double] = []

    var json: JSONValue {
        func all(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
        return .object([
            "broker": .string(name), "startSeconds": all(starts), "producedPerSecond": all(produced),
            "fetchedPerSecond": all(fetched), "residentBytes": all(resident), "brokerCPUSeconds": all(cpu),
        ])
    }
}
