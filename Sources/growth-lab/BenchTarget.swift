import BrokerTestKit
import CommandLineTools
import Foundation

/// A broker under measurement: started, asked, stopped.
protocol BenchTarget: AnyObject {
    var name: String { get }
    /// Starts it and returns once it answers.
    func start() throws -> String
    /// The broker's own process.
    var pid: Int32? { get }
    func stop()
}

/// This project's broker in a process of its own.
final class EmbeddedTarget: BenchTarget {
    let name: String
    private let arguments: [String]
    private let folder: URL?
    private var process: Process?

    init(durable: Bool) {
        name = durable ? "growth-broker --data" : "growth-broker"
        folder = durable ? FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)") : nil
        arguments = ["--listen", "127.0.0.1:0"] + (folder.map { ["--data", $0.path] } ?? [])
    }

    func start() throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = try Lab.program("growth-broker")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        var text = ""
        while !text.contains("\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw CommandFailure(.failure, "growth-broker ended before it was ready") }
            text += String(decoding: bytes, as: UTF8.self)
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, words[0] == "ready" else {
            throw CommandFailure(.failure, "growth-broker said \(text) instead of ready HOST:PORT")
        }
        return String(words[1])
    }

    var pid: Int32? { process?.processIdentifier }

    func stop() {
        process?.terminate()
        process?.waitUntilExit()
        process = nil
        if let folder { try? FileManager.default.removeItem(at: folder) }
    }
}

/// An Apache Kafka node.
final class KafkaTarget: BenchTarget {
    let name = "Apache Kafka"
    private let home: String
    private var server: KafkaServer?

    init(home: String) { self.home = home }

    func start() throws -> String {
        let server = try KafkaServer(home: home)
        self.server = server
        return server.bootstrap
    }

    var pid: Int32? {
        server.flatMap { ProcessUsage.pid(whoseCommandHolds: $0.folder.path, program: "java") }
    }

    func stop() {
        server?.stop()
        server = nil
    }
}
