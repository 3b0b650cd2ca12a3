import Foundation
import StateStore
import Testing

/// A process that is killed while it commits, for real.
struct KillTests {
    /// Set in the process that is to be killed: the directory of its store.
    static let victimVariable = "STATE_STORE_TESTS_VICTIM"
    static let victimDirectory = ProcessInfo.processInfo.environment[victimVariable]

    private static var settings: StateStoreSettings {
        var settings = StateStoreSettings()
        // Small, so that the kill also meets flushes and compactions.
        settings.writeBufferBytes = 64 << 10
        return settings
    }

    /// Commits and says so, one line per transaction, until it is killed; the bound is for a parent that died.
    @Test(.enabled(if: victimDirectory != nil))
    func victim() throws {
        let store = try StateStore(directory: Self.victimDirectory ?? "", settings: Self.settings)
        let first = (store.progress?.transactionNumber ?? 0) + 1
        for number in first...first + 1_000_000 {
            try Ledger.fill(store, transactions: number...number)
            FileHandle.standardOutput.write(Data("committed \(number)\n".utf8))
        }
    }

    @Test(.enabled(if: victimDirectory == nil))
    func killedAtAnyTimeTheStoreOpensAtACommit() throws {
        let directory = try TemporaryDirectory()
        for round in 0..<6 {
            let said = try killVictim(directory.path("store"), afterLines: 1 + round * 150)
            let store = try StateStore(directory: directory.path("store"), settings: Self.settings)
            // The victim may have committed once more than it could say.
            #expect(try Ledger.transaction(of: store) >= said)
        }
    }

    /// Runs this very program as the victim; returns the last transaction that it said it had committed.
    private func killVictim(_ path: String, afterLines lines: Int) throws -> UInt64 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--testing-library", "swift-testing", "--filter", "KillTests.victim"]
        process.environment = ProcessInfo.processInfo.environment.merging([Self.victimVariable: path]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while text.split(separator: "\n").count(where: { $0.hasPrefix("committed ") }) < lines {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        text += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(process.terminationReason == .uncaughtSignal, "\(text)")
        let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let numbers = whole.compactMap { line in
            line.hasPrefix("committed ") ? UInt64(line.dropFirst("committed ".count)) : nil
        }
        return try #require(numbers.last)
    }
}
