import Foundation

/// Kafka's own classes, run by the single-file program in `CrossCheck`.
enum JavaKafka {
    /// An unpacked Apache Kafka, where one is named.
    static let home = ProcessInfo.processInfo.environment["KAFKA_HOME"]

    static let testFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// One answer for each line.
    static func answers(_ lines: [String]) throws -> [String] {
        let program = testFolder.appending(path: "CrossCheck/CrossCheck.java").path
        // One run is short: the second compiler would only cost time.
        let java = ["java", "-XX:TieredStopAtLevel=1", "-cp", "\(home ?? "")/libs/*", program]
        let outcome = try run(java, input: lines.map { $0 + "\n" }.joined())
        guard outcome.status == 0 else { throw Failure(description: outcome.errors) }
        let answers = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
            String.init)
        guard answers.count == lines.count else {
            throw Failure(description: "\(answers.count) answers to \(lines.count) lines: \(outcome.errors)")
        }
        return answers
    }

    /// Runs a program of the path to its end. Files stand in for pipes, as a pipe blocks when it is full.
    static func run(
        _ command: [String], input: String = ""
    ) throws -> (status: Int32, output: String, errors: String) {
        try withTemporaryFolder { folder in
            let paths = (0..<3).map { folder.appending(path: "\($0)") }
            try Data(input.utf8).write(to: paths[0])
            for path in paths[1...] { try Data().write(to: path) }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = command
            process.standardInput = try FileHandle(forReadingFrom: paths[0])
            process.standardOutput = try FileHandle(forWritingTo: paths[1])
            process.standardError = try FileHandle(forWritingTo: paths[2])
            try process.run()
            process.waitUntilExit()
            return (
                process.terminationStatus, String(decoding: try Data(contentsOf: paths[1]), as: UTF8.self),
                String(decoding: try Data(contentsOf: paths[2]), as: UTF8.self)
            )
        }
    }

    /// Hands out a new folder and removes it afterwards.
    static func withTemporaryFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kafka-protocol-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}

extension [UInt8] {
    var hex: String {
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * count)
        for byte in self { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    init?(hex: some StringProtocol) {
        let digits = hex.utf8.map { Int8($0 > 96 ? $0 - 87 : $0 - 48) }
        guard digits.count % 2 == 0, digits.allSatisfy({ (0..<16).contains($0) }) else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0]) << 4 | UInt8(digits[$0 + 1]) }
    }
}
