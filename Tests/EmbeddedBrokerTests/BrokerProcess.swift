import Foundation
import Glibc

/// `growth-broker` as a child process.
final class BrokerProcess: @unchecked Sendable {
    // Safe: set up by `init` and not changed after; signals may be sent from any thread.
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()
    let bootstrap: String

    /// Says what a broker that did not start wrote and how it ended.
    struct Failure: Error {
        var words: String
        var status: Int32
    }

    /// The program, built beside the tests.
    static var program: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: own).deletingLastPathComponent().path + "/growth-broker"
    }

    /// Starts it and waits for its first line.
    init(_ arguments: [String], before shell: String = "") throws {
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", shell + "exec \"$0\" \"$@\"", Self.program] + arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count == 2, words[0] == "ready" else {
            let said = try errors.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            throw Failure(words: String(decoding: said, as: UTF8.self), status: process.terminationStatus)
        }
        bootstrap = String(words[1])
    }

    deinit { kill() }

    var identifier: Int32 { process.processIdentifier }

    var residentBytes: Int { ProcessMemory.residentBytes(process: "\(identifier)") }

    func kill() { if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) } }

    func terminate() { process.terminate() }

    /// Waits for its end; gives the exit code and what it said.
    func wait() throws -> (status: Int32, words: String) {
        let said = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }
}
