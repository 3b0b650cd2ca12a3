import CommandLineTools
import Foundation

/// This process's own name: given, or drawn once and kept in the state folder.
///
/// With names that changed at each start, a dead process's open transaction would hold readers back until its time-out.
struct InstanceIdentity: Sendable {
    let name: String
    /// A given name makes static members; a drawn one does not, since its process may never come back.
    let isStatic: Bool

    init(_ configuration: Configuration, worker: String) throws {
        if let given = configuration[WorkerSettings.instanceID] {
            guard Self.isUsable(given) else {
                throw ConfigurationError([
                    "instance.id: \(given) is not 1 to 64 letters, digits, dots, dashes or underscores"
                ])
            }
            name = given
            isStatic = true
            return
        }
        isStatic = false
        let directory = configuration[WorkerSettings.stateDirectory]
        let path = "\(directory)/\(worker).instance-id"
        if let kept = try? String(contentsOfFile: path, encoding: .utf8), Self.isUsable(kept) {
            name = kept
            return
        }
        name = "\(worker)-\(String(UInt32.random(in: .min ... .max), radix: 16))"
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try name.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw ConfigurationError(["state.dir: \(directory) cannot be written: \(error.localizedDescription)"])
        }
    }

    private static func isUsable(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64 && name != "." && name != ".."
            && name.utf8.allSatisfy {
                ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x2D
                    || $0 == 0x2E || $0 == 0x5F
            }
    }
}
