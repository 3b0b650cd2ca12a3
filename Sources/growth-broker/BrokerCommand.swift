import BrokerCore
import CommandLineTools
import EmbeddedBroker
import Foundation

/// `growth-broker`: the embedded broker as a process of its own.
enum BrokerCommand {
    private static let listen = Option<String>(
        "listen", placeholder: "host:port", default: "127.0.0.1:0",
        help: "Listen there; port 0 picks a free one.")
    private static let advertise = Option<String?>(
        "advertise", placeholder: "host:port", help: "Tell clients to connect there instead.")
    private static let data = Option<String?>(
        "data", placeholder: "folder", help: "Keep everything in this folder; without it all is in memory.")
    private static let sync = Flag(
        "fsync", help: "Acknowledge only what is on the disk: safe from loss of power, and slower.")
    private static let salvage = Flag(
        "salvage", help: "Start from a journal that is corrupt in the middle by dropping all from there on.")
    private static let autoCreate = Flag("auto-create-topics", help: "Create topics when clients first name them.")
    private static let partitions = Option<Int32>(
        "partitions", placeholder: "count", default: 1, allowed: .range(1...1_000),
        help: "Partitions of topics whose creator does not say.")
    private static let requestMaxBytes = Option<Int>(
        "request-max-bytes", placeholder: "bytes", default: 104_857_600, allowed: .range(1_024...1_073_741_824),
        help: "Close connections that send larger requests.")
    private static let messageMaxBytes = Option<Int32>(
        "message-max-bytes", placeholder: "bytes", default: 1_048_588, allowed: .range(1_024...1_073_741_824),
        help: "Refuse larger batches, unless the topic's max.message.bytes says otherwise.")
    private static let control = Option<String?>(
        "control", placeholder: "path", help: "Take fault scripts on this local socket.")
    private static let level = Option<LogLevel>("log-level", default: .info, help: "Write lines of this level and up.")
    private static let listFaults = Flag("list-faults", help: "Show the faults that have a name, and end.")

    private enum LogLevel: String, CaseIterable, ExpressibleByArgument {
        case debug, info, warning, error

        var level: BrokerLog.Level {
            switch self {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        }
    }

    static let command = Command(
        "growth-broker",
        abstract: "A Kafka broker in one process, for development, demonstrations and tests on one machine.",
        discussion: """
            The first line on standard output is "ready HOST:PORT", once clients can connect; its log goes to standard \
            error. It knows no users and encrypts nothing: keep it on the loopback address. SIGTERM and SIGINT end it.

            The control socket takes lines of a fault script and answers each with "ok" or "error: …":
            - fault api=endTxn key=orders-tx close-after: applies one EndTxn and loses its answer;
            - fault api=heartbeat times=3 error=NOT_COORDINATOR: refuses three requests;
            - catalogue lost-commit-answer key=orders-tx: a fault by its name, of those that --list-faults shows;
            - freeze topic=orders partition=0: refuses one partition until "thaw topic=orders partition=0";
            - expire group=orders member=worker-1: ends a member's session;
            - fence id=orders-tx: bumps the id's epoch, so that its producer is fenced;
            - list, clear: shows, takes back the faults in force.

            Exit codes: 0 ended as asked, 1 it could not go on, 2 usage, 6 the data folder is in use.
            """,
        examples: [
            .init("growth-broker --listen 127.0.0.1:9092 --auto-create-topics", "A broker in memory."),
            .init("growth-broker --listen 127.0.0.1:9092 --data ./broker", "The same, and it keeps everything."),
            .init("growth-broker --control ./faults.sock", "A free port, and faults on request."),
        ],
        parameters: [
            listen, advertise, data, sync, salvage, autoCreate, partitions, requestMaxBytes, messageMaxBytes,
            control, level, listFaults,
        ],
        run: run)

    private static func run(_ parsed: ParsedCommand) async throws -> ExitCode {
        let console = parsed.console
        if parsed[listFaults] {
            for entry in FaultCatalogue.entries {
                console.print("\(entry.name.padding(toLength: 36, withPad: " ", startingAt: 0)) \(entry.summary)")
            }
            return .success
        }
        let settings = try settings(parsed)
        DescriptorLimit.raise()
        let broker = try start(settings)
        // Signals that come from here on end it cleanly; one that came before has ended the process.
        let signals = SignalHandling { _ in broker.stop() }
        defer { signals.cancel() }
        SignalHandling.ignoreBrokenPipes()
        console.say(
            "growth-broker: for development, demonstrations and tests on one machine; production runs on Apache Kafka")
        if settings.dataFolder == nil { console.say("growth-broker: in memory; all is gone when it ends") }
        console.print("ready \(broker.bootstrapServers)")
        let failure = await withCheckedContinuation { (done: CheckedContinuation<String?, Never>) in
            // Waiting takes a thread of its own: the cooperative pool's are few.
            let waiting = Thread { done.resume(returning: broker.waitUntilStopped()) }
            waiting.start()
        }
        if let failure { throw CommandFailure(.failure, failure) }
        return .success
    }

    private static func start(_ settings: EmbeddedBrokerSettings) throws -> EmbeddedBroker {
        do throws(EmbeddedBroker.StartFailure) {
            return try EmbeddedBroker.start(settings)
        } catch .journal(.locked(let folder)) {
            throw CommandFailure(.conflict, JournalError.locked(folder: folder).description)
        } catch {
            throw CommandFailure(.failure, error.description)
        }
    }

    private static func settings(_ parsed: ParsedCommand) throws -> EmbeddedBrokerSettings {
        var settings = EmbeddedBrokerSettings()
        (settings.host, settings.port) = try address(parsed[listen], listen)
        if settings.host == "0.0.0.0", parsed[advertise] == nil {
            throw UsageError("--listen 0.0.0.0: name the address that clients connect to with --advertise")
        }
        if let text = parsed[advertise] {
            let (host, port) = try address(text, advertise)
            settings.advertisedHost = host
            settings.advertisedPort = port
        }
        settings.dataFolder = parsed[data]
        settings.syncsToDisk = parsed[sync]
        settings.salvagesJournal = parsed[salvage]
        settings.controlPath = parsed[control]
        settings.requestMaxBytes = parsed[requestMaxBytes]
        settings.configuration.maxMessageBytes = parsed[messageMaxBytes]
        settings.configuration.createsTopicsOnDemand = parsed[autoCreate]
        settings.configuration.defaultPartitions = parsed[partitions]
        let console = parsed.console
        settings.log = BrokerLog(level: parsed[level].level) { line in
            let time = Timestamp(millisecondsSince1970: line.time).rfc3339
            console.say("\(time) \(line.level.rawValue) \(line.message)")
        }
        return settings
    }

    private static func address(
        _ text: String, _ option: some CommandParameter
    ) throws(UsageError) -> (host: String, port: UInt16) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let port = UInt16(parts[1]) else {
            throw UsageError("\(option.declaration.spelling): \(text) is not HOST:PORT")
        }
        return (String(parts[0]), port)
    }
}
