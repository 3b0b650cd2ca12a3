import Foundation
import Schemas

/// Worker processes on this machine: started, killed and started again, stopped in order.
public final class WorkerFleet {
    /// How a fleet is started.
    public struct Plan: Sendable {
        /// Folder of the worker executables.
        public var binaries: String
        /// Folder for state, logs and sinks; each process has its own parts of it.
        public var directory: String
        public var processes: Int
        public var arguments: [String]

        public init(binaries: String, directory: String, processes: Int, arguments: [String]) {
            self.binaries = binaries
            self.directory = directory
            self.processes = processes
            self.arguments = arguments
        }
    }

    private struct Member {
        var worker: String
        var number: Int
        var process: Process
    }

    private let plan: Plan
    private var members: [Member] = []
    public private(set) var kills = 0

    public init(_ plan: Plan) {
        self.plan = plan
    }

    /// Every worker executable of the fleet, in the order of its stages.
    public static var workers: [String] {
        var names: [String] = []
        for stage in Stages.all where !names.contains(stage.worker) { names.append(stage.worker) }
        return names
    }

    public func start() throws {
        for worker in Self.workers {
            for number in 1...plan.processes { members.append(try launch(worker, number)) }
        }
    }

    private func launch(_ worker: String, _ number: Int) throws -> Member {
        let name = "\(worker)-\(number < 10 ? "0" : "")\(number)"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(plan.binaries)/\(worker)")
        var arguments = plan.arguments + ["--instance-id", name, "--state-dir", "\(plan.directory)/state"]
        if worker == "notification-worker" {
            arguments += ["--provider", "file", "--file-path", "\(plan.directory)/sent-\(number).jsonl"]
        }
        process.arguments = arguments
        let log = "\(plan.directory)/\(name).log"
        if !FileManager.default.fileExists(atPath: log) {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
        }
        guard let handle = FileHandle(forWritingAtPath: log) else { throw FleetFailure(message: "cannot write \(log)") }
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = handle
        try process.run()
        return Member(worker: worker, number: number, process: process)
    }

    /// Kills one process with SIGKILL and starts it again; `draw` picks which.
    public func killOne(_ draw: UInt64) throws -> String {
        let index = Int(draw % UInt64(members.count))
        let victim = members[index]
        kill(victim.process.processIdentifier, SIGKILL)
        victim.process.waitUntilExit()
        kills += 1
        members[index] = try launch(victim.worker, victim.number)
        return "\(victim.worker)-\(victim.number)"
    }

    /// Throws when a process has ended by itself, with the end of its log.
    public func check() throws {
        for member in members where !member.process.isRunning {
            let name = "\(member.worker)-\(member.number < 10 ? "0" : "")\(member.number)"
            let log = (try? String(contentsOfFile: "\(plan.directory)/\(name).log", encoding: .utf8)) ?? ""
            let last = log.split(separator: "\n").suffix(3).joined(separator: "\n")
            throw FleetFailure(message: "\(name) ended with code \(member.process.terminationStatus):\n\(last)")
        }
    }

    /// Asks every process to drain and waits; returns those that did not end with 0.
    public func stop() -> [String] {
        for member in members where member.process.isRunning { member.process.terminate() }
        var failed: [String] = []
        for member in members {
            member.process.waitUntilExit()
            if member.process.terminationStatus != 0 { failed.append("\(member.worker)-\(member.number)") }
        }
        members = []
        return failed
    }
}

/// Why a fleet of processes cannot go on.
public struct FleetFailure: Error, CustomStringConvertible, Sendable {
    public let message: String
    public var description: String { message }
}
