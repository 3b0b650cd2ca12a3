import Foundation

/// The programs that the tests compare against, where they are installed.
enum ExternalTools {
    /// A program of the system's folders, or nil.
    private static func find(_ name: String) -> URL? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (["/usr/bin"] + folders).map { URL(filePath: $0).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    static let protoc = find("protoc")

    /// A Python that has the `protobuf` package.
    static let python: URL? = {
        guard let python = find("python3") else { return nil }
        let probe = try? run(python, ["-c", "import google.protobuf.json_format"])
        return probe?.status == 0 ? python : nil
    }()

    /// The plugin as it was built beside the tests.
    static let plugin: URL? = {
        let folder = Bundle.main.executableURL?.deletingLastPathComponent()
        let plugin = folder?.appending(path: "protoc-gen-growth")
        return plugin.flatMap { FileManager.default.isExecutableFile(atPath: $0.path) ? $0 : nil }
    }()

    /// This test target's folder.
    static let testFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    static let protos = testFolder.appending(path: "Protos")

    struct Outcome {
        let status: Int32
        let output: [UInt8]
        let errors: String
    }

    /// Runs a program to its end. Files stand in for pipes, as a pipe blocks when it is full.
    static func run(_ program: URL, _ arguments: [String], input: [UInt8] = []) throws -> Outcome {
        try withTemporaryFolder { folder in
            let paths = (0..<3).map { folder.appending(path: "\($0)") }
            try Data(input).write(to: paths[0])
            try Data().write(to: paths[1])
            try Data().write(to: paths[2])
            let process = Process()
            process.executableURL = program
            process.arguments = arguments
            process.standardInput = try FileHandle(forReadingFrom: paths[0])
            process.standardOutput = try FileHandle(forWritingTo: paths[1])
            process.standardError = try FileHandle(forWritingTo: paths[2])
            try process.run()
            process.waitUntilExit()
            return Outcome(
                status: process.terminationStatus, output: [UInt8](try Data(contentsOf: paths[1])),
                errors: String(decoding: try Data(contentsOf: paths[2]), as: UTF8.self))
        }
    }

    /// Hands out a new folder and removes it afterwards.
    static func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "codec-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
