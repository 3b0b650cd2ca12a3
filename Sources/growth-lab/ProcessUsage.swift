import Foundation

/// What a process has used, read from `/proc`.
struct ProcessUsage {
    var residentBytes: Int
    var cpuSeconds: Double

    /// The usage of the process with this id; nil once it is gone.
    init?(pid: Int32) {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let resident = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })?
                .split(separator: " ").compactMap({ Int($0) }).first,
            // The name in brackets may hold blanks; fields are counted behind it.
            let close = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        residentBytes = resident * 1_024
        cpuSeconds = (user + system) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }

    /// The process whose command line holds this text and is not a shell's.
    static func pid(whoseCommandHolds text: String, program: String) -> Int32? {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.first { pid in
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
            let words = String(decoding: bytes, as: UTF8.self).split(separator: "\0")
            guard let first = words.first, first.hasSuffix(program) else { return false }
            return words.contains { $0.contains(text) }
        }
    }
}
