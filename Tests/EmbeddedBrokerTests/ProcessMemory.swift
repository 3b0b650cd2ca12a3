import Foundation

/// What the test process takes of the machine.
enum ProcessMemory {
    /// VmRSS.
    static var residentBytes: Int { residentBytes(process: "self") }

    static func residentBytes(process: String) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return kibibytes << 10
    }
}
