public import Foundation

/// Runs one Apache Kafka node (KRaft, broker and controller) in a temporary folder on free ports.
///
/// Needs Java 17 on the PATH and an unpacked Kafka of version 3.9 or later. The node ends with `stop`, and also when
/// this process ends in any way, since its guard reads a pipe that this process holds open.
public final class KafkaServer: @unchecked Sendable {
    // Safe: `process` changes only in `start` and `stop`, which one test thread calls.

    /// The folder of Kafka that the environment names; nil if there is none.
    public static var home: String? {
        ProcessInfo.processInfo.environment["KAFKA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What a client connects to, for example `127.0.0.1:41234`.
    public let bootstrap: String
    /// The node's folder: configuration, data and output.
    public let folder: URL
    private let home: String
    private var process: Process?
    private var lifeline: Pipe?

    /// Why a node did not start; with what it printed.
    public enum Failure: Error { case notReady(String), formatFailed(String), noPort }

    /// Formats and starts a node, and waits until it answers; `overrides` are added to its `server.properties`.
    public init(home: String, overrides: [String: String] = [:]) throws {
        self.home = home
        folder = FileManager.default.temporaryDirectory.appending(path: "kafka-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let ports = try Self.freePorts(2)
        bootstrap = "127.0.0.1:\(ports[0])"
        var properties = Self.properties(
            broker: ports[0], controller: ports[1], data: folder.appending(path: "data").path)
        properties.merge(overrides) { $1 }
        let text = properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        try text.write(to: folder.appending(path: "server.properties"), atomically: true, encoding: .utf8)
        do {
            try format()
            try start()
        } catch {
            stop()
            throw error
        }
    }

    deinit { stop() }

    /// Starts the node again after `stop(keepingData: true)`, on the same ports and data.
    public func start() throws {
        let output = folder.appending(path: "output.log")
        try Data().write(to: output)
        let process = Process()
        let lifeline = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", Self.guardScript,
            "\(home)/bin/kafka-server-start.sh",
            folder.appending(path: "server.properties").path,
        ]
        process.environment = Self.environment
        process.standardInput = lifeline
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = process.standardOutput
        try process.run()
        // Else the guard would hold the pipe's other end open too.
        try? lifeline.fileHandleForReading.close()
        self.process = process
        self.lifeline = lifeline
        try awaitReadiness(output)
    }

    /// Runs the node and kills it at the end of its own input. The number may be another process's by then if the node
    /// died before, so only its own child is killed.
    private static let guardScript = """
        "$0" "$1" & node=$!
        cat > /dev/null
        if grep -q "^PPid:[[:space:]]*$$\\$" "/proc/$node/status" 2> /dev/null; then kill -9 $node; fi
        wait $node
        """

    /// Kills the node as a power cut would, and removes its folder unless told otherwise.
    public func stop(keepingData: Bool = false) {
        try? lifeline?.fileHandleForWriting.close()
        process?.waitUntilExit()
        lifeline = nil
        process = nil
        if !keepingData { try? FileManager.default.removeItem(at: folder) }
    }

    private func awaitReadiness(_ output: URL) throws {
        let deadline = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < deadline, process?.isRunning == true {
            let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            if text.contains("Kafka Server started") { return }
            if text.contains("Shutdown completed") || text.contains("Exiting Kafka") { break }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw Failure.notReady((try? String(contentsOf: output, encoding: .utf8)) ?? "no output")
    }

    private func format() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "\(home)/bin/kafka-storage.sh", "format", "--standalone", "-t", Self.clusterID(), "-c",
            folder.appending(path: "server.properties").path,
        ]
        process.environment = Self.environment
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure.formatFailed(text) }
    }

    private static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        // A short life wants a quick start, not the best code.
        environment["KAFKA_HEAP_OPTS"] = environment["KAFKA_HEAP_OPTS"] ?? "-Xmx512m"
        environment["KAFKA_OPTS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        environment["LOG_DIR"] = NSTemporaryDirectory()
        return environment
    }

    private static func properties(broker: UInt16, controller: UInt16, data: String) -> [String: String] {
        [
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.bootstrap.servers": "127.0.0.1:\(controller)",
            "listeners": "PLAINTEXT://127.0.0.1:\(broker),CONTROLLER://127.0.0.1:\(controller)",
            "advertised.listeners": "PLAINTEXT://127.0.0.1:\(broker)",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": data,
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "2",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "2",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            // A killed node is taken back only when its old session is over: nine seconds by default.
            "broker.session.timeout.ms": "2000",
            "broker.heartbeat.interval.ms": "400",
            // Tests write event times of any age.
            "log.retention.ms": "-1",
            "log.message.timestamp.before.max.ms": "9223372036854775807",
        ]
    }

    /// A cluster id as `kafka-storage.sh random-uuid` gives it, without the second that its JVM takes.
    private static func clusterID() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[0] &= 0x7f
        return Data(bytes).base64EncodedString().replacing("+", with: "A").replacing("/", with: "B").replacing(
            "=", with: "")
    }

    /// Ports that were free a moment ago.
    private static func freePorts(_ count: Int) throws -> [UInt16] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(socket)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
                }
            }
            guard bound else { throw Failure.noPort }
            return UInt16(bigEndian: address.sin_port)
        }
    }
}
